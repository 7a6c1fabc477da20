using MutualTls.Conformance.Cases;

namespace MutualTls.Conformance.Engines;

/// <summary>Judges cases with one library, in the way its users would.</summary>
internal interface IConformanceEngine
{
    ValueTask<CaseAnswer> JudgeAsync(ConformanceCase @case, CancellationToken cancellationToken);
}

/// <summary>Holds what an engine says about one case.</summary>
/// <param name="IsAccepted">Whether it accepts the peer.</param>
/// <param name="Reason">The short reason of a refusal.</param>
/// <param name="Detail">The same at length.</param>
/// <param name="Policies">The policies that an accepted path is valid for; null if the library does not tell.</param>
internal sealed record CaseAnswer(bool IsAccepted, string? Reason = null, string? Detail = null, IReadOnlyCollection<string>? Policies = null)
{
    public static CaseAnswer Refused(string reason, string? detail = null) => new(IsAccepted: false, reason, detail ?? reason);
}
