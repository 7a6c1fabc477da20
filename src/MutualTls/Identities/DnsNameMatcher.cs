using System.Text;
using MutualTls.Certificates;

namespace MutualTls.Identities;

/// <summary>Matches a presented DNS name with the one that was dialled. RFC 9525 section 6.3.</summary>
internal static class DnsNameMatcher
{
    /// <summary>Tells whether they match.</summary>
    /// <param name="presented">From the certificate: a name, or one with a wildcard as its whole first label.</param>
    /// <param name="reference">The name dialled: A-labels, no dot at the end.</param>
    public static bool Matches(ReadOnlySpan<byte> presented, ReadOnlySpan<byte> reference)
    {
        if (!presented.StartsWith("*."u8))
        {
            return HostName.IsHost(presented) && HostName.AreEqual(presented, reference);
        }

        // 6.3: the wildcard stands for exactly one whole label. Under a single label it would stand for every domain of a registry.
        ReadOnlySpan<byte> domain = presented[2..];
        int dot = reference.IndexOf((byte)'.');
        return dot > 0 && domain.Contains((byte)'.') && HostName.IsHost(domain) && HostName.AreEqual(domain, reference[(dot + 1)..]);
    }
}
