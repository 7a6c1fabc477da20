using Microsoft.Extensions.Time.Testing;
using MutualTls.Diagnostics;
using MutualTls.Revocation.Stores;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Stores;

/// <summary>Caches that throw, hang or block; what a working one does is in <see cref="RedisStoreTests"/>.</summary>
public class DistributedCacheStoreTests
{
    private readonly FakeTimeProvider _time = new(Answers.Now);
    private readonly EventRecord _log = new();
    private readonly FaultyCache _cache = new();
    private readonly DistributedCacheStore _store;

    public DistributedCacheStoreTests() => _store = new DistributedCacheStore(_cache, 1000, _time, _log);

    [Fact]
    public async Task Cache_Throws_RestsAndThenIsTriedAgain()
    {
        _cache.Behaviour = _ => throw new InvalidOperationException("No connection.");
        Assert.Null(await ReadAsync());
        for (int i = 0; i < 100; i++)
        {
            Assert.Null(await ReadAsync());
            await _store.WriteAsync(Answers.Key(1), Answers.Make("a CRL"), Pair.Stop);
            await _store.RemoveAsync(Answers.Key(1), Pair.Stop);
        }

        Assert.Equal(1, _cache.Asked);
        Assert.Equal(1, _log.CountOf(EventIds.StoreRests));

        _time.Advance(DistributedCacheStore.Rest);
        Assert.Null(await ReadAsync());
        Assert.Null(await ReadAsync());
        Assert.Equal(2, _cache.Asked);

        _cache.Behaviour = _ => Task.FromResult<byte[]?>(StoredAnswerFormat.Write(Answers.Make("a CRL")));
        _time.Advance(DistributedCacheStore.Rest);
        Assert.Equal("a CRL", Answers.ContentOf(await ReadAsync()));
        Assert.Equal("a CRL", Answers.ContentOf(await ReadAsync()));
        Assert.Equal(4, _cache.Asked);
        Assert.Equal(2, _log.CountOf(EventIds.StoreRests));
    }

    [Theory]
    [InlineData("hangs", false)]
    [InlineData("blocks a thread", true)]
    public async Task Cache_Silent_IsGivenUpAfterTheTimeout(string how, bool blocks)
    {
        using ManualResetEventSlim never = new();
        TaskCompletionSource<byte[]?> hanging = new();
        _cache.Behaviour = _ =>
        {
            if (blocks)
            {
                never.Wait(CancellationToken.None);
            }

            return hanging.Task;
        };

        Task<StoredAnswer?> reading = ReadAsync();
        await WaitUntilAskedAsync(1);
        _time.Advance(DistributedCacheStore.Timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(reading.IsCompleted, how);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await reading.WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop));
        Assert.Equal(1, _log.CountOf(EventIds.StoreRests));
        never.Set();
        hanging.SetResult(null);
    }

    // A cache that came back is found by one, not by everybody at once.
    [Fact]
    public async Task Cache_AfterARest_IsTriedByOne()
    {
        _cache.Behaviour = _ => throw new InvalidOperationException("No connection.");
        Assert.Null(await ReadAsync());
        TaskCompletionSource<byte[]?> hanging = new();
        _cache.Behaviour = _ => hanging.Task;
        _time.Advance(DistributedCacheStore.Rest);

        Task<StoredAnswer?>[] reading = [.. Enumerable.Range(0, 20).Select(_ => ReadAsync())];
        await WaitUntilAskedAsync(2);
        Assert.Equal(1, reading.Count(one => !one.IsCompleted));
        hanging.SetResult(StoredAnswerFormat.Write(Answers.Make("a CRL")));
        Assert.Equal(1, (await Task.WhenAll(reading)).Count(answer => answer is not null));
        Assert.Equal(2, _cache.Asked);
    }

    // One that blocks holds a thread for each question, for ever: after so many it gets no more.
    [Fact]
    public async Task Cache_NeverAnswers_IsAskedABoundedNumberOfTimes()
    {
        TaskCompletionSource<byte[]?> hanging = new();
        _cache.Behaviour = _ => hanging.Task;
        for (int i = 0; i < DistributedCacheStore.MaxUnderWay + 50; i++)
        {
            Task<StoredAnswer?> reading = ReadAsync();
            await Patience.UntilAsync(() => _cache.Asked > i || reading.IsCompleted);
            await Patience.UntilAsync(() =>
            {
                _time.Advance(DistributedCacheStore.Timeout);
                return reading.IsCompleted;
            });
            _time.Advance(DistributedCacheStore.Rest);
        }

        Assert.Equal(DistributedCacheStore.MaxUnderWay, _cache.Asked);
        hanging.SetResult(null);
        _cache.Behaviour = _ => Task.FromResult<byte[]?>(StoredAnswerFormat.Write(Answers.Make("a CRL")));
        await Patience.UntilAsync(() => ReadAsync().GetAwaiter().GetResult() is not null);
    }

    [Fact]
    public async Task Caller_GivesUp_IsNoFaultOfTheCache()
    {
        _cache.Behaviour = async stop =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            return null;
        };
        using CancellationTokenSource stop = new();
        Task<StoredAnswer?> reading = _store.ReadAsync(Answers.Key(1), stop.Token).AsTask();
        await WaitUntilAskedAsync(1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal("", _log.ToString());

        _cache.Behaviour = _ => Task.FromResult<byte[]?>(null);
        Assert.Null(await ReadAsync());
        Assert.Equal(2, _cache.Asked);
    }

    [Theory]
    [MemberData(nameof(StoredAnswerFormatTests.Defects), MemberType = typeof(StoredAnswerFormatTests))]
    public async Task Entry_WithADefect_IsNullAndTheCacheGoesOn(string defect, string problem)
    {
        _cache.Behaviour = _ => Task.FromResult<byte[]?>(StoredAnswerFormatTests.Defective(defect));
        Assert.Null(await ReadAsync());
        Assert.Null(await ReadAsync());
        Assert.True(_log.CountOf(EventIds.StoredAnswerUnusable) == 2, $"{problem}: {_log}");
        Assert.Equal(2, _cache.Asked);
    }

    [Fact]
    public async Task Entry_TooLongOrPastItsTime_IsNull()
    {
        _cache.Behaviour = _ => Task.FromResult<byte[]?>(StoredAnswerFormat.Write(Answers.Make(new string('x', 2_000))));
        Assert.Null(await ReadAsync());
        Assert.Equal(1, _log.CountOf(EventIds.StoredAnswerUnusable));

        _cache.Behaviour = _ => Task.FromResult<byte[]?>(StoredAnswerFormat.Write(Answers.Make("late", keepDays: 0)));
        Assert.Null(await ReadAsync());
        Assert.Equal(1, _log.CountOf(EventIds.StoredAnswerUnusable));
    }

    [Fact]
    public async Task Write_TooLongOrPastItsTime_AsksNobody()
    {
        await _store.WriteAsync(Answers.Key(1), Answers.Make(new string('x', 1_001)), Pair.Stop);
        await _store.WriteAsync(Answers.Key(1), Answers.Make("late", keepDays: 0), Pair.Stop);
        await _store.PurgeAsync(Pair.Stop);
        Assert.Equal(0, _cache.Asked);
    }

    private Task<StoredAnswer?> ReadAsync() => _store.ReadAsync(Answers.Key(1), Pair.Stop).AsTask();

    private async Task WaitUntilAskedAsync(int times)
    {
        for (int i = 0; i < 1_000 && _cache.Asked < times; i++)
        {
            await Task.Delay(10, Pair.Stop);
        }

        Assert.Equal(times, _cache.Asked);
    }
}
