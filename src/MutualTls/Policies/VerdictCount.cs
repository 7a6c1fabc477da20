using MutualTls.Diagnostics;
using MutualTls.Findings;
using MutualTls.Revocation;

namespace MutualTls.Policies;

/// <summary>Counts final verdicts, each where it is given. One that is pending is none yet.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class VerdictCount(MutualTlsMeter meter)
{
    private const string Judged = "judged", Remembered = "remembered", Enforced = "enforce", Audited = "audit_only";

    /// <summary>Counts a verdict that was just made.</summary>
    public PeerVerdict Made(PeerVerdict verdict)
    {
        if (verdict.Outcome != VerdictOutcome.Pending && meter.CountsVerdicts)
        {
            Count(verdict, Judged);
            CountUnknown(verdict);
        }

        return verdict;
    }

    /// <summary>Counts a verdict that was remembered. On the hot path: while nobody listens, it is a few fields that are looked at.</summary>
    public PeerVerdict Recalled(PeerVerdict verdict)
    {
        if (meter.CountsVerdicts && verdict.Outcome != VerdictOutcome.Pending)
        {
            Count(verdict, Remembered);
        }

        return verdict;
    }

    private void Count(PeerVerdict verdict, string origin)
    {
        string policy = verdict.Policy.Name, role = MutualTlsMeter.Tag(verdict.Role);
        bool audited = verdict.IsAccepted ? verdict.Policy.AuditOnly && verdict.Role == PeerRole.Client : !verdict.IsEnforced;
        meter.Verdict(policy, role, MutualTlsMeter.Tag(verdict.Outcome), audited ? Audited : Enforced, origin, verdict.Primary?.Reason ?? ValidationReason.None);
        if (verdict is not { IsAccepted: true, Soft: { } soft })
        {
            return;
        }

        for (int i = 0; i < soft.Count; i++)
        {
            meter.Warning(policy, role, soft[i].Reason);
        }
    }

    // None of these is remembered, so this is no matter of the hot path.
    private void CountUnknown(PeerVerdict verdict)
    {
        bool any = false;
        foreach (ref readonly RevocationResult result in verdict.RevocationResults.AsSpan())
        {
            if (result.Status == RevocationStatus.Unknown)
            {
                any = true;
                meter.UnknownStatus(verdict.Policy.Name, MutualTlsMeter.Tag(result.Cause), MutualTlsMeter.Tag(verdict.Outcome));
            }
        }

        if (any && verdict.IsAccepted)
        {
            meter.SoftFail(verdict.Policy.Name, MutualTlsMeter.Tag(verdict.Role));
        }
    }
}
