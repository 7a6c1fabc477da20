namespace MutualTls.Policies;

/// <summary>Names what a verdict says.</summary>
public enum VerdictOutcome
{
    /// <summary>The peer may not connect.</summary>
    Refused,

    /// <summary>Nothing speaks against the peer yet, but an answer is awaited; until it is there the peer may not connect.</summary>
    Pending,

    /// <summary>The peer may connect.</summary>
    Accepted,
}
