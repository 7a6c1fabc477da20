using MutualTls.Encoding;
using MutualTls.Identities;

namespace MutualTls.Policies.Caching;

/// <summary>What a verdict depends on beside its policy: exactly what was presented, by whom it was presented as, and the expected name.</summary>
internal readonly ref struct PresentedKey
{
    public PresentedKey(PresentedChain presented, PeerRole role, ReferenceIdentity? expected)
    {
        Presented = presented;
        Role = role;
        Expected = expected;

        // Everything counts: with the end-entity alone, its holder could make many verdicts collide by sending junk along.
        ulong hash = (ulong)role;
        foreach (ReadOnlyMemory<byte> certificate in presented.Certificates)
        {
            hash = SipHash.Compute(certificate.Span, hash);
        }

        Hash = expected is null ? hash : SipHash.Compute(expected.Octets, hash);
    }

    public PresentedChain Presented { get; }

    public PeerRole Role { get; }

    public ReferenceIdentity? Expected { get; }

    public ulong Hash { get; }

    /// <summary>Tells whether this is what <paramref name="certificates"/> and the rest stand for, octet by octet.</summary>
    public bool Equals(ulong hash, ReadOnlyMemory<byte>[] certificates, PeerRole role, ReferenceIdentity? expected)
    {
        if (Hash != hash || Role != role || !Equals(Expected, expected))
        {
            return false;
        }

        ReadOnlySpan<ReadOnlyMemory<byte>> mine = Presented.Certificates;
        if (mine.Length != certificates.Length)
        {
            return false;
        }

        for (int i = 0; i < mine.Length; i++)
        {
            if (!mine[i].Span.SequenceEqual(certificates[i].Span))
            {
                return false;
            }
        }

        return true;
    }
}
