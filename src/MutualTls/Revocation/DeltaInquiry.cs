using MutualTls.Revocation.Memory;

namespace MutualTls.Revocation;

/// <summary>Asks for the delta CRL that brings a fetched CRL up to date. RFC 5280 sections 4.2.1.15 and 5.2.6.</summary>
/// <remarks>One that cannot be had makes the complete CRL no worse; what was wrong is told with every result that rests on that CRL alone.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class DeltaInquiry(RevocationInquiry inquiry, TimeProvider timeProvider)
{
    /// <summary>Gets where there are deltas to the CRL that is held about a certificate; none if no CRL is held.</summary>
    public IReadOnlyList<AskedPlace> PlacesOf(RevocationSubject subject) =>
        subject.CrlInUse(timeProvider.GetUtcNow()) is { } use ? subject.Checker.Rules.Places.DeltasOf(subject.Path, subject.Depth, use.Complete) : [];

    /// <summary>Asks, place after place, until one has the newest delta.</summary>
    /// <exception cref="OperationCanceledException">The wait was given up; the fetch goes on.</exception>
    public async Task AskAsync(RevocationSubject subject, AskedFor reason, CancellationToken cancellationToken)
    {
        RevocationAuthority authority = subject.Memory.FindOrAdd(subject.Path, subject.Depth);
        string? problem = null;
        try
        {
            foreach (AskedPlace place in PlacesOf(subject))
            {
                problem = $"no delta CRL from {place} in time";
                RevocationFailure? failure = await inquiry.AskAsync(subject, authority, place, reason, cancellationToken).ConfigureAwait(false);
                if (failure is { NeedsComplete: true })
                {
                    await AskForCompleteAsync(subject, authority, cancellationToken).ConfigureAwait(false);
                    failure = await inquiry.AskAsync(subject, authority, place, AskedFor.News, cancellationToken).ConfigureAwait(false);
                }

                if (failure is null)
                {
                    problem = null;
                    break;
                }

                problem = $"no delta CRL from {place}: {failure.Detail}";
            }
        }
        finally
        {
            if (subject.CrlInUse(timeProvider.GetUtcNow()) is { } use)
            {
                use.Complete.DeltaProblem = problem;
            }
        }
    }

    // The authority has published a new complete CRL, and the delta is for that one.
    private async Task AskForCompleteAsync(RevocationSubject subject, RevocationAuthority authority, CancellationToken cancellationToken)
    {
        foreach (AskedPlace place in subject.Checker.Rules.Places.Of(subject.Path, subject.Depth))
        {
            if (place.Source == RevocationSource.Crl)
            {
                await inquiry.AskAsync(subject, authority, place, AskedFor.News, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
