using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;

namespace MutualTls.Policies;

/// <summary>Judges peers by policies, with or without a connection.</summary>
/// <remarks>
/// Keeps two memories between judgements, the intermediates and the signatures of verified paths. They make judging faster and help peers
/// that send no intermediates; they grant nothing, so one engine serves every policy of a process. What a peer presents never makes it throw.
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
    /// <returns>The verdict; <see cref="VerdictOutcome.Pending"/> if the policy has validators and nothing else speaks against the peer.</returns>
    public PeerVerdict Judge(PeerPolicy policy, PeerRole role, PresentedChain presented, ReferenceIdentity? expected = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(presented);
        try
        {
            return JudgeCore(policy, role, presented, expected);
        }
#pragma warning disable CA1031 // Whatever went wrong, nothing is known about the peer: it is refused, and the handshake goes on to be closed in order.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.EngineFailed(_logger, exception, policy.Name);
            return PeerVerdict.Refused(role, policy, expected, new Finding(ValidationReason.InternalFault, Detail: exception.GetType().Name), _timeProvider.GetUtcNow());
        }
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
        PeerPolicy policy, PeerRole role, PresentedChain presented, ReferenceIdentity? expected = null, CancellationToken cancellationToken = default) =>
        CompleteAsync(Judge(policy, role, presented, expected), cancellationToken);

    /// <summary>Awaits what a verdict waits for.</summary>
    /// <param name="verdict">A verdict of <see cref="Judge"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The same verdict if it is not pending, else one that is not.</returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public ValueTask<PeerVerdict> CompleteAsync(PeerVerdict verdict, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return verdict.Outcome == VerdictOutcome.Pending ? ValidatorRunner.RunAsync(verdict, _timeProvider, _logger, cancellationToken) : new(verdict);
    }

    private PeerVerdict JudgeCore(PeerPolicy policy, PeerRole role, PresentedChain presented, ReferenceIdentity? expected)
    {
        if (presented.Count == 0 && role == PeerRole.Client && policy.Certificate == PeerCertificateMode.Optional)
        {
            return new PeerVerdict(VerdictOutcome.Accepted, role, policy, expected) { JudgedAt = _timeProvider.GetUtcNow() };
        }

        if (!presented.TryRead(_pool, out ParsedCertificate? endEntity, out ParsedCertificate[] others, out Finding unreadable))
        {
            return PeerVerdict.Refused(role, policy, expected, unreadable, _timeProvider.GetUtcNow());
        }

        DateTimeOffset now = _timeProvider.GetUtcNow();
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
            _memo.Remember(path);
            _pool.Add(path);
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

        FindingCollection? findings = Join(chosen is null ? finder.Explain() : chosenAnswer.Findings, judgement.Findings);
        VerdictOutcome outcome = findings is not null ? VerdictOutcome.Refused
            : chosenAnswer.IsPending || judgement.Policy.Validators.Length > 0 ? VerdictOutcome.Pending
            : VerdictOutcome.Accepted;
        return new PeerVerdict(outcome, judgement.Role, judgement.Policy, judgement.Expected)
        {
            Path = chosen,
            EndEntity = judgement.EndEntity,
            Against = findings,
            Soft = Join(chosenAnswer.Warnings, judgement.Warnings),
            JudgedAt = judgement.Now,
        };
    }

    private static FindingCollection? Join(FindingCollection? first, FindingCollection? second)
    {
        if (first is null || second is null)
        {
            return first ?? second;
        }

        first.AddRange(second);
        return first;
    }
}
