using MutualTls.Findings;
using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Memory;
using MutualTls.Revocation.Ocsp;

namespace MutualTls.Revocation;

/// <summary>Asks about one certificate, place after place, until one gives an answer of use; verifies it and keeps it.</summary>
/// <remarks>What is kept afterwards is an answer or the reason why there is none, so that the next judgement need not wait.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RevocationInquiry(
    RevocationFetcher fetcher, RevocationRecall recalls, RevocationIntake intake, Action<RevocationSubject, AskedPlace> kept, TimeProvider timeProvider)
{
    // A place that did not answer is not asked again sooner, whoever asks.
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    // A CRL that is not about the certificate will not be in a second either.
    private static readonly TimeSpan MisfitPause = TimeSpan.FromMinutes(1);

    /// <summary>Asks. Never throws for what a host does.</summary>
    /// <returns>The place that has answered; null if none has.</returns>
    /// <exception cref="OperationCanceledException">The wait was given up; the fetch goes on.</exception>
    public async Task<AskedPlace?> AskAsync(RevocationSubject subject, CancellationToken cancellationToken)
    {
        RevocationAuthority authority = subject.Memory.FindOrAdd(subject.Path, subject.Depth);
        RevocationFailure? worst = null;
        foreach (AskedPlace place in subject.Checker.Rules.Places.Of(subject.Path, subject.Depth))
        {
            RevocationFailure? failure = await AskAsync(subject, authority, place, AskedFor.Lack, cancellationToken).ConfigureAwait(false);
            if (failure is null)
            {
                authority.ForgetFailure(subject.Serial);
                return place;
            }

            worst = worst is null || failure.Cause > worst.Cause ? failure with { RetryAt = Earlier(failure.RetryAt, worst?.RetryAt) } : worst with { RetryAt = Earlier(failure.RetryAt, worst.RetryAt) };
        }

        DateTimeOffset now = timeProvider.GetUtcNow();
        authority.KeepFailure(subject.Serial, worst ?? new RevocationFailure(RevocationCause.NoPointer, ValidationReason.RevocationNoPointer, "", now + LeastPause));
        subject.Memory.Add(RevocationAuthority.EntryOctets);
        return null;
    }

    /// <summary>Asks one place, the stores before the network. Null: there is an answer of use now.</summary>
    public async Task<RevocationFailure?> AskAsync(
        RevocationSubject subject, RevocationAuthority authority, AskedPlace place, AskedFor reason, CancellationToken cancellationToken)
    {
        RevocationQuestion question = new(subject, authority, place);
        FetchTag known = authority.FindPlace(question.Key)?.Tag ?? default;
        FetchUse use = new(answer => Take(question, answer).IsKept, stop => RecallAsync(question, reason, stop), authority.Asker);
        FetchResult result = place.Source == RevocationSource.Crl
            ? await fetcher.FetchCrlAsync(place.Url, known, use, cancellationToken).ConfigureAwait(false)
            : await fetcher.AskOcspAsync(place.Url, new OcspQuestion(authority.Issuer, subject.Certificate.SerialNumberBytes.ToArray()), use, cancellationToken).ConfigureAwait(false);
        DateTimeOffset now = timeProvider.GetUtcNow();

        if (result.Outcome == FetchOutcome.Held)
        {
            return null;
        }

        // Whoever came first took the answer, for his certificate and under his authority: it may serve another one, whether it served his or not.
        if (!result.Body.IsEmpty && (!result.IsFailure || authority.FindFailure(question.Key, now) is null))
        {
            // A delta in use may be an older one.
            return (!place.IsDelta && question.IsAnswered(now)) || Take(question, result) is not { IsOfUse: false } taken ? null
                : new RevocationFailure(taken.Cause, taken.Reason, taken.Detail ?? "", Later(result.RetryAt, now + (taken.IsKept ? MisfitPause : TimeSpan.Zero))) { NeedsComplete = taken.NeedsComplete };
        }

        if (result.IsFailure)
        {
            return result.Outcome == FetchOutcome.Rejected && authority.LastFailure(question.Key) is { } rejected
                ? rejected with { RetryAt = Later(result.RetryAt, now) }
                : new RevocationFailure(RevocationCause.Unreachable, ValidationReason.RevocationUnreachable, $"{place}: {result.Outcome}, {result.Detail}", Later(result.RetryAt, now));
        }

        // Nothing newer than what we have.
        if (question.IsAnswered(now))
        {
            authority.KeepPlace(question.Key, new CrlPlace(place.Url, now, known));
            recalls.Confirm(question, known);
            return null;
        }

        // And what we have is of no use, or was forgotten meanwhile: the next one asks for the whole.
        authority.ForgetPlace(question.Key);
        return new RevocationFailure(RevocationCause.Stale, ValidationReason.CrlStale, $"{place} has nothing newer", now + LeastPause);
    }

    private async Task<FetchResult?> RecallAsync(RevocationQuestion question, AskedFor reason, CancellationToken cancellationToken)
    {
        // Between seeing that it is missing and getting here, somebody else's fetch may have ended.
        if (reason == AskedFor.Lack && question.IsAnswered(timeProvider.GetUtcNow()))
        {
            return new FetchResult(FetchOutcome.Held);
        }

        FetchResult? found = await recalls.FindAsync(question, cancellationToken).ConfigureAwait(false);
        if (found is not null)
        {
            KeepPlace(question, found);
            kept(question.Subject, question.Place);
        }

        return found;
    }

    // Verifies an answer and keeps it, or why it is of no use.
    private TakenAnswer Take(RevocationQuestion question, FetchResult answer)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        TakenAnswer taken = intake.Take(question, answer, oldest: DateTimeOffset.MinValue, now);
        if (taken.IsOfUse)
        {
            KeepPlace(question, answer);
            question.Authority.ForgetFailure(question.Key);
            if (answer.FetchedAt is null)
            {
                recalls.Keep(question, answer, taken);
            }

            // Even if all who waited for it have given up.
            kept(question.Subject, question.Place);
        }
        else
        {
            question.Authority.KeepFailure(question.Key, new RevocationFailure(taken.Cause, taken.Reason, taken.Detail ?? "", now + LeastPause));
            question.Subject.Memory.Add(RevocationAuthority.EntryOctets);
        }

        return taken;
    }

    private void KeepPlace(RevocationQuestion question, FetchResult answer)
    {
        if (question.Place.Source == RevocationSource.Crl)
        {
            question.Authority.KeepPlace(question.Key, new CrlPlace(question.Place.Url, answer.FetchedAt ?? timeProvider.GetUtcNow(), answer.Tag));
        }
        else
        {
            question.Authority.KeepResponder(question.Place.Url);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset? stated, DateTimeOffset now) => stated is { } time && time > now + LeastPause ? time : now + LeastPause;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset? other) => other is { } known && known < one ? known : one;
}

/// <summary>Says why a place is asked.</summary>
internal enum AskedFor
{
    /// <summary>There is no answer.</summary>
    Lack,

    /// <summary>There may be a newer one.</summary>
    News,
}
