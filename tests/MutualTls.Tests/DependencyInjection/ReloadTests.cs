using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Diagnostics;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.DependencyInjection;

/// <summary>Promise P10: policies change as whole snapshots, and a bad reload keeps the last good one.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reload_ConfigurationChanges_PolicyIsSwapped()
    {
        TestPki first = new(), second = new();
        (IConfigurationRoot configuration, ServiceProvider provider) = Start(first, second);
        using ServiceProvider services = provider;
        SnapshotSource<PeerPolicy> policy = provider.GetRequiredService<MutualTlsEndpoints>().Policy("partners");
        PeerPolicy before = policy.Current;
        Assert.True(Pair.JudgeClient(first, policy: before).IsAccepted);

        configuration["Policies:partners:TrustFiles"] = Path.Combine(_folder, "second.pem");
        configuration.Reload();

        Assert.NotSame(before, policy.Current);
        Assert.True(policy.Current.Version > before.Version);
        Assert.Equal(ValidationReason.IssuerUnknown, Pair.JudgeClient(first, policy: policy.Current).Primary!.Value.Reason);
        Assert.True(Pair.JudgeClient(second, policy: policy.Current).IsAccepted);
    }

    [Theory]
    [InlineData("TrustFiles", "no-such-file.pem")]
    [InlineData("MaxIntermediates", "many")]
    [InlineData("Mispelt", "true")]
    [InlineData("Revocation", "")]
    public void Reload_NewConfigurationIsBad_LastGoodPolicyStays(string key, string value)
    {
        TestPki pki = new();
        (IConfigurationRoot configuration, ServiceProvider provider) = Start(pki, pki);
        using ServiceProvider services = provider;
        SnapshotSource<PeerPolicy> policy = provider.GetRequiredService<MutualTlsEndpoints>().Policy("partners");
        PeerPolicy before = policy.Current;

        configuration[$"Policies:partners:{key}"] = value;
        configuration.Reload();

        Assert.Same(before, policy.Current);
    }

    // Configuration names the file, and only the file changes: nobody tells the configuration.
    [Fact]
    public void DenyFile_Changes_PolicyFromConfigurationFollowsItAndAReplacedOneDoesNot()
    {
        TestPki pki = new();
        string denied = Path.Combine(_folder, "denied.txt");
        File.WriteAllText(denied, "# nobody\n");
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        EventRecord<PeerPolicyEngine> log = new();
        (IConfigurationRoot configuration, ServiceProvider provider) = Start(pki, pki, services => services.AddSingleton<TimeProvider>(clock).AddSingleton<ILogger<PeerPolicyEngine>>(log));
        using ServiceProvider services = provider;
        SnapshotSource<PeerPolicy> policy = provider.GetRequiredService<MutualTlsEndpoints>().Policy("partners");
        configuration["Policies:partners:Lists:DeniedFiles"] = denied;
        configuration.Reload();
        PeerPolicy replaced = policy.Current;
        configuration["Policies:partners:MaxIntermediates"] = "3";
        configuration.Reload();
        Assert.NotSame(replaced, policy.Current);
        PeerPolicyEngine engine = provider.GetRequiredService<PeerPolicyEngine>();
        Assert.True(engine.Judge(policy.Current, PeerRole.Client, Pair.Presented(pki.Client)).IsAccepted);

        File.AppendAllText(denied, $"certificate:{pki.Client.Sha256Fingerprint}\n");
        clock.Advance(FileWatch.Interval);

        Assert.Equal(ValidationReason.CertificateDenied, engine.Judge(policy.Current, PeerRole.Client, Pair.Presented(pki.Client)).Primary?.Reason);
        Assert.Single(log.TextsOf(EventIds.DenyListReloaded));
        GC.KeepAlive(replaced);
    }

    // Issue of policy swaps under load: no verdict from a policy that was never configured, none of the old one after the swap was seen.
    [Fact]
    public async Task Change_FiftySwapsWhileFourThreadsJudge_EveryVerdictIsOfTheCurrentPolicy()
    {
        TestPki[] pkis = [new(), new()];
        PeerPolicy[] policies = [Pair.Trusting(pkis[0].Root), Pair.Trusting(pkis[1].Root)];
        SnapshotSource<PeerPolicy> source = policies[0];
        PeerPolicyEngine engine = new();
        using CancellationTokenSource stop = new();
        Task<int>[] judges = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            int judged = 0;
            for (; !stop.IsCancellationRequested || judged < 100; judged++)
            {
                PeerPolicy policy = source.Current;
                int own = Array.IndexOf(policies, policy);
                Assert.InRange(own, 0, 1);
                PeerVerdict good = engine.Judge(policy, PeerRole.Client, Pair.Presented(pkis[own].Client));
                PeerVerdict bad = engine.Judge(policy, PeerRole.Client, Pair.Presented(pkis[1 - own].Client));
                Assert.Same(policy, good.Policy);
                Assert.Equal((true, false), (good.IsAccepted, bad.IsAccepted));
            }

            return judged;
        }, Pair.Stop))];
        for (int swap = 1; swap <= 50; swap++)
        {
            source.Change(policies[swap % 2]);
            await Task.Delay(5, Pair.Stop);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(judges), judged => Assert.True(judged >= 100));
        Assert.Equal(51, source.Version);
    }

    private (IConfigurationRoot Configuration, ServiceProvider Provider) Start(TestPki first, TestPki second, Action<IServiceCollection>? more = null)
    {
        File.WriteAllText(Path.Combine(_folder, "first.pem"), first.Root.ToPem());
        File.WriteAllText(Path.Combine(_folder, "second.pem"), second.Root.ToPem());
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Policies:partners:TrustFiles"] = Path.Combine(_folder, "first.pem"),
            ["Policies:partners:Revocation"] = "Disabled",
        }).Build();
        ServiceCollection services = new();
        more?.Invoke(services);
        services.AddMutualTls(mtls => mtls.AddConfiguration(configuration));
        return (configuration, services.BuildServiceProvider());
    }
}
