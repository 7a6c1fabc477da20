using System.Globalization;
using System.Security.Claims;
using Microsoft.Extensions.Logging;
using MutualTls.Findings;
using MutualTls.Policies.Caching;

namespace MutualTls.Policies;

/// <summary>Asks the application's validators, one after another, until one refuses. A fault or a passed deadline refuses.</summary>
internal static class ValidatorRunner
{
    /// <summary>How many calls that were given up may still hold a thread, for one policy: beyond, nobody is asked. The pool adds a thread or two a second, so a dozen that are stuck hold up everything else.</summary>
    public const int MaxGivenUp = 8;

    /// <summary>Asks them.</summary>
    /// <param name="pending">The verdict before they are asked.</param>
    /// <param name="epoch">What their answers rest on, read before they are given.</param>
    /// <param name="reconsider">Gets the same verdict, or a newer one if what it rests on has changed meanwhile.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where faults are logged.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async ValueTask<PeerVerdict> RunAsync(
        PeerVerdict pending, long epoch, Func<PeerVerdict, PeerVerdict> reconsider, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken)
    {
        FindingCollection warnings = [];
        List<Claim> claims = [];
        TimeSpan reuse = TimeSpan.MaxValue;
        foreach (IPeerValidator validator in pending.Policy.Validators)
        {
            ValidatorAnswer answer = await AskAsync(validator, pending, timeProvider, logger, cancellationToken).ConfigureAwait(false);
            if (answer.Findings.Count > 0)
            {
                return pending.Refuse(answer.Findings, answer.Warnings);
            }

            warnings.AddRange(answer.Warnings);
            claims.AddRange(answer.Claims);
            reuse = answer.Reuse < reuse ? answer.Reuse : reuse;
        }

        PeerVerdict still = reconsider(pending);
        if (still.Outcome == VerdictOutcome.Refused)
        {
            return still;
        }

        PeerVerdict verdict = still.Accept(warnings.Count > 0 ? warnings : null, claims);
        if (reuse > TimeSpan.Zero && pending.Entry is { } entry)
        {
            DateTimeOffset from = timeProvider.GetUtcNow();
            DateTimeOffset until = reuse < verdict.Until - from ? from + reuse : verdict.Until;
            entry.Agreed = new AgreedVerdict(verdict, from, until, epoch);
        }

        return verdict;
    }

    private static async Task<ValidatorAnswer> AskAsync(
        IPeerValidator validator, PeerVerdict pending, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken)
    {
        string name = validator.GetType().Name;
        ValidatorAnswer refusal = new();
        if (pending.Policy.GivenUp.Count >= MaxGivenUp)
        {
            refusal.Findings.Add(ValidationReason.ValidatorTimedOut, 0, string.Create(CultureInfo.InvariantCulture, $"not asked: {MaxGivenUp} earlier calls of validators have not returned"));
            return refusal;
        }

        // The validator writes to an answer of its own: one that is given up on may still be running and writing.
        ValidatorAnswer answer = new();
        using CancellationTokenSource deadline = new(pending.Policy.ValidatorTimeout, timeProvider);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        CancellationToken stopping = stop.Token;
        ThreadHold hold = new(pending.Policy.GivenUp);
        Task asked = Task.CompletedTask;
        try
        {
            name = validator.Name;
            PeerValidationContext context = new(name, pending, answer);

            // A validator that blocks or ignores the token must not hold up the deadline.
            asked = Task.Run(() => hold.Ask(validator, context, stopping), CancellationToken.None);
            await asked.WaitAsync(stopping).ConfigureAwait(false);
            return answer;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            hold.GiveUp(asked);
            cancellationToken.ThrowIfCancellationRequested();
            refusal.Findings.Add(ValidationReason.ValidatorTimedOut, 0, name);
        }
#pragma warning disable CA1031 // Code of the application may throw anything, and each of it refuses.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.ValidatorFailed(logger, exception, name, pending.Policy.Name);
            refusal.Findings.Add(ValidationReason.ValidatorFailed, 0, $"{name}: {exception.GetType().Name}");
        }

        return refusal;
    }

    /// <summary>What one validator said.</summary>
    internal sealed class ValidatorAnswer
    {
        public FindingCollection Findings { get; } = [];

        public FindingCollection Warnings { get; } = [];

        public List<Claim> Claims { get; } = [];

        /// <summary>How long the answer may be used again; zero unless the validator says so.</summary>
        public TimeSpan Reuse { get; set; }
    }

    /// <summary>Counts the calls that were given up and still hold a thread; one that only awaits holds none.</summary>
    internal sealed class GivenUpCalls
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Add(int more) => Interlocked.Add(ref _count, more);
    }

    /// <summary>One call, from when it is queued until it returns its task.</summary>
    private sealed class ThreadHold(GivenUpCalls givenUp)
    {
        private const int Holding = 0, Returned = 1, GivenUp = 2;

        private int _state = Holding;

        public async Task Ask(IPeerValidator validator, PeerValidationContext context, CancellationToken stop)
        {
            ValueTask answering;
            try
            {
                stop.ThrowIfCancellationRequested();
                answering = validator.ValidateAsync(context, stop);
            }
            finally
            {
                if (Interlocked.Exchange(ref _state, Returned) == GivenUp)
                {
                    givenUp.Add(-1);
                }
            }

            await answering.ConfigureAwait(false);
        }

        public void GiveUp(Task asked)
        {
            // Nobody awaits it any more, and what it throws is nobody's.
            _ = asked.ContinueWith(late => late.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            if (Interlocked.CompareExchange(ref _state, GivenUp, Holding) == Holding)
            {
                givenUp.Add(1);
            }
        }
    }
}
