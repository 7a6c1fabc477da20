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
            hash = SipHash.Compute(certificate.Span, hash + Touch(certificate.Span));
        }

        Hash = expected is null ? hash : SipHash.Compute(expected.Octets, hash);
    }

    public PresentedChain Presented { get; }

    public PeerRole Role { get; }

    public ReferenceIdentity? Expected { get; }

    public ulong Hash { get; }

    // Reads one octet of each cache line first: these reads wait for memory together, where the hash would wait for one line after another.
    private static uint Touch(ReadOnlySpan<byte> data)
    {
        const int CacheLine = 64;
        uint sum = 0;
        for (int i = 0; i < data.Length; i += CacheLine)
        {
            sum += data[i];
        }

        return sum;
    }

    /// <summary>Tells whether this is what the arguments stand for, octet by octet.</summary>
    public bool Equals(ReadOnlyMemory<byte> endEntity, ReadOnlySpan<ReadOnlyMemory<byte>> others, PeerRole role, ReferenceIdentity? expected)
    {
        ReadOnlySpan<ReadOnlyMemory<byte>> mine = Presented.Certificates;
        if (Role != role || mine.Length != others.Length + 1 || !mine[0].Span.SequenceEqual(endEntity.Span) || !Equals(Expected, expected))
        {
            return false;
        }

        for (int i = 0; i < others.Length; i++)
        {
            if (!mine[i + 1].Span.SequenceEqual(others[i].Span))
            {
                return false;
            }
        }

        return true;
    }
}
