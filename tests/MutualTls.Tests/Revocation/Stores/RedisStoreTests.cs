using System.Diagnostics;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using MutualTls.Diagnostics;
using MutualTls.Revocation.Stores;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;
using StackExchange.Redis;

namespace MutualTls.Tests.Revocation.Stores;

/// <summary>A real Redis as the cache of two machines.</summary>
public class RedisStoreTests
{
    // What its client would wait by itself: so long that a busy machine does not come near it, and a hundredth of what a thousand questions would take then.
    private static readonly TimeSpan s_ofTheClient = TimeSpan.FromSeconds(20);

    private readonly ShiftedTime _time = new();
    private readonly EventRecord _log = new();

    [Fact]
    public async Task Write_ByOne_IsReadByTheOther()
    {
        await using RedisPeer redis = await RedisPeer.StartAsync();
        using RedisCache one = Client(redis), other = Client(redis);
        StoredAnswer answer = Make("a CRL", fetched: 0);
        await Store(one).WriteAsync(Answers.Key(1), answer, Pair.Stop);

        StoredAnswer? read = await Store(other).ReadAsync(Answers.Key(1), Pair.Stop);
        Assert.Equal("a CRL", Answers.ContentOf(read));
        Assert.Equal(answer with { Der = default }, read! with { Der = default });
        Assert.Null(await Store(other).ReadAsync(Answers.Key(2), Pair.Stop));

        await Store(other).RemoveAsync(Answers.Key(1), Pair.Stop);
        Assert.Null(await Store(one).ReadAsync(Answers.Key(1), Pair.Stop));
        Assert.Equal("", _log.ToString());
    }

    [Fact]
    public async Task Write_LeavesRedisWithTheAnswersTime()
    {
        await using RedisPeer redis = await RedisPeer.StartAsync();
        using RedisCache cache = Client(redis);
        await Store(cache).WriteAsync(Answers.Key(1), Make("a CRL", fetched: 0), Pair.Stop);
        await Store(cache).WriteAsync(Answers.Key(2), Make("for ever", fetched: 0) with { KeepUntil = DateTimeOffset.MaxValue }, Pair.Stop);

        await using ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(redis.EndPoint);
        TimeSpan? left = await connection.GetDatabase().KeyTimeToLiveAsync(DistributedCacheStore.KeyPrefix + Answers.Key(1));
        Assert.InRange(left!.Value, TimeSpan.FromDays(1) - TimeSpan.FromMinutes(5), TimeSpan.FromDays(1));
        Assert.NotNull(await connection.GetDatabase().KeyTimeToLiveAsync(DistributedCacheStore.KeyPrefix + Answers.Key(2)));
        Assert.Equal("", _log.ToString());
    }

    [Fact]
    public async Task Write_FetchedEarlier_DoesNotReplace()
    {
        await using RedisPeer redis = await RedisPeer.StartAsync();
        using RedisCache one = Client(redis), other = Client(redis);
        await Store(one).WriteAsync(Answers.Key(1), Make("new", fetched: -1), Pair.Stop);
        await Store(other).WriteAsync(Answers.Key(1), Make("old", fetched: -2), Pair.Stop);
        Assert.Equal("new", Answers.ContentOf(await Store(other).ReadAsync(Answers.Key(1), Pair.Stop)));
        await Store(other).WriteAsync(Answers.Key(1), Make("newer", fetched: 0), Pair.Stop);
        Assert.Equal("newer", Answers.ContentOf(await Store(one).ReadAsync(Answers.Key(1), Pair.Stop)));
    }

