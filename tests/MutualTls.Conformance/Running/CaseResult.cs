using MutualTls.Conformance.Cases;
using MutualTls.Conformance.Engines;

namespace MutualTls.Conformance.Running;

/// <summary>Names how an engine's answer lies to what the suite expects.</summary>
internal enum Agreement
{
    Agrees,

    /// <summary>A security fault.</summary>
    WronglyAccepted,

    /// <summary>An interoperability fault.</summary>
    WronglyRefused,

    /// <summary>Accepted rightly, but for other certificate policies than expected.</summary>
    PoliciesDiffer,

    /// <summary>An exception left the engine.</summary>
    Exception,
}

/// <summary>Holds what came of one case.</summary>
/// <param name="Case">The case.</param>
/// <param name="Answer">The answer; null if an exception left the engine.</param>
/// <param name="Exception">The exception.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record CaseResult(ConformanceCase Case, CaseAnswer? Answer, Exception? Exception, TimeSpan Duration)
{
    public Agreement Agreement =>
        Answer is null ? Agreement.Exception
        : Answer.IsAccepted && !Case.ExpectsAcceptance ? Agreement.WronglyAccepted
        : !Answer.IsAccepted && Case.ExpectsAcceptance ? Agreement.WronglyRefused
        : Answer is { IsAccepted: true, Policies: { } policies } && Case.ExpectedPolicies is { } expected && !policies.ToHashSet().SetEquals(expected)
            ? Agreement.PoliciesDiffer
        : Agreement.Agrees;

    /// <summary>Gets the engine's word in the suites' terms.</summary>
    public string Ours => Answer is null ? "EXCEPTION" : Answer.IsAccepted ? "SUCCESS" : "FAILURE";

    public string Expected => Case.ExpectsAcceptance ? "SUCCESS" : "FAILURE";

    public string? Reason => Exception?.GetType().Name ?? Answer?.Reason;

    public string Detail => Exception?.Message
        ?? (Agreement == Agreement.PoliciesDiffer ? $"policies [{string.Join(' ', Answer!.Policies!)}], expected [{string.Join(' ', Case.ExpectedPolicies!)}]"
            : Answer?.Detail ?? "");
}
