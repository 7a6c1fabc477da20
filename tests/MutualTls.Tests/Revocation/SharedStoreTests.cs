using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Diagnostics;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>Two services of one folder, or of one Redis, that run at once.</summary>
public sealed class SharedStoreTests : IAsyncDisposable
{
    private const int Clients = 40;

    private readonly TestRevocationServer _server = TestRevocationServer.Start();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mutualtls-");
    private readonly TestCertificateAuthority _root = TestCertificateAuthority.CreateRoot();
    private readonly EventRecord<RevocationService> _log = new();
    private readonly List<IDisposable> _caches = [];

    public async ValueTask DisposeAsync()
    {
        _caches.ForEach(cache => cache.Dispose());
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("folder", RevocationPreference.CrlOnly)]
    [InlineData("folder", RevocationPreference.OcspOnly)]
    [InlineData("Redis", RevocationPreference.CrlOnly)]
    [InlineData("Redis", RevocationPreference.OcspOnly)]
    public async Task JudgeAsync_TwoAtOnce_AreBothRightAndTheThirdAsksNobody(string kind, RevocationPreference preference)
    {
        await using RedisPeer? redis = kind == "Redis" ? await RedisPeer.StartAsync() : null;
        TestCertificate[] clients = [.. Enumerable.Range(0, Clients).Select(i => Issue($"client-{i}"))];
        _server.Revoke(clients[0]);
        int questions = preference == RevocationPreference.CrlOnly ? 1 : Clients;

        await using (RevocationService one = Service(redis), two = Service(redis))
        {
            PeerVerdict[] verdicts = await Task.WhenAll(clients.SelectMany(client => new[] { JudgeAsync(one, preference, client), JudgeAsync(two, preference, client) }));
            Assert.All(verdicts[..2], verdict => Assert.Equal(ValidationReason.CertificateRevoked, verdict.Primary?.Reason));
            Assert.All(verdicts[2..], verdict => Assert.True(verdict.IsAccepted, verdict.ToString()));
        }

        // Each of the two once at most.
        Assert.InRange(_server.Requests.Count, questions, 2 * questions);
        _server.ClearRequests();
        await using RevocationService third = Service(redis);
        foreach (TestCertificate client in clients)
        {
            Assert.Equal(client != clients[0], (await JudgeAsync(third, preference, client)).IsAccepted);
        }

        Assert.Empty(_server.Requests);
        Assert.Equal(0, _log.CountOf(EventIds.StoreReadFailed) + _log.CountOf(EventIds.StoreWriteFailed) + _log.CountOf(EventIds.StoredAnswerUnusable));
    }

    // Both have the certificate as good. One learns of the revocation; the other finds it in the store when its own time to ask comes.
    [Theory]
    [InlineData("folder", RevocationPreference.CrlOnly)]
    [InlineData("folder", RevocationPreference.OcspOnly)]
    [InlineData("Redis", RevocationPreference.CrlOnly)]
    [InlineData("Redis", RevocationPreference.OcspOnly)]
    public async Task Refresh_ByOne_IsLearntByTheOtherWithoutAsking(string kind, RevocationPreference preference)
    {
        await using RedisPeer? redis = kind == "Redis" ? await RedisPeer.StartAsync() : null;
        FakeTimeProvider first = new(DateTimeOffset.UtcNow), second = new(DateTimeOffset.UtcNow);
        TestCertificate client = Issue("client.test");

        // Both start with what is stored: a clock that jumps ends the time of any question to a store that is under way.
        await using (RevocationService before = Service(redis, first))
        {
            PeerPolicyEngine engine = new(first, revocation: before);
            Assert.True((await engine.JudgeAsync(Policy(preference), PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop)).IsAccepted);
        }

        await using RevocationService one = Service(redis, first), two = Service(redis, second);
        PeerPolicyEngine engineOne = new(first, revocation: one), engineTwo = new(second, revocation: two);
        PeerPolicy policy = Policy(preference), same = Policy(preference);
        Assert.True((await engineOne.JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop)).IsAccepted);
        Assert.True((await engineTwo.JudgeAsync(same, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop)).IsAccepted);
        _server.Revoke(client);

        first.Advance(TimeSpan.FromMinutes(55));
        await Patience.UntilAsync(() => engineOne.Judge(policy, PeerRole.Client, Pair.Presented(client)).Primary?.Reason == ValidationReason.CertificateRevoked);

        // What waits to be stored is stored before it goes.
        await one.DisposeAsync();
        int asked = _server.Requests.Count;

        second.Advance(TimeSpan.FromMinutes(55));
        await Patience.UntilAsync(() => engineTwo.Judge(same, PeerRole.Client, Pair.Presented(client)).Primary?.Reason == ValidationReason.CertificateRevoked);
        Assert.Equal(asked, _server.Requests.Count);
        Assert.Equal(0, _log.CountOf(EventIds.StoreRests));
    }

    private TestCertificate Issue(string name) => _root.IssueClient(name, c => c.WithCrlDistributionPoints(_server.CrlUrl(_root)).WithOcsp(_server.OcspUrl(_root)));

    private RevocationService Service(RedisPeer? redis, TimeProvider? clock = null)
    {
        RevocationServiceOptions options = new() { Dangerous = { AllowLocalAddresses = true }, RefreshInterval = TimeSpan.FromHours(1) };
        RedisCache? cache = null;
        if (redis is null)
        {
            options.StoreFolder = _folder.FullName;
        }
        else
        {
            options.DistributedCache = RevocationCacheUse.Used;
            cache = new RedisCache(new RedisCacheOptions { Configuration = redis.EndPoint });
            _caches.Add(cache);
        }

        return new RevocationService(options, clock, _log, cache);
    }

    private PeerPolicy Policy(RevocationPreference preference) => PeerPolicy.Create("test", p => p.TrustPemText(_root.ToPem()).CheckRevocation(r => (r.Preference, r.MaxWait) = (preference, TimeSpan.FromMinutes(1))));

    private Task<PeerVerdict> JudgeAsync(RevocationService service, RevocationPreference preference, TestCertificate client) =>
        new PeerPolicyEngine(revocation: service).JudgeAsync(Policy(preference), PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop).AsTask();
}
