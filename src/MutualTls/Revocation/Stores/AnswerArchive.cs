using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace MutualTls.Revocation.Stores;

/// <summary>Reads from all stores, and changes them one step after the other, beside whoever asks for it.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class AnswerArchive : IAsyncDisposable
{
    /// <summary>What waits to be written: as many answers as a burst of first sights brings.</summary>
    public const int MaxWaiting = 10_000;

    /// <summary>How long disposing waits for what is still to be written.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IRevocationStore[] _stores;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly long _maxWaitingBytes;
    private readonly Channel<PendingWrite> _changes = Channel.CreateBounded<PendingWrite>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _worker;
    private long _waitingBytes;
    private long _purgedTicks;

    /// <summary>Makes an archive and lets the stores drop what they have no use for.</summary>
    /// <param name="stores">The stores; none keeps nothing.</param>
    /// <param name="maxWaitingBytes">How many octets may wait to be written; what comes beyond is not stored.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where failures are told.</param>
    public AnswerArchive(IRevocationStore[] stores, long maxWaitingBytes, TimeProvider timeProvider, ILogger logger)
    {
        _stores = stores;
        _maxWaitingBytes = maxWaitingBytes;
        _timeProvider = timeProvider;
        _logger = logger;
        _worker = stores.Length == 0 ? Task.CompletedTask : Task.Run(WorkAsync);
        foreach (IRevocationStore store in stores)
        {
            Post(0, stop => store.PurgeAsync(stop));
        }
    }

    public bool IsEmpty => _stores.Length == 0;

    /// <summary>Reads what was fetched after a time, the latest first.</summary>
    public async ValueTask<IReadOnlyList<FoundAnswer>> ReadAsync(string key, DateTimeOffset fetchedAfter, CancellationToken cancellationToken)
    {
        // What lay there when everything was to be forgotten is not used, whoever stored it.
        long after = Math.Max(fetchedAfter.UtcTicks, Volatile.Read(ref _purgedTicks));
        Task<StoredAnswer?>[] reading = [.. _stores.Select(store => store.ReadAsync(key, cancellationToken).AsTask())];
        StoredAnswer?[] read = await Task.WhenAll(reading).ConfigureAwait(false);
        return
        [
            .. read.Select((answer, i) => answer is null ? null : new FoundAnswer(answer, _stores[i]))
                .OfType<FoundAnswer>().Where(found => found.Answer.FetchedAt.UtcTicks > after).OrderByDescending(found => found.Answer.FetchedAt),
        ];
    }

    /// <summary>Stores an answer soon.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="isStillNewest">Tells, just before, whether it is to be stored at all.</param>
    public void Write(string key, StoredAnswer answer, Func<CancellationToken, ValueTask<bool>> isStillNewest) => Post(answer.Der.Length, async stop =>
    {
        if (await isStillNewest(stop).ConfigureAwait(false))
        {
            foreach (IRevocationStore store in _stores)
            {
                await store.WriteAsync(key, answer, stop).ConfigureAwait(false);
            }
        }
    });

    /// <summary>Notes that the source has nothing newer than what is stored.</summary>
    public void Confirm(string key, string? entityTag, DateTimeOffset? lastModified, DateTimeOffset now) => Post(0, async stop =>
    {
        foreach (IRevocationStore store in _stores)
        {
            if (await store.ReadAsync(key, stop).ConfigureAwait(false) is { } stored && stored.FetchedAt < now
                && (stored.EntityTag ?? stored.LastModified?.ToString()) is { } stamp && stamp == (entityTag ?? lastModified?.ToString()))
            {
                await store.WriteAsync(key, stored with { FetchedAt = now }, stop).ConfigureAwait(false);
            }
        }
    });

    /// <summary>Drops from its store what turned out to be of no use.</summary>
    public void Drop(string key, FoundAnswer found, string problem)
    {
        Log.StoredAnswerUnusable(_logger, key, found.Store.GetType().Name, problem);
        Post(0, stop => found.Store.RemoveAsync(key, stop));
    }

    /// <summary>Forgets answers soon.</summary>
    public void Remove(IReadOnlyCollection<string> keys)
    {
        if (!IsEmpty && keys.Count > 0)
        {
            Post(0, async stop =>
            {
                foreach (string key in keys)
                {
                    foreach (IRevocationStore store in _stores)
                    {
                        await store.RemoveAsync(key, stop).ConfigureAwait(false);
                    }
                }
            });
        }
    }

    /// <summary>Forgets answers soon, and at once uses nothing that was fetched until now.</summary>
    public void Purge(IReadOnlyCollection<string> keys)
    {
        Volatile.Write(ref _purgedTicks, _timeProvider.GetUtcNow().UtcTicks);
        Remove(keys);
    }

    /// <summary>Awaits what waits to be written, for some seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        try
        {
            // By the system's clock: what is waited for is a disk or another machine.
            await _worker.WaitAsync(Patience, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Post(long bytes, Func<CancellationToken, ValueTask> change)
    {
        if (IsEmpty)
        {
            return;
        }

        if (Interlocked.Add(ref _waitingBytes, bytes) > _maxWaitingBytes || !_changes.Writer.TryWrite(new PendingWrite(bytes, change)))
        {
            // The store lacks an answer, which costs a fetch one day.
            Interlocked.Add(ref _waitingBytes, -bytes);
        }
    }

    private async Task WorkAsync()
    {
        await foreach (PendingWrite change in _changes.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            Interlocked.Add(ref _waitingBytes, -change.Bytes);
            if (_stop.IsCancellationRequested)
            {
                continue;
            }

            try
            {
                await change.Make(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // Disposed with a store that does not answer.
            }
#pragma warning disable CA1031 // A store must not throw; if one does, the next change is made all the same.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.StoreWriteFailed(_logger, exception, string.Join(", ", _stores.Select(store => store.GetType().Name)));
            }
        }
    }

    private sealed record PendingWrite(long Bytes, Func<CancellationToken, ValueTask> Make);
}

/// <summary>An answer, not verified, and the store it lay in.</summary>
internal sealed record FoundAnswer(StoredAnswer Answer, IRevocationStore Store);
