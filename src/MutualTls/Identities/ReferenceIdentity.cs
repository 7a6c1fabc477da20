using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MutualTls.Certificates;
using MutualTls.Paths;

namespace MutualTls.Identities;

/// <summary>Holds the name that a peer is expected to have. RFC 9525 section 6.1.</summary>
/// <remarks>Matched with subject alternative names of the same kind only; the common name never counts.</remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class ReferenceIdentity : IEquatable<ReferenceIdentity>
{
    private readonly byte[] _value;

    private ReferenceIdentity(GeneralNameKind kind, byte[] value, string text)
    {
        Kind = kind;
        _value = value;
        Text = text;
    }

    /// <summary>Gets the kind of name.</summary>
    public GeneralNameKind Kind { get; }

    /// <summary>Gets the name as it is compared: a host in lower case and A-labels, an address in its usual form.</summary>
    public string Text { get; }

    internal ReadOnlySpan<byte> Octets => _value;

    /// <summary>Expects the host that was dialled: an IP address if it is one, else a DNS name.</summary>
    /// <param name="host">For example <c>orders.internal</c>, <c>10.0.0.7</c> or <c>[::1]</c>; Unicode is turned into A-labels.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static ReferenceIdentity ForHost(string host)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        string bare = host is ['[', .. var inner, ']'] ? inner : host;

        // Only the usual form of IPv4: the parser also takes 127.1 and 0x7f000001 for an address, and then two readers may differ.
        if (IPAddress.TryParse(bare, out IPAddress? address)
            && (address.AddressFamily == AddressFamily.InterNetworkV6 || string.Equals(address.ToString(), bare, StringComparison.Ordinal)))
        {
            return ForIpAddress(address);
        }

        return ForDnsName(host);
    }

    /// <summary>Expects a DNS name.</summary>
    /// <param name="name">The name; one dot at the end is dropped.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">It is not a DNS name, or it has a wildcard.</exception>
    public static ReferenceIdentity ForDnsName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        string ascii;
        try
        {
            // In lower case before: in invariant globalization mode the mapping leaves that to us.
            string lower = (name.EndsWith('.') ? name[..^1] : name).ToLowerInvariant();
            ascii = new IdnMapping { UseStd3AsciiRules = false }.GetAscii(lower).ToLowerInvariant();
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"'{name}' is not a DNS name.", nameof(name), exception);
        }

        byte[] value = System.Text.Encoding.ASCII.GetBytes(ascii);
        bool endsInDigits = ascii[(ascii.LastIndexOf('.') + 1)..].All(char.IsAsciiDigit);
        return HostName.IsHost(value) && !endsInDigits
            ? new ReferenceIdentity(GeneralNameKind.Dns, value, ascii)
            : throw new ArgumentException($"'{name}' is not a DNS name.", nameof(name));
    }

    /// <summary>Expects an IP address.</summary>
    /// <param name="address">The address; a scope is dropped, and an IPv4 address inside an IPv6 one counts as IPv4.</param>
    /// <returns>The identity.</returns>
    public static ReferenceIdentity ForIpAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        byte[] value = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return new ReferenceIdentity(GeneralNameKind.IpAddress, value, new IPAddress(value).ToString());
    }

    /// <summary>Expects an email address: the part before the @ octet for octet, the host without case (RFC 5280 section 7.5).</summary>
    /// <param name="email">The address.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">It has no @, or characters outside ASCII.</exception>
    public static ReferenceIdentity ForEmail(string email)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(email);
        int at = email.LastIndexOf('@');
        return at > 0 && at < email.Length - 1 && Ascii.IsValid(email)
            ? new ReferenceIdentity(GeneralNameKind.Email, System.Text.Encoding.ASCII.GetBytes(email), email)
            : throw new ArgumentException($"'{email}' is not an email address.", nameof(email));
    }

    /// <summary>Expects a URI, octet for octet; a SPIFFE ID must be the only URI of the certificate (X509-SVID section 2).</summary>
    /// <param name="uri">The URI, a SPIFFE ID for example.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">It has no scheme, or characters outside ASCII, or is a malformed SPIFFE ID.</exception>
    public static ReferenceIdentity ForUri(string uri)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        bool isSpiffe = uri.StartsWith("spiffe:", StringComparison.OrdinalIgnoreCase);
        return uri.IndexOf(':', StringComparison.Ordinal) > 0 && Ascii.IsValid(uri) && (!isSpiffe || SpiffeId.TryParse(uri, out _))
            ? new ReferenceIdentity(GeneralNameKind.Uri, System.Text.Encoding.ASCII.GetBytes(uri), uri)
            : throw new ArgumentException($"'{uri}' is not a URI.", nameof(uri));
    }

    /// <summary>Tells whether the end-entity of a verified path has this name.</summary>
    /// <param name="path">The path.</param>
    /// <returns>True if one of its subject alternative names matches.</returns>
    public bool Matches(VerifiedPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Matches(path.EndEntity);
    }

    /// <inheritdoc/>
    public bool Equals(ReferenceIdentity? other) => other is not null && Kind == other.Kind && _value.AsSpan().SequenceEqual(other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ReferenceIdentity);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    internal bool Matches(ParsedCertificate endEntity)
    {
        if (Kind == GeneralNameKind.Uri && SpiffeId.HasScheme(_value))
        {
            return SpiffeId.TryGetPresented(endEntity, out ReadOnlySpan<byte> id) && id.SequenceEqual(_value);
        }

        SubjectAlternativeNames names = new(endEntity);
        while (names.MoveNext())
        {
            if (names.Kind == Kind && MatchesOne(names.Value))
            {
                return true;
            }
        }

        return false;
    }

    private bool MatchesOne(ReadOnlySpan<byte> presented)
    {
        switch (Kind)
        {
            case GeneralNameKind.Dns:
                return DnsNameMatcher.Matches(presented, _value);
            case GeneralNameKind.Email:
                int at = presented.LastIndexOf((byte)'@'), expectedAt = _value.AsSpan().LastIndexOf((byte)'@');
                return at > 0 && presented[..at].SequenceEqual(_value.AsSpan(0, expectedAt)) && HostName.AreEqual(presented[at..], _value.AsSpan(expectedAt));
            default:
                return presented.SequenceEqual(_value);
        }
    }
}
