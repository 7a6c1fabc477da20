using System.Security.Claims;
using Microsoft.Extensions.Logging;
using MutualTls.Findings;
using MutualTls.Policies.Caching;

namespace MutualTls.Policies;

/// <summary>Asks the application's validators, one after another, until one refuses. A fault or a passed deadline refuses.</summary>
internal static class ValidatorRunner
{
    public static async ValueTask<PeerVerdict> RunAsync(PeerVerdict pending, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken)
    {
        // What the answers rest on, read before they are given.
        long epoch = pending.Policy.Epoch;
        FindingCollection warnings = [];
        List<Claim> claims = [];
        TimeSpan reuse = TimeSpan.MaxValue;
        foreach (IPeerValidator validator in pending.Policy.Validators)
        {
            Answer answer = await AskAsync(validator, pending, timeProvider, logger, cancellationToken).ConfigureAwait(false);
            if (answer.Findings.Count > 0)
            {
                return pending.Refuse(answer.Findings, answer.Warnings);
            }

            warnings.AddRange(answer.Warnings);
            claims.AddRange(answer.Claims);
            reuse = answer.Reuse < reuse ? answer.Reuse : reuse;
        }

        PeerVerdict verdict = pending.Accept(warnings.Count > 0 ? warnings : null, claims);
        if (reuse > TimeSpan.Zero && pending.Entry is { } entry)
        {
            DateTimeOffset now = timeProvider.GetUtcNow();
            DateTimeOffset until = reuse < verdict.Until - now ? now + reuse : verdict.Until;
            entry.Agreed = new AgreedVerdict(verdict, now, until, epoch);
        }

        return verdict;
    }

    private static async Task<Answer> AskAsync(
        IPeerValidator validator, PeerVerdict pending, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken)
    {
        // The validator writes to an answer of its own: one that is given up on may still be running and writing.
        Answer answer = new();
        PeerValidationContext context = new(validator.Name, pending, answer);
        using CancellationTokenSource deadline = new(pending.Policy.ValidatorTimeout, timeProvider);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        Answer refusal = new();
        try
        {
            // A validator that blocks or ignores the token must not hold up the deadline.
            await Task.Run(() => validator.ValidateAsync(context, stop.Token).AsTask(), CancellationToken.None).WaitAsync(stop.Token).ConfigureAwait(false);
            return answer;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            refusal.Findings.Add(ValidationReason.ValidatorTimedOut, 0, validator.Name);
        }
#pragma warning disable CA1031 // Code of the application may throw anything, and each of it refuses.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.ValidatorFailed(logger, exception, validator.Name, pending.Policy.Name);
            refusal.Findings.Add(ValidationReason.ValidatorFailed, 0, $"{validator.Name}: {exception.GetType().Name}");
        }

        return refusal;
    }

    /// <summary>What one validator said.</summary>
    internal sealed class Answer
    {
        public FindingCollection Findings { get; } = [];

        public FindingCollection Warnings { get; } = [];

        public List<Claim> Claims { get; } = [];

        /// <summary>How long the answer may be used again; zero unless the validator says so.</summary>
        public TimeSpan Reuse { get; set; }
    }
}
