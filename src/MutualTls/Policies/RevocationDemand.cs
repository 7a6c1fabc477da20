using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Revocation;

namespace MutualTls.Policies;

/// <summary>No certificate of the path is revoked, and where the policy says so each is known not to be.</summary>
internal static class RevocationDemand
{
    public static void Check(VerifiedPath path, in Judgement judgement, ref PathAnswer answer)
    {
        if (judgement.Policy.RevocationChecker is not { } checker)
        {
            return;
        }

        // Nobody issued it as far as this policy is concerned, so nobody can revoke it: it is taken off the list instead.
        if (path.Kind == PathKind.DirectTrust)
        {
            judgement.Trace?.Note("revocation", "not checked: the certificate is trusted as itself, until it is taken off the list");
            return;
        }

        RevocationResult[] results = new RevocationResult[path.Span.Length];
        checker.Check(path, judgement.Presented, judgement.Memo, judgement.Pool, judgement.Now, results);
        answer.Revocation = results;
        judgement.Trace?.Begin($"revocation, {checker.Rules.Mode}");
        foreach (RevocationResult result in results)
        {
            judgement.Trace?.Add(
                $"depth {result.Depth}",
                result.Status switch { RevocationStatus.Good => JudgementStepOutcome.Passed, RevocationStatus.NotChecked => JudgementStepOutcome.Noted, _ => JudgementStepOutcome.Failed },
                result.ToString());
            if (result is { Status: RevocationStatus.Good, Until: { } until })
            {
                // A clock that is set back makes it an answer from the future, which is none.
                answer.HoldsFrom(result.ThisUpdate ?? DateTimeOffset.MinValue);
                answer.HoldsUntil(until);
            }
            else if (result.Status == RevocationStatus.Revoked)
            {
                answer.Add(ValidationReason.CertificateRevoked, result.Depth, result.ToString());
            }
            else if (result.Status == RevocationStatus.Unknown && checker.Rules.Refuses(result.Cause))
            {
                answer.Add(ReasonOf(result.Cause), result.Depth, result.ToString());
            }
            else if (result.Status == RevocationStatus.Unknown)
            {
                answer.Warn(ReasonOf(result.Cause), result.Depth, result.ToString());
            }
        }
    }

    /// <summary>Gives each cause its own reason.</summary>
    public static ValidationReason ReasonOf(RevocationCause cause) => cause switch
    {
        RevocationCause.NoPointer => ValidationReason.RevocationNoPointer,
        RevocationCause.Unreachable => ValidationReason.RevocationUnreachable,
        RevocationCause.Malformed => ValidationReason.CrlMalformed,
        RevocationCause.Unsupported => ValidationReason.CrlExtensionUnknown,
        RevocationCause.SignerInvalid => ValidationReason.CrlSignerInvalid,
        RevocationCause.ReasonsIncomplete => ValidationReason.CrlReasonsIncomplete,
        RevocationCause.Stale => ValidationReason.CrlStale,
        _ => ValidationReason.RevocationMissing,
    };
}
