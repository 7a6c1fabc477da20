using Microsoft.Extensions.Logging;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;
using MutualTls.Policies.Caching;
using MutualTls.Revocation;

namespace MutualTls.Policies;

/// <summary>Judges, and remembers who was accepted, within the policy that accepted.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RememberingJudge(RevocationService revocation, TimeProvider timeProvider, ILogger logger)
{
    private readonly PeerJudge _judge = new(timeProvider, revocation.Memory);
    private readonly DemandFollower _follower = new(timeProvider, logger);

    public CandidatePool Pool => _judge.Pool;

    public SignatureMemo Memo => _judge.Memo;

    public void Remember(VerifiedPath path) => _judge.Remember(path);

    /// <summary>Follows what a policy rests on and logs what weakens it; once, however often it is called.</summary>
    public void Begin(PeerPolicy policy, Action<IReadOnlyList<string>>? failed = null)
    {
        revocation.Follow(policy.RevocationChecker);
        _follower.Follow(policy, failed);
        policy.Announce(logger);
    }

    /// <summary>Follows a policy no longer.</summary>
    public void End(PeerPolicy policy) => _follower.Forget(policy);

    /// <summary>Keeps every signature of a path, for one who is judged by another policy in the next moment.</summary>
    public void RememberWhole(VerifiedPath path) => _judge.Memo.RememberWhole(path);

    /// <summary>Gets a number that grows whenever something changes that verdicts of this policy rest on.</summary>
    public long EpochOf(PeerPolicy policy) => policy.Epoch + revocation.Memory.Version;

    /// <summary>Gets what is remembered of a peer, if it still holds; renewed if that can be told without signatures. The hot path: no allocation, no lock.</summary>
    public PeerVerdict? Recall(PeerPolicy policy, in PresentedKey key)
    {
        if (policy.Cache.Find(key) is not { } entry)
        {
            return null;
        }

        // The epoch before everything that depends on it.
        long epoch = EpochOf(policy);
        DateTimeOffset now = timeProvider.GetUtcNow();
        if (!entry.IsInTime(now))
        {
            return null;
        }

        if (entry.Epoch == epoch)
        {
            return entry.Agreed is { } agreed && agreed.Holds(now, epoch) ? agreed.Verdict : entry.Verdict;
        }

        return Renew(policy, key, entry, now, epoch);
    }

    // Something that the verdict rests on has changed. Null: the peer no longer passes as it did, and is judged anew.
    private PeerVerdict? Renew(PeerPolicy policy, in PresentedKey key, CachedVerdict entry, DateTimeOffset now, long epoch)
    {
        PeerVerdict? renewed = null;
        try
        {
            renewed = _judge.JudgeAgain(entry.Verdict, now, Awaiting.Possible) is { IsKeepable: true } again ? again : null;
        }
#pragma warning disable CA1031 // As in JudgeAnew, which will meet the same and refuse.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.EngineFailed(logger, exception, policy.Name);
        }

        if (renewed is null)
        {
            policy.Cache.Remove(entry);
            return null;
        }

        renewed.Entry = entry.With(key, renewed, epoch);
        policy.Cache.Add(renewed.Entry, key);
        return renewed;
    }

    /// <summary>Judges a peer again that is connected, by the policy that let it in: all but signatures and the application's validators. Never throws.</summary>
    public PeerVerdict JudgeAgain(PeerVerdict standing)
    {
        try
        {
            return _judge.JudgeAgain(standing, timeProvider.GetUtcNow(), Awaiting.Possible);
        }
#pragma warning disable CA1031 // As in JudgeAnew.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fault(exception, standing.Policy, standing.Role, standing.Expected);
        }
    }

    /// <summary>Judges once more if needed: validators take their time, in which the data that the verdict rests on may have changed, or its own time have passed.</summary>
    public PeerVerdict Reconsider(PeerVerdict pending)
    {
        long epoch = EpochOf(pending.Policy);
        DateTimeOffset now = timeProvider.GetUtcNow();
        if (pending.Entry is { } entry && entry.Epoch == epoch && entry.IsInTime(now))
        {
            return pending;
        }

        try
        {
            return _judge.JudgeAgain(pending, now, Awaiting.Over);
        }
#pragma warning disable CA1031 // As in JudgeAnew.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fault(exception, pending.Policy, pending.Role, pending.Expected);
        }
    }

    /// <summary>Judges without what is remembered, and remembers. Never throws.</summary>
    public PeerVerdict JudgeAnew(PeerPolicy policy, in PresentedKey key, JudgementTrace? trace = null, Awaiting awaiting = Awaiting.Possible)
    {
        Begin(policy);
        long epoch = EpochOf(policy);
        try
        {
            PeerVerdict verdict = _judge.Judge(policy, key, trace, awaiting);
            Keep(policy, key, verdict, epoch);
            return verdict;
        }
#pragma warning disable CA1031 // Whatever went wrong, nothing is known about the peer: it is refused, and the handshake goes on to be closed in order.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fault(exception, policy, key.Role, key.Expected);
        }
    }

    private PeerVerdict Fault(Exception exception, PeerPolicy policy, PeerRole role, ReferenceIdentity? expected)
    {
        Log.EngineFailed(logger, exception, policy.Name);
        return PeerVerdict.Refused(role, policy, expected, new Finding(ValidationReason.InternalFault, Detail: exception.GetType().Name), timeProvider.GetUtcNow());
    }

    // Only what was accepted, but for the application's validators, is kept: a refusal may be mended at any time, and strangers fill nothing.
    private void Keep(PeerPolicy policy, in PresentedKey key, PeerVerdict verdict, long epoch)
    {
        if (!verdict.IsKeepable)
        {
            return;
        }

        verdict.Entry = new CachedVerdict(key, _judge.Pool.Share(key.Presented.Certificates[1..], out int unshared), verdict, epoch, unshared);
        policy.Cache.Add(verdict.Entry, key);
    }
}
