using MutualTls.Conformance.Cases;
using MutualTls.Paths;

namespace MutualTls.Conformance.Running;

/// <summary>Says which results decide the exit code.</summary>
internal static class Gate
{
    /// <summary>PKITS cases with DSA keys: a library without DSA refuses them.</summary>
    public const string DsaFeature = "dsa";

    /// <summary>Tells whether a case of this scope must agree under a preset.</summary>
    /// <remarks>
    /// The suites test the bare standard. Strict adds the profile. Default adds what mutual TLS needs of an end-entity, which the suites do not
    /// know of, so there only a wrong acceptance counts.
    /// </remarks>
    public static bool IsGated(ConformanceCase @case, RulePreset preset) => !@case.Features.Contains(DsaFeature) && @case.Scope switch
    {
        "core" or LimboSuite.AllScope => true,
        "crypto-policy" => preset != RulePreset.Strict,
        "profile" => preset == RulePreset.Strict,
        _ => false,
    };

    public static bool Passes(CaseResult result, RulePreset preset) =>
        !IsGated(result.Case, preset) || result.Agreement == Agreement.Agrees
        || (result.Agreement == Agreement.WronglyRefused && preset == RulePreset.Default);
}
