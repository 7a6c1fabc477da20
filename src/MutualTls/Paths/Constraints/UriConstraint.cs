using System.Buffers;
using MutualTls.Certificates;

namespace MutualTls.Paths.Constraints;

/// <summary>Matches the host of URIs with subtrees. RFC 5280 section 4.2.1.10: one host or, with a leading dot, all hosts of a domain.</summary>
/// <remarks>A URI without a host, or with an address in its place, must be refused under such a constraint; so says the RFC.</remarks>
internal static class UriConstraint
{
    // RFC 3986 section 3.2. What is not among these, a backslash for one, some readers take for the end of the host.
    private static readonly SearchValues<byte> AuthorityOctets =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+,;=:@[]"u8);

    public static ConstraintMatch Match(ReadOnlySpan<byte> uri, ReadOnlySpan<byte> subtree)
    {
        if (!TryGetHost(uri, out ReadOnlySpan<byte> host) || !HostName.IsHost(host) || IsAddress(host))
        {
            return ConstraintMatch.Unjudgeable;
        }

        if (subtree.IsEmpty)
        {
            return ConstraintMatch.Inside;
        }

        bool belowOnly = subtree[0] == '.';
        ReadOnlySpan<byte> domain = belowOnly ? subtree[1..] : subtree;
        if (!HostName.IsHost(domain))
        {
            return ConstraintMatch.Unjudgeable;
        }

        bool inside = belowOnly ? HostName.IsBelow(host, domain) : HostName.AreEqual(host, domain);
        return inside ? ConstraintMatch.Inside : ConstraintMatch.Outside;
    }

    // RFC 3986 section 3: scheme "://" [ userinfo "@" ] host [ ":" port ], up to a slash, a question mark or a hash.
    private static bool TryGetHost(ReadOnlySpan<byte> uri, out ReadOnlySpan<byte> host)
    {
        host = default;
        int scheme = uri.IndexOf("://"u8);
        if (scheme <= 0 || uri[..scheme].ContainsAny("/?#@"u8))
        {
            return false;
        }

        ReadOnlySpan<byte> authority = uri[(scheme + 3)..];
        int end = authority.IndexOfAny("/?#"u8);
        authority = end < 0 ? authority : authority[..end];
        if (authority.ContainsAnyExcept(AuthorityOctets))
        {
            return false;
        }

        // A second @ is left to the host, which then is none.
        authority = authority[(authority.IndexOf((byte)'@') + 1)..];
        int port = authority.IndexOf((byte)':');
        host = port < 0 ? authority : authority[..port];
        return !host.IsEmpty && (port < 0 || !authority[(port + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'));
    }

    // RFC 3986 section 3.2.2: what reads as an IPv4 address is one. No top-level domain is all digits.
    private static bool IsAddress(ReadOnlySpan<byte> host) =>
        !host[(host.LastIndexOf((byte)'.') + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
}
