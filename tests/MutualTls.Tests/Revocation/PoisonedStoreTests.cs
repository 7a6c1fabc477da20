using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Revocation.Stores;
using MutualTls.Testing;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>What lies in a store is data of anybody: it saves questions, and never makes a revoked certificate good.</summary>
public sealed class PoisonedStoreTests : IAsyncDisposable
{
    private readonly TestRevocationServer _server = TestRevocationServer.Start();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mutualtls-");
    private readonly TestCertificateAuthority _root = TestCertificateAuthority.CreateRoot();
    private readonly TestCertificate _client;

    public PoisonedStoreTests() => _client = Issue("client.test");

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(RevocationPreference.CrlOnly)]
    [InlineData(RevocationPreference.OcspOnly)]
    public async Task Restart_FullFolder_AsksNobody(RevocationPreference preference)
    {
        Assert.True((await JudgeOnceAsync(preference)).IsAccepted);
        Assert.Single(_server.Requests);

        Assert.True((await JudgeOnceAsync(preference)).IsAccepted);
        Assert.Single(_server.Requests);
    }

    public static TheoryData<string, RevocationPreference> Poisons() => new()
    {
        { "garbage", RevocationPreference.CrlOnly },
        { "garbage", RevocationPreference.OcspOnly },
        { "another issuer's", RevocationPreference.CrlOnly },
        { "same name, another key", RevocationPreference.CrlOnly },
        { "another issuer's", RevocationPreference.OcspOnly },
        { "another serial's", RevocationPreference.OcspOnly },
        { "expired", RevocationPreference.CrlOnly },
        { "expired", RevocationPreference.OcspOnly },
        { "huge", RevocationPreference.CrlOnly },
        { "huge", RevocationPreference.OcspOnly },
        { "the other kind", RevocationPreference.CrlOnly },
        { "the other kind", RevocationPreference.OcspOnly },
    };

    [Theory]
    [MemberData(nameof(Poisons))]
    public async Task Poison_OfARevokedPeer_IsPassedOverAndReplaced(string poison, RevocationPreference preference)
    {
        Assert.True((await JudgeOnceAsync(preference)).IsAccepted);
        await PoisonAsync(Make(poison, preference == RevocationPreference.CrlOnly));
        _server.Revoke(_client);
        _server.ClearRequests();

        Assert.Equal(ValidationReason.CertificateRevoked, (await JudgeOnceAsync(preference)).Primary?.Reason);
        Assert.Single(_server.Requests);

        // What was fetched lies there now.
        Assert.Equal(ValidationReason.CertificateRevoked, (await JudgeOnceAsync(preference)).Primary?.Reason);
        Assert.Single(_server.Requests);
    }

    // What a running process knows, no store takes from it.
    [Theory]
    [InlineData(RevocationPreference.CrlOnly)]
    [InlineData(RevocationPreference.OcspOnly)]
    public async Task Refresh_AnOldGoodInTheStore_DoesNotReplaceTheRevocation(RevocationPreference preference)
    {
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        RevocationService service = Service(clock, o => o.RefreshInterval = TimeSpan.FromMinutes(10));
        PeerPolicyEngine engine = new(clock, revocation: service);
        PeerPolicy policy = Policy(preference);
        _server.Revoke(_client);
        await engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(_client), cancellationToken: Pair.Stop);
        await UntilAsync(() => _folder.GetFiles("*.v1").Length == 1);
        _server.ClearRequests();

        await PoisonAsync(
            preference == RevocationPreference.CrlOnly ? Crl(c => c.WithNumber(0)) : Ocsp(_client, o => o.Validity(DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow.AddDays(1))),
            fetchedAt: clock.GetUtcNow().AddMinutes(5));
        clock.Advance(TimeSpan.FromMinutes(10));
        await UntilAsync(() => _server.Requests.Count > 0);

        Assert.Equal(ValidationReason.CertificateRevoked, engine.Judge(policy, PeerRole.Client, Pair.Presented(_client)).Primary?.Reason);
        await service.DisposeAsync();
        Assert.Equal(ValidationReason.CertificateRevoked, (await JudgeOnceAsync(preference)).Primary?.Reason);
    }

    [Theory]
    [InlineData(RevocationPreference.CrlOnly)]
    [InlineData(RevocationPreference.OcspOnly)]
    public async Task Restart_AValidGoodOlderThanMaxStoredAge_IsNotUsed(RevocationPreference preference)
    {
        Assert.True((await JudgeOnceAsync(preference)).IsAccepted);
        DateTimeOffset old = DateTimeOffset.UtcNow.AddHours(-2);
        await PoisonAsync(preference == RevocationPreference.CrlOnly ? Crl(c => c.Validity(old, old.AddDays(1))) : Ocsp(_client, o => o.Validity(old, old.AddDays(1))));
        _server.Revoke(_client);

        Assert.Equal(ValidationReason.CertificateRevoked, (await JudgeOnceAsync(preference, o => o.MaxStoredAge = TimeSpan.FromHours(1))).Primary?.Reason);
    }

    // The server of this process lags behind; another process has stored the newer list meanwhile.
    [Fact]
    public async Task Write_OlderThanWhatAnotherStoredMeanwhile_IsNotStored()
    {
        _server.ConfigureCrl = c => c.WithNumber(5).Validity(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        Assert.True((await JudgeOnceAsync(RevocationPreference.CrlOnly)).IsAccepted);
        string path = Assert.Single(_folder.GetFiles("*.v1")).FullName;
        byte[] newer = Crl(c => c.WithNumber(6).Revoke(_client));
        File.Move(path, path + ".away");

        // All that comes before its end is done meanwhile, on a busy machine too.
        _server.Latency = TimeSpan.FromSeconds(5);
        Task<PeerVerdict> lagging = JudgeOnceAsync(RevocationPreference.CrlOnly);
        await UntilAsync(() => _server.Requests.Count == 2);
        File.Move(path + ".away", path);
        await PoisonAsync(newer, fetchedAt: DateTimeOffset.UtcNow.AddSeconds(-1));

        // Whether this one still sees the older list or the newer one already is a matter of who was faster.
        await lagging;

        Assert.Equal(ValidationReason.CertificateRevoked, (await JudgeOnceAsync(RevocationPreference.CrlOnly)).Primary?.Reason);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [InlineData(RevocationPreference.CrlOnly)]
    [InlineData(RevocationPreference.OcspOnly)]
    public async Task TwoMachines_OneRedisAndFoldersOfTheirOwn_AskOnce(RevocationPreference preference)
    {
        await using RedisPeer redis = await RedisPeer.StartAsync();
        for (int machine = 0; machine < 2; machine++)
        {
            using RedisCache cache = new(new RedisCacheOptions { Configuration = redis.EndPoint });
            await using RevocationService service = new(
                new RevocationServiceOptions
                {
                    Dangerous = { AllowLocalAddresses = true },
                    StoreFolder = Path.Combine(_folder.FullName, $"{machine}"),
                    DistributedCache = RevocationCacheUse.Used,
                },

                // Its time stands: on a busy machine the cache is not given up.
                new FakeTimeProvider(DateTimeOffset.UtcNow), cache: cache);
            Assert.True((await JudgeAsync(service, preference)).IsAccepted);
        }

        Assert.Single(_server.Requests);
    }

    // One has refreshed: the other reads that, and asks nobody.
    [Fact]
    public async Task Refresh_DoneByAnotherProcess_IsReadFromTheFolder()
    {
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        await using RevocationService service = Service(clock, o => o.RefreshInterval = TimeSpan.FromMinutes(10));
        PeerPolicyEngine engine = new(clock, revocation: service);
        PeerPolicy policy = Policy(RevocationPreference.CrlOnly);
        Assert.True((await engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(_client), cancellationToken: Pair.Stop)).IsAccepted);
        await UntilAsync(() => _folder.GetFiles("*.v1").Length == 1);
        await PoisonAsync(Crl(c => c.WithNumber(1_000_000).Revoke(_client)), fetchedAt: clock.GetUtcNow().AddMinutes(5));

        clock.Advance(TimeSpan.FromMinutes(10));
        await UntilAsync(() => engine.Judge(policy, PeerRole.Client, Pair.Presented(_client)).Primary?.Reason == ValidationReason.CertificateRevoked);

        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Purge_TheStoreIsEmptiedAndNotBelieved()
    {
        await using RevocationService service = Service();
        Assert.True((await JudgeAsync(service, RevocationPreference.CrlOnly)).IsAccepted);
        await UntilAsync(() => _folder.GetFiles("*.v1").Length == 1);

        service.Purge();
        Assert.True((await JudgeAsync(service, RevocationPreference.CrlOnly)).IsAccepted);

        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [InlineData(RevocationPreference.CrlOnly)]
    [InlineData(RevocationPreference.OcspOnly)]
    public async Task Invalidate_APathNeverAskedAbout_TakesItOutOfTheStore(RevocationPreference preference)
    {
        PeerVerdict verdict = await JudgeOnceAsync(preference);
        await using (RevocationService other = Service())
        {
            other.Invalidate(verdict.Path!);
        }

        Assert.Empty(_folder.GetFiles("*.v1"));
    }

    [Fact]
    public async Task Places_OfThePolicy_StoreNothing()
    {
        await using (RevocationService service = Service())
        {
            PeerPolicy policy = Policy(RevocationPreference.CrlOnly, r => r.Places.Add(new RevocationPlace(RevocationSource.Crl, new Uri(_server.CrlUrl(_root)))));
            Assert.True((await new PeerPolicyEngine(revocation: service).JudgeAsync(policy, PeerRole.Client, Pair.Presented(_client), cancellationToken: Pair.Stop)).IsAccepted);
        }

        Assert.Empty(_folder.GetFiles("*.v1"));
    }

    private byte[] Make(string poison, bool crl)
    {
        TestCertificateAuthority stranger = TestCertificateAuthority.CreateRoot("Another CA");
        DateTimeOffset past = DateTimeOffset.UtcNow.AddDays(-3);
        return (poison, crl) switch
        {
            ("another issuer's", true) => stranger.IssueCrl().Der.ToArray(),
            ("same name, another key", true) => TestCertificateAuthority.CreateRoot().IssueCrl().Der.ToArray(),
            ("another issuer's", false) => stranger.IssueOcspResponse(stranger.IssueClient("client.test")).Der.ToArray(),
            ("another serial's", false) => Ocsp(Issue("other.test")),
            ("expired", true) => Crl(c => c.Validity(past, past.AddDays(1))),
            ("expired", false) => Ocsp(_client, o => o.Validity(past, past.AddDays(1))),
            ("the other kind", true) => Ocsp(_client),
            ("the other kind", false) => Crl(),
            ("huge", _) => new byte[65 << 20],
            _ => [0x30, 0x03, 0x02, 0x01, 0x00],
        };
    }

    private byte[] Crl(Action<TestCrlSpec>? configure = null) => _root.IssueCrl(configure).Der.ToArray();

    private byte[] Ocsp(TestCertificate certificate, Action<TestOcspSpec>? configure = null) => _root.IssueOcspResponse(certificate, configure).Der.ToArray();

    // As whoever may write to the folder would: in the place of the only answer there.
    private async Task PoisonAsync(byte[] der, DateTimeOffset? fetchedAt = null)
    {
        string key = Path.GetFileNameWithoutExtension(Assert.Single(_folder.GetFiles("*.v1")).Name);
        DateTimeOffset at = fetchedAt ?? DateTimeOffset.UtcNow;
        FolderStore store = new(_folder.FullName, new FolderLimits(100 << 20, 1000, 1L << 30), TimeProvider.System, NullLogger.Instance);
        await store.RemoveAsync(key, Pair.Stop);
        await store.WriteAsync(key, new StoredAnswer(der, at, at.AddDays(30), null, null), Pair.Stop);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 1_200 && !condition(); i++)
        {
            await Task.Delay(50, Pair.Stop);
        }

        Assert.True(condition());
    }

    private TestCertificate Issue(string name) => _root.IssueClient(name, c => c.WithCrlDistributionPoints(_server.CrlUrl(_root)).WithOcsp(_server.OcspUrl(_root)));

    private RevocationService Service(TimeProvider? clock = null, Action<RevocationServiceOptions>? configure = null)
    {
        RevocationServiceOptions options = new() { Dangerous = { AllowLocalAddresses = true }, StoreFolder = _folder.FullName, OcspTimeout = TimeSpan.FromMinutes(1) };
        configure?.Invoke(options);
        return new RevocationService(options, clock);
    }

    private async Task<PeerVerdict> JudgeOnceAsync(RevocationPreference preference, Action<RevocationServiceOptions>? configure = null)
    {
        await using RevocationService service = Service(configure: configure);
        return await JudgeAsync(service, preference);
    }

    private Task<PeerVerdict> JudgeAsync(RevocationService service, RevocationPreference preference) =>
        new PeerPolicyEngine(revocation: service).JudgeAsync(Policy(preference), PeerRole.Client, Pair.Presented(_client), cancellationToken: Pair.Stop).AsTask();

    private PeerPolicy Policy(RevocationPreference preference, Action<RevocationOptions>? configure = null) =>
        PeerPolicy.Create("test", p => p.TrustPemText(_root.ToPem()).CheckRevocation(r =>
        {
            r.Preference = preference;
            r.MaxWait = TimeSpan.FromMinutes(1);
            configure?.Invoke(r);
        }));
}