    [Fact]
    public async Task Entry_OfSomebodyElse_IsPassedOverAndReplaced()
    {
        await using RedisPeer redis = await RedisPeer.StartAsync();
        using RedisCache cache = Client(redis);
        await cache.SetAsync(DistributedCacheStore.KeyPrefix + Answers.Key(1), new byte[1_000_000], new(), Pair.Stop);
        DistributedCacheStore store = Store(cache);
        Assert.Null(await store.ReadAsync(Answers.Key(1), Pair.Stop));
        Assert.Equal(1, _log.CountOf(EventIds.StoredAnswerUnusable));

        await store.WriteAsync(Answers.Key(1), Make("a CRL", fetched: 0), Pair.Stop);
        Assert.Equal("a CRL", Answers.ContentOf(await store.ReadAsync(Answers.Key(1), Pair.Stop)));
        Assert.Equal(0, _log.CountOf(EventIds.StoreRests));
    }

    [Fact]
    public async Task Redis_KilledAndStartedAgain_IsMissedQuicklyAndUsedAgain()
    {
        await using RedisPeer redis = await RedisPeer.StartAsync();
        using RedisCache cache = Client(redis);
        DistributedCacheStore store = Store(cache);
        await store.WriteAsync(Answers.Key(1), Make("a CRL", fetched: 0), Pair.Stop);
        Assert.Equal("a CRL", Answers.ContentOf(await store.ReadAsync(Answers.Key(1), Pair.Stop)));

        // From here on its time counts.
        _time.IsPatient = false;
        await redis.KillAsync();
        long start = Stopwatch.GetTimestamp();
        Assert.Null(await store.ReadAsync(Answers.Key(1), Pair.Stop));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, s_ofTheClient);
        start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 1_000; i++)
        {
            Assert.Null(await store.ReadAsync(Answers.Key(i), Pair.Stop));
            await store.WriteAsync(Answers.Key(i), Make("lost", fetched: 0), Pair.Stop);
        }

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, s_ofTheClient);
        Assert.True(_log.CountOf(EventIds.StoreRests) == 1, _log.ToString());

        await redis.StartAgainAsync();
        _time.IsPatient = true;
        string? read = null;
        for (int i = 0; i < 100 && read is null; i++)
        {
            _time.Advance(DistributedCacheStore.Rest);
            await store.WriteAsync(Answers.Key(1), Make("again", fetched: 0), Pair.Stop);
            read = Answers.ContentOf(await store.ReadAsync(Answers.Key(1), Pair.Stop));
            await Task.Delay(read is null ? 100 : 0, Pair.Stop);
        }

        Assert.True(read == "again", _log.ToString());
    }

    [Fact]
    public async Task Redis_NeverThere_CostsOneAttemptARest()
    {
        RedisPeer redis = await RedisPeer.StartAsync();
        await redis.DisposeAsync();
        using RedisCache cache = Client(redis);
        DistributedCacheStore store = Store(cache);
        _time.IsPatient = false;
        for (int i = 0; i < 100; i++)
        {
            Assert.Null(await store.ReadAsync(Answers.Key(i), Pair.Stop));
        }

        Assert.Equal(1, _log.CountOf(EventIds.StoreRests));
    }

    private static RedisCache Client(RedisPeer redis)
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(redis.EndPoint);
        options.ReconnectRetryPolicy = new LinearRetry(50);
        options.ConnectTimeout = (int)s_ofTheClient.TotalMilliseconds;
        options.AsyncTimeout = (int)s_ofTheClient.TotalMilliseconds;
        options.ConnectRetry = 1;
        return new RedisCache(new RedisCacheOptions { ConfigurationOptions = options });
    }

    private DistributedCacheStore Store(RedisCache cache) => new(cache, 100_000, _time, _log);

    private StoredAnswer Make(string content, double fetched) => Answers.Make(content) with
    {
        FetchedAt = _time.GetUtcNow().AddMinutes(fetched),
        KeepUntil = _time.GetUtcNow().AddDays(1),
    };

    // The system's clock, but for rests that a test does not wait for, and its timers, which a busy machine has longer for where they are not the subject.
    private sealed class ShiftedTime : TimeProvider
    {
        private long _shift;

        public bool IsPatient { get; set; } = true;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, IsPatient && dueTime > TimeSpan.Zero ? dueTime * 15 : dueTime, period);

        public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, (long)(by.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _shift);
    }
}
