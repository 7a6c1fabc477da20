using MutualTls.Certificates;
using MutualTls.Paths;

namespace MutualTls.Revocation.Ocsp;

/// <summary>Says what is asked of an answer beyond RFC 6960.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed record OcspRules
{
    public static OcspRules Default { get; } = new();

    /// <summary>Gets how far the responder's clock may be ahead of ours; it makes no answer last longer.</summary>
    /// <value>The default is 5 minutes.</value>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets how long after thisUpdate an answer serves that does not say when the next one is due.</summary>
    /// <value>The default is 1 hour. RFC 6960 section 2.4 has it that there is always a newer answer then; asking for each connection helps nobody.</value>
    public TimeSpan LifetimeWithoutNextUpdate { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Gets which keys are strong enough.</summary>
    public AlgorithmRules Algorithms { get; init; } = AlgorithmRules.Default;

    /// <summary>Gets what tells the status of a delegate whose certificate does not say no-check; null tells nothing.</summary>
    public Func<ParsedCertificate, RevocationStatus>? DelegateStatus { get; init; }
}
