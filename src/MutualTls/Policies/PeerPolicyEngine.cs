using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Diagnostics;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;
using MutualTls.Policies.Caching;
using MutualTls.Revocation;

namespace MutualTls.Policies;

/// <summary>Judges peers by policies, with or without a connection.</summary>
/// <remarks>
/// Keeps two memories between judgements, the intermediates and the signatures of verified paths. They make judging faster and help peers
/// that send no intermediates; they grant nothing, so one engine serves every policy of a process. Of those that serve TLS clients, each also knows
/// the intermediates of the others: a session that began with one may be resumed with another. Verdicts themselves are remembered by the policy they are of. What a peer presents never makes it throw.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class PeerPolicyEngine
{
    private readonly RememberingJudge _judge;
    private readonly VerdictCount _count;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    /// <summary>Makes an engine.</summary>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Where validators that fail are logged. The default is nowhere.</param>
    /// <param name="revocation">What fetches revocation data; it is the caller's to dispose of. The default is one of the engine's own, with the default options.</param>
    /// <param name="meterFactory">What makes the meter that verdicts are counted by. The default is one meter for the process, of the same name: <c>MutualTls</c>.</param>
    public PeerPolicyEngine(
        TimeProvider? timeProvider = null, ILogger<PeerPolicyEngine>? logger = null, RevocationService? revocation = null, IMeterFactory? meterFactory = null)
    {
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        Revocation = revocation ?? new RevocationService(timeProvider: _timeProvider, meterFactory: meterFactory);
        _judge = new RememberingJudge(Revocation, _timeProvider, _logger);
        _count = new VerdictCount(MutualTlsMeter.Of(meterFactory));
    }

    /// <summary>Gets the engine for those who are given none: one for the process.</summary>
    public static PeerPolicyEngine Shared { get; } = new();

    /// <summary>Gets what fetches revocation data and keeps it.</summary>
    public RevocationService Revocation { get; }

    internal TimeProvider TimeProvider => _timeProvider;

    internal ILogger Logger => _logger;

    /// <summary>Gets whether <see cref="ServeSessions"/> does anything.</summary>
    internal bool SharesIntermediates { get; init; } = true;

    /// <summary>Gets a number that grows whenever something changes that verdicts of a policy rest on.</summary>
    internal long EpochOf(PeerPolicy policy) => _judge.EpochOf(policy);

    /// <summary>Judges a peer again that is connected, by the policy that let it in, from memory.</summary>
    internal PeerVerdict JudgeAgain(PeerVerdict standing) => _judge.JudgeAgain(standing);

    /// <summary>Judges a peer that is connected by another policy, from memory: what was signed is still signed.</summary>
    internal PeerVerdict JudgeByAnother(PeerPolicy policy, PeerVerdict standing, PresentedChain presented, ReferenceIdentity? expected)
    {
        if (standing.Path is { } path)
        {
            _judge.RememberWhole(path);
        }

        return Judge(policy, standing.Role, presented, expected);
    }

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
        return _judge.Recall(policy, key) is { } known ? _count.Recalled(known) : _count.Made(_judge.JudgeAnew(policy, key));
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
    public ValueTask<PeerVerdict> CompleteAsync(PeerVerdict verdict, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return verdict.Outcome == VerdictOutcome.Pending ? CompleteAndCountAsync(verdict, cancellationToken) : new(verdict);
    }

    private async ValueTask<PeerVerdict> CompleteAndCountAsync(PeerVerdict verdict, CancellationToken cancellationToken) =>
        _count.Made(await CompleteAsync(verdict, trace: null, cancellationToken).ConfigureAwait(false));

    private async ValueTask<PeerVerdict> CompleteAsync(PeerVerdict verdict, JudgementTrace? trace, CancellationToken cancellationToken)
    {
        if (verdict.FirstSight is { } other)
        {
            verdict = await other.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (verdict is { AwaitsRevocation: true, Presented: { } presented })
        {
            await AwaitRevocationAsync(verdict, cancellationToken).ConfigureAwait(false);
            verdict = _judge.JudgeAnew(verdict.Policy, new PresentedKey(presented, verdict.Role, verdict.Expected), trace, Awaiting.Over);
        }

        // What still waits for revocation data must not pass by the validators alone.
        if (verdict.Outcome != VerdictOutcome.Pending || verdict.AwaitsRevocation)
        {
            return verdict.Outcome == VerdictOutcome.Pending ? verdict.RefuseWithoutGate() : verdict;
        }

        PeerVerdict final = await ValidatorRunner.RunAsync(verdict, _judge.EpochOf(verdict.Policy), _judge.Reconsider, _timeProvider, _logger, cancellationToken).ConfigureAwait(false);
        trace?.Begin("the application");
        trace?.Tell("validators", final.Against, before: 0, string.Join(", ", final.Policy.Validators.Select(validator => validator.Name)));
        return final;
    }

    /// <summary>Judges as <see cref="JudgeAsync"/> does, without what is remembered, and tells every step.</summary>
    /// <param name="policy">What is demanded.</param>
    /// <param name="role">The part that the peer plays.</param>
    /// <param name="presented">What it presented, or would present: no connection is needed.</param>
    /// <param name="expected">The name it must have; needed for a server unless the policy accepts any name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The verdict and the steps that led to it.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async ValueTask<Explanation> ExplainAsync(
        PeerPolicy policy, PeerRole role, PresentedChain presented, ReferenceIdentity? expected = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(presented);
        JudgementTrace trace = new();
        PresentedNarrator.Tell(presented, policy, trace);
        PeerVerdict judged = _judge.JudgeAnew(policy, new PresentedKey(presented, role, expected), trace);
        return new Explanation(await CompleteAsync(judged, trace, cancellationToken).ConfigureAwait(false), trace);
    }

    /// <summary>Judges for somebody who can await: while another judges the same, the verdict is pending on that.</summary>
    internal PeerVerdict JudgeInGate(PeerPolicy policy, PeerRole role, PresentedChain presented, ReferenceIdentity? expected)
    {
        PresentedKey key = new(presented, role, expected);
        if (_judge.Recall(policy, key) is { } known)
        {
            return _count.Recalled(known);
        }

        (FirstSight? mine, Task<PeerVerdict>? other) = policy.FirstSights.Begin(key, _judge.EpochOf(policy));
        if (other is not null)
        {
            return new PeerVerdict(VerdictOutcome.Pending, role, policy, expected) { FirstSight = other, JudgedAt = _timeProvider.GetUtcNow() };
        }

        PeerVerdict? verdict = null;
        try
        {
            // Somebody else's judgement may have ended, and been kept, since the first look.
            return _count.Made(verdict = _judge.Recall(policy, key) ?? _judge.JudgeAnew(policy, key));
        }
        finally
        {
            // Even if the clock or the log threw: somebody may be waiting.
            if (mine is not null)
            {
                policy.FirstSights.End(mine, verdict ?? PeerVerdict.Refused(role, policy, expected, new Finding(ValidationReason.InternalFault), default));
            }
        }
    }

    /// <summary>Shares intermediates from here on with the other engines of the process that serve TLS clients: a session may have begun with any of them, and brings none.</summary>
    internal void ServeSessions()
    {
        if (SharesIntermediates)
        {
            _judge.Pool.ShareWith(CandidatePool.OfProcess);
        }
    }

    /// <summary>Begins to use a policy before anybody is judged by it: what it rests on is followed.</summary>
    internal void Begin(PeerPolicy policy, Action<IReadOnlyList<string>> failed) => _judge.Begin(policy, failed);

    /// <summary>Ends that, since another one has taken its place.</summary>
    internal void End(PeerPolicy policy) => _judge.End(policy);

    /// <summary>Counts a verdict that somebody else had to make.</summary>
    internal PeerVerdict Count(PeerVerdict verdict) => _count.Made(verdict);

    /// <summary>Makes sure that the intermediates of an accepted peer are known, for its resumed sessions.</summary>
    internal void Remember(PeerVerdict verdict)
    {
        if (verdict is { IsAccepted: true, Path: { } path })
        {
            _judge.Remember(path);
        }
    }

    // Up to the policy's own deadline: after that the stated outcome of not knowing holds.
    private async ValueTask AwaitRevocationAsync(PeerVerdict verdict, CancellationToken cancellationToken)
    {
        RevocationChecker checker = verdict.Policy.RevocationChecker!;
        using CancellationTokenSource deadline = new(checker.Rules.MaxWait, _timeProvider);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await Revocation.AskAsync(verdict.Path!, checker, verdict.Others ?? [], _judge.Pool, _judge.Memo, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The fetch goes on for those who come later.
        }
    }
}
