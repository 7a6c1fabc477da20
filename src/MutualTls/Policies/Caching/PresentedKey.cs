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

        ReadOnlySpan<byte> tail = presented.EndEntity.Span;
        tail = tail.Length > TailLength ? tail[^TailLength..] : tail;
        ulong hash = SipHash.Compute(tail, (ulong)role);
        Hash = expected is null ? hash : SipHash.Compute(expected.Octets, hash);
    }

    private const int TailLength = 32;

    public PresentedChain Presented { get; }

    public PeerRole Role { get; }

    public ReferenceIdentity? Expected { get; }

    public ulong Hash { get; }

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
