using MutualTls.Conformance.Cases;
using MutualTls.Testing;

namespace MutualTls.Conformance.Fuzzing;

/// <summary>Holds what mutation starts from: one encoded value, and what surrounds it.</summary>
internal sealed record FuzzSeed
{
    public required byte[] Der { get; init; }

    /// <summary>Gets the key that can sign a changed value again; null where nobody has it.</summary>
    public TestKey? Signer { get; init; }

    /// <summary>Gets the way to the SEQUENCE of what is signed, algorithm and signature, by positions.</summary>
    public int[] SignedAt { get; init; } = [];

    /// <summary>Gets the chain, anchors, CRLs and time around it.</summary>
    public ConformanceCase? Around { get; init; }

    /// <summary>Gets where it stands in the chain or among the CRLs.</summary>
    public int Position { get; init; }

    /// <summary>Gets whether it says what lets the peer in, as it stands.</summary>
    public bool LetsIn { get; init; }
}

/// <summary>Holds one mutated value as a target is given it.</summary>
/// <param name="Seed">Where it comes from.</param>
/// <param name="Der">The octets.</param>
/// <param name="IsResigned">Whether the right key has signed the changed value, so that it may let the peer in.</param>
internal sealed record FuzzInput(FuzzSeed Seed, byte[] Der, bool IsResigned);

/// <summary>Says what came of one execution.</summary>
/// <param name="Kind">A short name of the outcome: an input that gives a new one is kept and mutated further.</param>
/// <param name="LetIn">Whether the peer was let in because of it.</param>
internal readonly record struct FuzzOutcome(string Kind, bool LetIn);
