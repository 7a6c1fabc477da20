using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Diagnostics;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.DependencyInjection;

/// <summary>How revocation data is fetched and stored, from configuration.</summary>
public class RevocationConfigurationTests
{
    [Fact]
    public void Configuration_SaysItAll_IsRead()
    {
        RevocationServiceOptions options = Read(
            ("StoreFolder", "/var/cache/mutualtls"), ("DistributedCache", "Used"), ("MaxStoredAge", "1.00:00:00"), ("Proxy", "http://proxy.test:3128"), ("OcspTimeout", "00:00:02"),
            ("CrlTimeout", "00:01:00"), ("MaxCrlBytes", "1048576"), ("RefreshInterval", "00:15:00"), ("Dangerous:AllowLocalAddresses", "true"));

        Assert.Equal("/var/cache/mutualtls", options.StoreFolder);
        Assert.Equal(RevocationCacheUse.Used, options.DistributedCache);
        Assert.Equal(TimeSpan.FromDays(1), options.MaxStoredAge);
        Assert.Equal(new Uri("http://proxy.test:3128"), options.Proxy);
        Assert.Equal(TimeSpan.FromSeconds(2), options.OcspTimeout);
        Assert.Equal(TimeSpan.FromMinutes(1), options.CrlTimeout);
        Assert.Equal(1 << 20, options.MaxCrlBytes);
        Assert.Equal(TimeSpan.FromMinutes(15), options.RefreshInterval);
        Assert.True(options.Dangerous.AllowLocalAddresses);
        Assert.False(Read(("StoreFolder", "/var/cache/mutualtls")).Dangerous.AllowLocalAddresses);
        Assert.Null(Read(("StoreFolder", "")).StoreFolder);
    }

    [Theory]
    [InlineData("StoreFoldr", "/x", "StoreFoldr")]
    [InlineData("StoreFolder", " ", "StoreFolder")]
    [InlineData("DistributedCache", "yes", "DistributedCache")]
    [InlineData("DistributedCache", "1", "DistributedCache")]
    [InlineData("MaxStoredAge", "0", "MaxStoredAge")]
    [InlineData("MaxStoredAge", "400.00:00:00", "MaxStoredAge")]
    [InlineData("MaxCrlBytes", "100", "MaxCrlBytes")]
    [InlineData("Proxy", "ftp://proxy.test", "Proxy")]
    [InlineData("AllowLocalAddresses", "true", "AllowLocalAddresses")]
    [InlineData("Dangerous", "AllowLocalAddresses", "Dangerous")]
    [InlineData("Dangerous:AllowLocalAddress", "true", "AllowLocalAddress")]
    [InlineData("Dangerous:AllowLocalAddresses", "yes", "AllowLocalAddresses")]
    public void Configuration_Wrong_IsRefusedWithItsPath(string key, string value, string mentions)
    {
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(() => Read((key, value)));
        Assert.Contains(refused.Errors, error => error.Contains("MutualTls:Revocation", StringComparison.Ordinal) && error.Contains(mentions, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_DistributedCacheUsedAndNoneRegistered_DoesNotStartAndNamesTheKey()
    {
        using IHost host = Host(services => { });
        MutualTlsConfigurationException refused = await Assert.ThrowsAsync<MutualTlsConfigurationException>(() => host.StartAsync(Pair.Stop));
        Assert.Contains("DistributedCache", Assert.Single(refused.Errors), StringComparison.Ordinal);
        Assert.Contains("IDistributedCache", refused.Errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DistributedCacheUsedAndRegistered_StoresInIt()
    {
        // Its time stands: on a busy machine neither the responder nor the cache is given up.
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        await using TestRevocationServer server = TestRevocationServer.Start();
        using IHost host = Host(services => services.AddDistributedMemoryCache().AddSingleton<TimeProvider>(clock));
        await host.StartAsync(Pair.Stop);
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestCertificate client = root.IssueClient("client.test", c => c.WithCrlDistributionPoints(server.CrlUrl(root)));
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(root.ToPem()).CheckRevocation());

        PeerVerdict verdict = await host.Services.GetRequiredService<PeerPolicyEngine>().JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        await host.Services.GetRequiredService<RevocationService>().DisposeAsync();

        // Another process of the fleet, with the same cache.
        await using RevocationService other = new(
            new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true }, DistributedCache = RevocationCacheUse.Used }, clock, cache: host.Services.GetRequiredService<IDistributedCache>());
        Assert.True((await new PeerPolicyEngine(clock, revocation: other).JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop)).IsAccepted);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void Service_LocalAddressesAllowed_IsLogged()
    {
        EventRecord<RevocationService> log = new();
        using RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } }, logger: log);
        Assert.Contains("Dangerous.AllowLocalAddresses", Assert.Single(log.TextsOf(EventIds.DangerousFetchingInUse)), StringComparison.Ordinal);
    }

    private static RevocationServiceOptions Read(params (string Key, string Value)[] settings)
    {
        using ServiceProvider provider = new ServiceCollection().AddMutualTls(Section(settings)).BuildServiceProvider();
        return provider.GetRequiredService<IOptions<RevocationServiceOptions>>().Value;
    }

    private static IHost Host(Action<IServiceCollection> configure)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        configure(builder.Services);
        builder.Services.AddMutualTls(Section(("DistributedCache", "Used"), ("Dangerous:AllowLocalAddresses", "true")));
        return builder.Build();
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"MutualTls:Revocation:{s.Key}", (string?)s.Value))).Build().GetSection("MutualTls");
}
