using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Judges the peers of open connections again, by one policy. Connections that share a verdict share the judgement.</summary>
/// <threadsafety>One pass's, on one thread.</threadsafety>
internal sealed class LiveJudge(PeerPolicyEngine engine, PeerPolicy policy)
{
    private readonly Dictionary<PeerVerdict, PeerVerdict?> _renewed = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<PeerVerdict, PeerVerdict> _anew = new(ReferenceEqualityComparer.Instance);

    public PeerPolicy Policy => policy;

    /// <summary>Judges from what is in memory.</summary>
    /// <returns>The verdict; pending if it has to be awaited.</returns>
    public PeerVerdict Judge(LiveRegistration member)
    {
        PeerVerdict standing = member.Standing;
        if (!_renewed.TryGetValue(standing, out PeerVerdict? renewed))
        {
            _renewed.Add(standing, renewed = Renew(standing));
        }

        if (renewed is not null)
        {
            return renewed;
        }

        // What was presented beside the path, or the host that was dialled, may differ between those who share a verdict.
        bool isShared = member.Others is null && member.ExpectedBy is null;
        if (isShared && _anew.TryGetValue(standing, out PeerVerdict? known))
        {
            return known;
        }

        PeerVerdict verdict = Anew(member);
        if (isShared)
        {
            _anew.Add(standing, verdict);
        }

        return verdict;
    }

    /// <summary>Judges, and awaits what is missing. Whatever goes wrong refuses.</summary>
    public static async ValueTask<PeerVerdict> JudgeAsync(PeerPolicyEngine engine, LiveRegistration member, PeerPolicy policy)
    {
        try
        {
            return await engine.JudgeAsync(policy, member.Standing.Role, OtherCertificates.Join(member.Standing, member.Others), ExpectedBy(member, policy), CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nothing is known of the peer any more, so its connection is closed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fault(engine, member, policy, exception);
        }
    }

    // By the same policy only what may change is read again: no signatures, and no validator, which has agreed to this very peer.
    private PeerVerdict? Renew(PeerVerdict standing)
    {
        if (!ReferenceEquals(standing.Policy, policy) || !standing.IsAccepted || standing.Path is null)
        {
            return null;
        }

        PeerVerdict again = engine.JudgeAgain(standing);
        if (again is { Outcome: VerdictOutcome.Pending, AwaitsRevocation: false })
        {
            again = again.Accept(soft: null, standing.Claims);
        }

        // Otherwise another path may do, or another answer may come.
        return !again.IsAccepted ? null : again.Until == standing.Until && again.From == standing.From ? standing : again;
    }

    private PeerVerdict Anew(LiveRegistration member)
    {
        // Said once, in the handshake, and true under every policy: whoever was let in in spite of it was so by an audit.
        if (member.Standing.Primary is { Reason: ValidationReason.ExplicitlyDistrusted } distrust)
        {
            return PeerVerdict.Refused(member.Standing.Role, policy, member.Standing.Expected, distrust, engine.TimeProvider.GetUtcNow());
        }

        try
        {
            return engine.JudgeByAnother(policy, member.Standing, OtherCertificates.Join(member.Standing, member.Others), ExpectedBy(member, policy));
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fault(engine, member, policy, exception);
        }
    }

    private static ReferenceIdentity? ExpectedBy(LiveRegistration member, PeerPolicy policy) =>
        member.ExpectedBy is { } expectedBy ? expectedBy(policy) : member.Standing.Expected;

    // A new policy can leave nothing to compare the server's names with.
    private static PeerVerdict Fault(PeerPolicyEngine engine, LiveRegistration member, PeerPolicy policy, Exception exception) => PeerVerdict.Refused(
        member.Standing.Role, policy, member.Standing.Expected, new Finding(ValidationReason.InternalFault, Detail: exception.Message), engine.TimeProvider.GetUtcNow());
}
