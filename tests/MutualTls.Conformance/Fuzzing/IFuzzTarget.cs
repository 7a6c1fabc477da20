namespace MutualTls.Conformance.Fuzzing;

/// <summary>Gives octets to one part of the library that reads what others have written.</summary>
internal interface IFuzzTarget
{
    string Name { get; }

    IReadOnlyList<FuzzSeed> Seeds { get; }

    /// <summary>Tells whether an input may let the peer in: the octets that count are ones that were really signed.</summary>
    bool MayLetIn(FuzzInput input);

    /// <summary>Reads or judges. Any exception is a finding.</summary>
    /// <param name="input">What to read.</param>
    /// <param name="random">Decides what else is varied.</param>
    /// <param name="given">Told every octet string that is given to the library, for the report.</param>
    FuzzOutcome Run(FuzzInput input, Random random, List<ReadOnlyMemory<byte>> given);
}
