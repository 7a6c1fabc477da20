using System.Buffers;
using System.Globalization;
using MutualTls.Certificates;

namespace MutualTls.AspNetCore.Sni;

/// <summary>Brings the names that clients send, in SNI and in requests, into the one form in which they are compared.</summary>
internal static class ServerName
{
    // RFC 1035 section 2.3.4, and one dot at the end.
    private const int MaxLength = 254;

    private static readonly SearchValues<char> s_plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>Gets a host name in lower case and A-labels, without a dot at the end; null if it is none.</summary>
    public static string? Normalize(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxLength)
        {
            return null;
        }

        // RFC 6066 section 3 wants no dot at the end; who sends one means the same host.
        string host = name[^1] == '.' ? name[..^1] : name;
        if (host.AsSpan().ContainsAnyExcept(s_plain))
        {
            try
            {
                // SslStream shows A-labels as Unicode. In lower case before: in invariant globalization mode the mapping leaves that to us.
                host = new IdnMapping { UseStd3AsciiRules = false }.GetAscii(host.ToLowerInvariant()).ToLowerInvariant();
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        Span<byte> octets = stackalloc byte[MaxLength];
        return System.Text.Encoding.ASCII.TryGetBytes(host, octets, out int length) && HostName.IsHost(octets[..length]) ? host : null;
    }
}
