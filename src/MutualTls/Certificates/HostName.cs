using System.Text;

namespace MutualTls.Certificates;

/// <summary>Compares host names in their ASCII form; internationalized names come as A-labels (RFC 5280 section 7.2).</summary>
internal static class HostName
{
    /// <summary>RFC 1034 section 3.1.</summary>
    private const int MaxLength = 253, MaxLabelLength = 63;

    /// <summary>Tells whether <paramref name="host"/> is labels joined by dots, none empty, without a dot at the end.</summary>
    public static bool IsHost(ReadOnlySpan<byte> host)
    {
        if (host.Length > MaxLength)
        {
            return false;
        }

        int label = 0;
        foreach (byte octet in host)
        {
            // Name constraints may ask this a quarter of a million times for one certificate: one pass, no split.
            if (octet == '.' ? label == 0 : !IsLabelOctet(octet) || label == MaxLabelLength)
            {
                return false;
            }

            label = octet == '.' ? 0 : label + 1;
        }

        return label > 0;
    }

    /// <summary>Tells whether two hosts are the same; ASCII case does not count.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => Ascii.EqualsIgnoreCase(left, right);

    /// <summary>Tells whether <paramref name="host"/> is at least one label below <paramref name="domain"/>.</summary>
    public static bool IsBelow(ReadOnlySpan<byte> host, ReadOnlySpan<byte> domain) =>
        host.Length > domain.Length + 1 && host[^(domain.Length + 1)] == '.' && AreEqual(host[^domain.Length..], domain);

    // Letters, digits and hyphens of RFC 1034 section 3.5, and the underscore that names in use have.
    private static bool IsLabelOctet(byte octet) =>
        (octet | 0x20) is >= (byte)'a' and <= (byte)'z' || octet is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'_';
}
