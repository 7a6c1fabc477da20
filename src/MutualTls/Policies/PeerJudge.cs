using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;
using MutualTls.Paths.Rules;
using MutualTls.Policies.Caching;
using MutualTls.Revocation.Memory;

namespace MutualTls.Policies;

/// <summary>Judges one peer by one policy, from what is in memory.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class PeerJudge(TimeProvider timeProvider, RevocationMemory revocation)
{
    private readonly SignatureMemo _memo = new();
    private readonly CandidatePool _pool = new();
    private PathFinder? _spareFinder;

    public CandidatePool Pool => _pool;

    public SignatureMemo Memo => _memo;

    /// <summary>Keeps what helps to find and check a verified path again.</summary>
    public void Remember(VerifiedPath path)
    {
        _memo.Remember(path);
        _pool.Add(path);
    }

    /// <summary>Judges a remembered peer again because something that its verdict rests on has changed: all but the path's signatures and constraints is read anew.</summary>
    public PeerVerdict JudgeAgain(PeerVerdict verdict, DateTimeOffset now, Awaiting awaiting)
    {
        Judgement judgement = new(verdict.Policy, verdict.Role, verdict.Expected, verdict.EndEntity!, now)
        {
            Memo = _memo,
            Pool = _pool,
            Revocation = revocation,
            Awaiting = awaiting,
        };
        EndEntityDemands.Check(ref judgement);
        VerifiedPath path = verdict.Path!;
        PathBudget budget = default;
        PathCheck dates = new(path.Span, path.Anchor, verdict.Policy.PathParameters, PathPurpose.Any, now, ref budget);
        ValidityRule.Check(ref dates);
        return Conclude(ref judgement, path, PathDemands.Check(path, judgement), dates.Findings);
    }

    public PeerVerdict Judge(PeerPolicy policy, in PresentedKey key, JudgementTrace? trace, Awaiting awaiting = Awaiting.Possible)
    {
        (PeerRole role, ReferenceIdentity? expected) = (key.Role, key.Expected);
        DateTimeOffset now = timeProvider.GetUtcNow();
        if (key.Presented.Count == 0 && role == PeerRole.Client && policy.Certificate == PeerCertificateMode.Optional)
        {
            return new PeerVerdict(VerdictOutcome.Accepted, role, policy, expected) { JudgedAt = now, From = now, Until = DateTimeOffset.MaxValue };
        }

        if (!key.Presented.TryRead(_pool, out ParsedCertificate? endEntity, out ParsedCertificate[] others, out Finding unreadable))
        {
            return PeerVerdict.Refused(role, policy, expected, unreadable, now);
        }

        Judgement judgement = new(policy, role, expected, endEntity, now, trace) { Presented = others, Memo = _memo, Pool = _pool, Revocation = revocation, Awaiting = awaiting };

        // What needs no path speaks on its own, and is told beside whatever the path has to say.
        EndEntityDemands.Check(ref judgement);

        PathPurpose purpose = role == PeerRole.Client ? PathPurpose.ClientAuth : PathPurpose.ServerAuth;
        if (policy.Lists.IsAllowed(endEntity))
        {
            return JudgeDirectly(ref judgement, purpose);
        }

        PathFinder finder = Interlocked.Exchange(ref _spareFinder, null) ?? new PathFinder(_memo, _pool);
        finder.Begin(endEntity, others, policy.PathParameters, purpose, now, trace);
        PeerVerdict verdict = ChoosePath(finder, ref judgement);
        if (verdict.AwaitsRevocation)
        {
            (verdict.Presented, verdict.Others) = (key.Presented, others);
        }

        finder.End();
        Volatile.Write(ref _spareFinder, finder);
        return verdict;
    }

    // A certificate that is trusted as itself stands or falls on its own: its chain is never looked at.
    private static PeerVerdict JudgeDirectly(ref Judgement judgement, PathPurpose purpose)
    {
        VerifiedPath? path = DirectTrustValidator.Validate(judgement.EndEntity, judgement.Policy.PathParameters, purpose, judgement.Now, out FindingCollection? findings);
        judgement.Trace?.Begin("trusted as itself");
        judgement.Trace?.Tell("dates, key, purpose, critical extensions", findings, before: 0, "sound; who signed the certificate does not count");
        return Conclude(ref judgement, path, path is null ? PathAnswer.Good : PathDemands.Check(path, judgement), findings);
    }

    // The first path that passes every demand is taken; else the first that only waits for an answer; else the first, with what speaks against it.
    private PeerVerdict ChoosePath(PathFinder finder, ref Judgement judgement)
    {
        VerifiedPath? chosen = null;
        PathAnswer chosenAnswer = default;
        while (finder.Next() is { } path)
        {
            Remember(path);
            PathAnswer answer = PathDemands.Check(path, judgement);
            if (chosen is null || answer.Outcome > chosenAnswer.Outcome)
            {
                (chosen, chosenAnswer) = (path, answer);
            }

            // What speaks against the end-entity itself speaks against every path.
            if (answer.Outcome == VerdictOutcome.Accepted || judgement.Findings is not null)
            {
                break;
            }
        }

        return Conclude(ref judgement, chosen, chosenAnswer, chosen is null ? finder.Explain() : null);
    }

    private static PeerVerdict Conclude(ref Judgement judgement, VerifiedPath? path, PathAnswer answer, FindingCollection? explanation)
    {
        FindingCollection? findings = FindingCollection.Join(explanation ?? answer.Findings, judgement.Findings);
        VerdictOutcome outcome = findings is not null ? VerdictOutcome.Refused
            : answer.IsPending || judgement.Policy.Validators.Length > 0 ? VerdictOutcome.Pending
            : VerdictOutcome.Accepted;
        return new PeerVerdict(outcome, judgement.Role, judgement.Policy, judgement.Expected)
        {
            Path = path,
            EndEntity = judgement.EndEntity,
            Against = findings,
            Soft = FindingCollection.Join(answer.Warnings, judgement.Warnings),
            RevocationResults = answer.Revocation,
            JudgedAt = judgement.Now,
            From = path is null ? judgement.Now : Later(Later(path.NotBefore, answer.From), judgement.From),
            Until = path is null ? judgement.Now : Earlier(Earlier(path.Until, answer.Until), judgement.Until),
            AwaitsRevocation = answer.IsPending,
        };
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
