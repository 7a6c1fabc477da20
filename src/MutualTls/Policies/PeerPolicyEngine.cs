using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;
using MutualTls.Policies.Caching;

namespace MutualTls.Policies;

/// <summary>Judges peers by policies, with or without a connection.</summary>
/// <remarks>
/// Keeps two memories between judgements, the intermediates and the signatures of verified paths. They make judging faster and help peers
/// that send no intermediates; they grant nothing, so one engine serves every policy of a process. Verdicts themselves are remembered by the
/// policy they are of. What a peer presents never makes it throw.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class PeerPolicyEngine
{
    private readonly SignatureMemo _memo = new();
    private readonly CandidatePool _pool = new();
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private PathFinder? _spareFinder;

    /// <summary>Makes an engine.</summary>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Where validators that fail are logged. The default is nowhere.</param>
    public PeerPolicyEngine(TimeProvider? timeProvider = null, ILogger<PeerPolicyEngine>? logger = null)
    {
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? (ILogger)NullLogger.Instance;
    }

    /// <summary>Gets the engine for those who are given none: one for the process.</summary>
    public static PeerPolicyEngine Shared { get; } = new();

    internal TimeProvider TimeProvider => _timeProvider;

    /// <summary>Judges without waiting for anything: no I/O, no lock, no code of the application.</summary>
    /// <param name="policy">What is demanded.</param>
    /// <param name="role">The part that the peer plays.</param>
    /// <param name="presented">What it presented.</param>
    /// <param name="expected">The name it must have; needed for a server unless the policy accepts any name.</param>
    /// <returns>The verdict; <see cref="VerdictOutcome.Pending"/> if nothing speaks against the peer but an answer is awaited.</returns>
    public PeerVerdict Judge(PeerPolicy policy, PeerRole role, PresentedChain presented, ReferenceIdentity? expected = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(presented);
        PresentedKey key = new(presented, role, expected);
        return Recall(policy, key) ?? JudgeAnew(policy, key);
    }

    /// <summary>Judges and awaits what the verdict waits for.</summary>
    /// <param name="policy">What is demanded.</param>
    /// <param name="role">The part that the peer plays.</param>
    /// <param name="presented">What it presented.</param>
    /// <param name="expected">The name it must have; needed for a server unless the policy accepts any name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The verdict, never pending.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public ValueTask<PeerVerdict> JudgeAsync(
        PeerPolicy policy, PeerRole role, PresentedChain presented, ReferenceIdentity? expected = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(presented);
        return CompleteAsync(JudgeInGate(policy, role, presented, expected), cancellationToken);
    }

    /// <summary>Awaits what a verdict waits for.</summary>
    /// <param name="verdict">A verdict of <see cref="Judge"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The same verdict if it is not pending, else one that is not.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async ValueTask<PeerVerdict> CompleteAsync(PeerVerdict verdict, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        if (verdict.FirstSight is { } other)
        {
            verdict = await other.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return verdict.Outcome == VerdictOutcome.Pending
            ? await ValidatorRunner.RunAsync(verdict, _timeProvider, _logger, cancellationToken).ConfigureAwait(false)
            : verdict;
    }

    /// <summary>Judges for somebody who can await: while another judges the same, the verdict is pending on that.</summary>
    internal PeerVerdict JudgeInGate(PeerPolicy policy, PeerRole role, PresentedChain presented, ReferenceIdentity? expected)
    {
        PresentedKey key = new(presented, role, expected);
        if (Recall(policy, key) is { } known)
        {
            return known;
        }

        (FirstSight? mine, Task<PeerVerdict>? other) = policy.FirstSights.Begin(key);
        if (other is not null)
        {
            return new PeerVerdict(VerdictOutcome.Pending, role, policy, expected) { FirstSight = other, JudgedAt = _timeProvider.GetUtcNow() };
        }

        PeerVerdict verdict = JudgeAnew(policy, key);
        if (mine is not null)
        {
            policy.FirstSights.End(mine, verdict);
        }

        return verdict;
    }

    /// <summary>Makes sure that the intermediates of an accepted peer are known, for its resumed sessions.</summary>
    internal void Remember(PeerVerdict verdict)
    {
        if (verdict is { IsAccepted: true, Path: { } path })
        {
            Remember(path);
        }
    }

    private void Remember(VerifiedPath path)
    {
        _memo.Remember(path);
        _pool.Add(path);
    }

    // The hot path: no allocation, no lock.
    private PeerVerdict? Recall(PeerPolicy policy, in PresentedKey key)
    {
        if (policy.Cache.Find(key) is not { } entry)
        {
            return null;
        }

        // The epoch before everything that depends on it.
        long epoch = policy.Epoch;
        DateTimeOffset now = _timeProvider.GetUtcNow();
        CachedVerdict.Stamp stamp = entry.Current;
        if (!stamp.IsInTime(now))
        {
            return null;
        }

        if (stamp.Epoch != epoch)
        {
            if (Renew(stamp.Verdict, now, epoch) is not { } renewed)
            {
                policy.Cache.Remove(entry);
                return null;
            }

            renewed.Verdict.Entry = entry;
            entry.Current = stamp = renewed;
        }

        return entry.Agreed is { } agreed && agreed.Epoch == epoch && agreed.IsInTime(now) ? agreed.Verdict : stamp.Verdict;
    }

    // Something that the verdict rests on has changed: all but the signatures is read again.
    private static CachedVerdict.Stamp? Renew(PeerVerdict verdict, DateTimeOffset now, long epoch)
    {
        Judgement judgement = new(verdict.Policy, verdict.Role, verdict.Expected, verdict.EndEntity!, now);
        EndEntityDemands.Check(ref judgement);
        PathAnswer answer = PathDemands.Check(verdict.Path!, judgement);
        return judgement.Findings is null && answer.Outcome == VerdictOutcome.Accepted
            ? StampOf(Conclude(ref judgement, verdict.Path, answer, explanation: null), epoch)
            : null;
    }

    private PeerVerdict JudgeAnew(PeerPolicy policy, in PresentedKey key)
    {
        long epoch = policy.Epoch;
        try
        {
            PeerVerdict verdict = JudgeCore(policy, key);
            Keep(policy, key, verdict, epoch);
            return verdict;
        }
#pragma warning disable CA1031 // Whatever went wrong, nothing is known about the peer: it is refused, and the handshake goes on to be closed in order.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.EngineFailed(_logger, exception, policy.Name);
            return PeerVerdict.Refused(
                key.Role, policy, key.Expected, new Finding(ValidationReason.InternalFault, Detail: exception.GetType().Name), _timeProvider.GetUtcNow());
        }
    }

    // Only what was accepted, but for the application's validators, is kept: a refusal may be mended at any time, and strangers fill nothing.
    private void Keep(PeerPolicy policy, in PresentedKey key, PeerVerdict verdict, long epoch)
    {
        if (!verdict.IsKeepable)
        {
            return;
        }

        ReadOnlyMemory<byte>[] certificates = new ReadOnlyMemory<byte>[key.Presented.Count];
        certificates[0] = verdict.EndEntity!.Der;
        for (int i = 1; i < certificates.Length; i++)
        {
            ReadOnlyMemory<byte> presented = key.Presented.Certificates[i];
            certificates[i] = _pool.Find(presented.Span)?.Der ?? presented;
        }

        CachedVerdict entry = new(key, certificates, StampOf(verdict, epoch));
        verdict.Entry = entry;
        policy.Cache.Add(entry, key);
    }

    private static CachedVerdict.Stamp StampOf(PeerVerdict verdict, long epoch) => new(verdict, verdict.From, verdict.Until, epoch);

    private PeerVerdict JudgeCore(PeerPolicy policy, in PresentedKey key)
    {
        (PeerRole role, ReferenceIdentity? expected) = (key.Role, key.Expected);
        DateTimeOffset now = _timeProvider.GetUtcNow();
        if (key.Presented.Count == 0 && role == PeerRole.Client && policy.Certificate == PeerCertificateMode.Optional)
        {
            return new PeerVerdict(VerdictOutcome.Accepted, role, policy, expected) { JudgedAt = now };
        }

        if (!key.Presented.TryRead(_pool, out ParsedCertificate? endEntity, out ParsedCertificate[] others, out Finding unreadable))
        {
            return PeerVerdict.Refused(role, policy, expected, unreadable, now);
        }

        Judgement judgement = new(policy, role, expected, endEntity, now);

        // What needs no path speaks on its own, and is told beside whatever the path has to say.
        EndEntityDemands.Check(ref judgement);

        PathFinder finder = Interlocked.Exchange(ref _spareFinder, null) ?? new PathFinder(_memo, _pool);
        PathPurpose purpose = role == PeerRole.Client ? PathPurpose.ClientAuth : PathPurpose.ServerAuth;
        finder.Begin(endEntity, others, policy.PathParameters, purpose, now);
        PeerVerdict verdict = ChoosePath(finder, ref judgement);
        finder.End();
        Volatile.Write(ref _spareFinder, finder);
        return verdict;
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
            JudgedAt = judgement.Now,
            From = path is null ? judgement.Now : Later(path.NotBefore, judgement.From),
            Until = path is null ? judgement.Now : Earlier(Earlier(path.Until, answer.Until), judgement.Until),
            AwaitsRevocation = answer.IsPending,
        };
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
