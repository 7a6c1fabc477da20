using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;

namespace MutualTls.Revocation.Stores;

/// <summary>Keeps answers in a cache that many machines share: one of them asks the CA.</summary>
/// <remarks>
/// A cache that throws or takes longer than 2 seconds then rests for 10: after that one caller tries it, and the others go on without. A cache has no way to
/// compare and replace in one step, so of two answers written at once the older one may stay; what is read is verified, and its thisUpdate decides. How much
/// its client reads into memory is the cache's own matter; what is too long is dropped unread.
/// </remarks>
/// <threadsafety>Safe from any thread, if the cache is.</threadsafety>
internal sealed class DistributedCacheStore(IDistributedCache cache, int maxAnswerBytes, TimeProvider timeProvider, ILogger logger) : IRevocationStore
{
    /// <summary>Begins each key in the cache; another version of the format gets another.</summary>
    public const string KeyPrefix = "mutualtls:v1:";

    /// <summary>How long one question may take. A source answers in less.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a cache that failed is not asked.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    /// <summary>How many questions may be under way, those included that were given up and have not ended: a cache that blocks holds a thread for each.</summary>
    public const int MaxUnderWay = 256;

    // No answer lives longer, and no cache has to count further.
    private static readonly TimeSpan MaxLife = TimeSpan.FromDays(365);

    private readonly string _name = cache.GetType().Name;
    private readonly long _maxLength = StoredAnswerFormat.MaxLength(maxAnswerBytes);

    private int _underWay;

    // When the rest ends, as a timestamp; 0 if the cache works.
    private long _restsUntil;

    public async ValueTask<StoredAnswer?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        StoreKey.ThrowIfInvalid(key);
        byte[]? entry = await AskAsync(stop => cache.GetAsync(KeyPrefix + key, stop), cancellationToken).ConfigureAwait(false);
        if (entry is null)
        {
            return null;
        }

        DateTimeOffset now = timeProvider.GetUtcNow();
        StoredAnswer? answer = null;
        string? problem = $"{entry.Length} bytes, limit {_maxLength}";
        if (entry.Length <= _maxLength)
        {
            answer = StoredAnswerFormat.Read(entry, now, out problem);
        }

        if (problem is not null)
        {
            Log.StoredAnswerUnusable(logger, key, _name, problem);
        }

        return answer?.KeepUntil > now ? answer : null;
    }

    public async ValueTask WriteAsync(string key, StoredAnswer answer, CancellationToken cancellationToken)
    {
        StoreKey.ThrowIfInvalid(key);
        if (answer.Der.Length > maxAnswerBytes || answer.KeepUntil <= timeProvider.GetUtcNow())
        {
            return;
        }

        StoredAnswer? there = await ReadAsync(key, cancellationToken).ConfigureAwait(false);
        TimeSpan left = answer.KeepUntil - timeProvider.GetUtcNow();
        if (there?.FetchedAt > answer.FetchedAt || left <= TimeSpan.Zero)
        {
            return;
        }

        // How long from now, not until when: the cache's clock may be another.
        DistributedCacheEntryOptions options = new() { AbsoluteExpirationRelativeToNow = left < MaxLife ? left : MaxLife };
        await DoAsync(stop => cache.SetAsync(KeyPrefix + key, StoredAnswerFormat.Write(answer), options, stop), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        StoreKey.ThrowIfInvalid(key);
        await DoAsync(stop => cache.RemoveAsync(KeyPrefix + key, stop), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does nothing: a cache drops by itself what is past its time, and knows its own limits.</summary>
    public ValueTask PurgeAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private async Task DoAsync(Func<CancellationToken, Task> change, CancellationToken cancellationToken) => await AskAsync<object>(
        async stop =>
        {
            await change(stop).ConfigureAwait(false);
            return null;
        },
        cancellationToken).ConfigureAwait(false);

    private async Task<T?> AskAsync<T>(Func<CancellationToken, Task<T?>> question, CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!MayAsk())
        {
            return null;
        }

        if (Interlocked.Increment(ref _underWay) > MaxUnderWay)
        {
            Interlocked.Decrement(ref _underWay);
            return null;
        }

        using CancellationTokenSource deadline = new(Timeout, timeProvider);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        CancellationToken given = stop.Token;
        try
        {
            // A cache that blocks or ignores the token must not hold up the deadline.
            T? answer = await Task.Run(() => CountAsync(question, given), CancellationToken.None).WaitAsync(given).ConfigureAwait(false);
            Volatile.Write(ref _restsUntil, 0);
            return answer;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
#pragma warning disable CA1031 // A cache of the application may throw anything, and each of it means that there is no answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _restsUntil, RestFromNow());
            Log.StoreRests(logger, exception, _name, Rest);
            return null;
        }
    }

    private async Task<T?> CountAsync<T>(Func<CancellationToken, Task<T?>> question, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await question(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    // After a rest, the one who moves its end tries; if the cache works again, its success ends the rest for all.
    private bool MayAsk()
    {
        long until = Volatile.Read(ref _restsUntil);
        return until == 0 || (timeProvider.GetTimestamp() >= until && Interlocked.CompareExchange(ref _restsUntil, RestFromNow(), until) == until);
    }

    private long RestFromNow() => timeProvider.GetTimestamp() + (long)(Rest.TotalSeconds * timeProvider.TimestampFrequency);
}
