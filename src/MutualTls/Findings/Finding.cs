namespace MutualTls.Findings;

/// <summary>States one fact that speaks against a peer.</summary>
/// <param name="Reason">What is wrong.</param>
/// <param name="Depth">Where: 0 is the end-entity, each issuer one more, -1 no certificate in particular.</param>
/// <param name="Detail">What was compared with what, for people; never a private key or a whole certificate.</param>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public readonly record struct Finding(ValidationReason Reason, int Depth = -1, string? Detail = null)
{
    /// <summary>Gets the stable code, <c>MTLS1208</c> for example.</summary>
    public string Code => ReasonText.Code(Reason);

    /// <summary>Gets one line that tells the reader what to do about it.</summary>
    public string Hint => ReasonText.Hint(Reason);

    /// <summary>Writes code, name, depth and detail on one line.</summary>
    public override string ToString() =>
        $"{Code} {Reason}{(Depth >= 0 ? $" at depth {Depth}" : "")}{(Detail is null ? "" : $": {Detail}")}";
}
