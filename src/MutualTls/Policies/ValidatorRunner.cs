using Microsoft.Extensions.Logging;
using MutualTls.Findings;

namespace MutualTls.Policies;

/// <summary>Asks the application's validators, one after another, until one refuses. A fault or a passed deadline refuses.</summary>
internal static class ValidatorRunner
{
    public static async ValueTask<PeerVerdict> RunAsync(PeerVerdict pending, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken)
    {
        FindingCollection findings = [];
        using CancellationTokenSource deadline = new(pending.Policy.ValidatorTimeout, timeProvider);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        foreach (IPeerValidator validator in pending.Policy.Validators)
        {
            await AskAsync(validator, pending, findings, logger, linked.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (findings.Count > 0)
            {
                return pending.Complete(findings);
            }
        }

        return pending.Complete(against: null);
    }

    private static async Task AskAsync(IPeerValidator validator, PeerVerdict pending, FindingCollection findings, ILogger logger, CancellationToken stop)
    {
        // The validator writes to a collection of its own: one that is given up on may still be running and writing.
        FindingCollection answer = [];
        PeerValidationContext context = new(validator.Name, pending.Role, pending.Policy.Name, pending.Path!, pending.Identity!, answer);
        try
        {
            // A validator that blocks or ignores the token must not hold up the deadline.
            await Task.Run(() => validator.ValidateAsync(context, stop).AsTask(), CancellationToken.None).WaitAsync(stop).ConfigureAwait(false);
            findings.AddRange(answer);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            findings.Add(ValidationReason.ValidatorTimedOut, 0, validator.Name);
        }
#pragma warning disable CA1031 // Code of the application may throw anything, and each of it refuses.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.ValidatorFailed(logger, exception, validator.Name, pending.Policy.Name);
            findings.Add(ValidationReason.ValidatorFailed, 0, $"{validator.Name}: {exception.GetType().Name}");
        }
    }
}
