using System.Buffers;
using System.Text;

namespace MutualTls.Certificates;

/// <summary>Compares host names in their ASCII form; internationalized names come as A-labels (RFC 5280 section 7.2).</summary>
internal static class HostName
{
    /// <summary>RFC 1034 section 3.1.</summary>
    private const int MaxLength = 253, MaxLabelLength = 63;

    // Letters, digits and hyphens of RFC 1034 section 3.5, and the underscore that names in use have.
    private static readonly SearchValues<byte> LabelOctets = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"u8);

    /// <summary>Tells whether <paramref name="host"/> is labels joined by dots, none empty, without a dot at the end.</summary>
    public static bool IsHost(ReadOnlySpan<byte> host)
    {
        if (host.IsEmpty || host.Length > MaxLength)
        {
            return false;
        }

        foreach (Range range in host.Split((byte)'.'))
        {
            ReadOnlySpan<byte> label = host[range];
            if (label.IsEmpty || label.Length > MaxLabelLength || label.ContainsAnyExcept(LabelOctets))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Tells whether two hosts are the same; ASCII case does not count.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => Ascii.EqualsIgnoreCase(left, right);

    /// <summary>Tells whether <paramref name="host"/> is at least one label below <paramref name="domain"/>.</summary>
    public static bool IsBelow(ReadOnlySpan<byte> host, ReadOnlySpan<byte> domain) =>
        host.Length > domain.Length + 1 && host[^(domain.Length + 1)] == '.' && AreEqual(host[^domain.Length..], domain);
}
