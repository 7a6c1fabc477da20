using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Stores;

namespace MutualTls.Revocation;

/// <summary>Looks into the stores before the network is asked, and puts there what the network brought.</summary>
/// <remarks>
/// A stored answer passes the same verification as a fetched one. Anybody may have put it there, so at worst it is one that is still valid though a newer one
/// exists: it never replaces what is newer, and its own thisUpdate must be within <see cref="RevocationServiceOptions.MaxStoredAge"/>.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RevocationRecall(AnswerArchive archive, RevocationIntake intake, TimeSpan maxAge, TimeProvider timeProvider)
{
    /// <summary>Finds an answer that was stored since the place was last asked, takes it, and gives it back; null if there is none of use.</summary>
    public async Task<FetchResult?> FindAsync(RevocationQuestion question, CancellationToken cancellationToken)
    {
        if (!IsShared(question))
        {
            return null;
        }

        foreach (FoundAnswer found in await archive.ReadAsync(question.StoreKey, question.LastFetchedAt, cancellationToken).ConfigureAwait(false))
        {
            DateTimeOffset now = timeProvider.GetUtcNow();
            FetchResult answer = ToResult(found.Answer, now);
            TakenAnswer taken = Take(question, answer, now);

            // What is past its time is held for a policy's grace; the network may have better.
            if (taken.IsOfUse && taken.IsNewest && taken.Until > now)
            {
                return answer;
            }

            // Who starts again would believe an older answer.
            if (taken.Cause != RevocationCause.Stale && !taken.IsNewest)
            {
                archive.Drop(question.StoreKey, found, taken.Detail ?? (taken.IsOfUse ? "older than what is known" : taken.Cause.ToString()));
            }
        }

        return null;
    }

    /// <summary>Stores a fetched answer soon, unless a newer one was stored meanwhile.</summary>
    public void Keep(RevocationQuestion question, FetchResult answer, TakenAnswer taken)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        if (!IsShared(question) || !taken.IsNewest || taken.Until is not { } until || until <= now)
        {
            return;
        }

        DateTimeOffset keepUntil = Earlier(Later(until, RevocationOptions.MaxStaleGrace), Later(taken.ThisUpdate, maxAge));
        archive.Write(
            question.StoreKey,
            new StoredAnswer(answer.Body, now, keepUntil, answer.Tag.EntityTag, answer.Tag.LastModified),
            stop => IsStillNewestAsync(question, answer, now, stop));
    }

    /// <summary>Notes that the place has nothing newer than what is stored.</summary>
    public void Confirm(RevocationQuestion question, FetchTag tag)
    {
        if (IsShared(question))
        {
            archive.Confirm(question.StoreKey, tag.EntityTag, tag.LastModified, timeProvider.GetUtcNow());
        }
    }

    // Two who fetched at once, one of them from a server that lags: the older answer must not stay in the store.
    private async ValueTask<bool> IsStillNewestAsync(RevocationQuestion question, FetchResult answer, DateTimeOffset fetchedAt, CancellationToken cancellationToken)
    {
        bool another = false;
        foreach (FoundAnswer found in await archive.ReadAsync(question.StoreKey, question.LastFetchedAt, cancellationToken).ConfigureAwait(false))
        {
            if (!found.Answer.Der.Span.SequenceEqual(answer.Body.Span))
            {
                DateTimeOffset now = timeProvider.GetUtcNow();
                TakenAnswer taken = Take(question, ToResult(found.Answer, now), now);
                another |= taken.IsOfUse;
                if (taken.Cause is not (RevocationCause.None or RevocationCause.Stale))
                {
                    archive.Drop(question.StoreKey, found, taken.Detail ?? taken.Cause.ToString());
                }
            }
        }

        return !another || Take(question, answer with { FetchedAt = fetchedAt }, timeProvider.GetUtcNow()).IsNewest;
    }

    private TakenAnswer Take(RevocationQuestion question, FetchResult answer, DateTimeOffset now) =>
        intake.Take(question, answer, oldest: now - maxAge, now);

    // What a place of the policy's own says counts for it alone, and so does what is stored of it: it is not.
    private bool IsShared(RevocationQuestion question) => !archive.IsEmpty && question.Subject.Checker.Own is null;

    private static FetchResult ToResult(StoredAnswer stored, DateTimeOffset now) => new(FetchOutcome.Answered)
    {
        Body = stored.Der,
        Tag = new FetchTag(stored.EntityTag, stored.LastModified),
        FetchedAt = Earlier(stored.FetchedAt, now),
    };

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset time, TimeSpan by) => time < DateTimeOffset.MaxValue - by ? time + by : DateTimeOffset.MaxValue;
}
