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
        RevocationContext at = new() { Presented = judgement.Presented, Pool = judgement.Pool, Memo = judgement.Memo, Memory = judgement.Revocation, Now = judgement.Now };
        checker.Check(path, at, results);
        answer.Revocation = results;
        judgement.Trace?.Begin($"revocation, {checker.Rules.Mode}");
        foreach (ref RevocationResult result in results.AsSpan())
        {
            // RFC 7633: what the peer's own certificate demands holds in every mode.
            bool demanded = result.Depth == 0 && path.EndEntity.Extensions.DemandsStaple;
            if (checker.IsWorthAsking(path, result, judgement.Revocation, judgement.Now))
            {
                if (judgement.Awaiting == Awaiting.Possible)
                {
                    judgement.Trace?.Note($"depth {result.Depth}", "not in memory: asked for, and awaited");
                    answer.IsPending = true;
                    continue;
                }

                result = result.Cause == RevocationCause.Missing ? result with { Cause = RevocationCause.Unreachable, Detail = "no answer in time" } : result;
            }

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
            else if (result.Status == RevocationStatus.Unknown && (demanded || checker.Rules.Refuses(result.Cause)))
            {
                answer.Add(ReasonOf(result), result.Depth, result.ToString());
            }
            else if (result.Status == RevocationStatus.Unknown)
            {
                answer.Warn(ReasonOf(result), result.Depth, result.ToString());
            }
        }
    }

    /// <summary>Gives each cause its own reason.</summary>
    public static ValidationReason ReasonOf(in RevocationResult result) => result.Reported != ValidationReason.None ? result.Reported : ReasonOf(result.Cause);

    private static ValidationReason ReasonOf(RevocationCause cause) => cause switch
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
