using MutualTls.Encoding;
using MutualTls.Identities;

namespace MutualTls.Policies.Caching;

/// <summary>What a verdict depends on beside its policy: exactly what was presented, by whom it was presented as, and the expected name.</summary>
internal readonly ref struct PresentedKey
{
    // The last octets of a certificate are its signature's, which no two have in common by chance.
    private const int TailLength = 32;

    public PresentedKey(PresentedChain presented, PeerRole role, ReferenceIdentity? expected)
    {
        Presented = presented;
        Role = role;
        Expected = expected;

        // To hash everything would take longer than all the rest. What a hash leaves out is compared; that the cache keeps few of one hash bounds it.
        ReadOnlySpan<byte> endEntity = presented.EndEntity.Span;
        ulong hash = SipHash.Compute(endEntity.Length > TailLength ? endEntity[^TailLength..] : endEntity, (ulong)role);
        Hash = expected is null ? hash : SipHash.Compute(expected.Octets, hash);
    }

    public PresentedChain Presented { get; }

    public PeerRole Role { get; }

    public ReferenceIdentity? Expected { get; }

    /// <summary>Gets a hash of the end-entity's signature, the role and the name; other certificates that come along do not count.</summary>
    public ulong Hash { get; }

    /// <summary>Tells whether this is the end-entity that was presented, octet by octet.</summary>
    public bool HasEndEntity(ReadOnlySpan<byte> der) => Presented.EndEntity.Span.SequenceEqual(der);

    /// <summary>Tells whether all the rest is what the arguments stand for, octet by octet.</summary>
    public bool HasBeside(ReadOnlySpan<ReadOnlyMemory<byte>> others, PeerRole role, ReferenceIdentity? expected)
    {
        ReadOnlySpan<ReadOnlyMemory<byte>> mine = Presented.Certificates;
        if (Role != role || mine.Length != others.Length + 1 || !Equals(Expected, expected))
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
