using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.DependencyInjection;

/// <summary>CRL files that the configuration names are followed from the start, and a policy that was replaced is followed no longer.</summary>
public sealed class CrlFilesReloadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crls-").FullName;
    private readonly TestPki _pki = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    public CrlFilesReloadTests()
    {
        File.WriteAllText(PathOf("root.pem"), _pki.Root.ToPem());
        Write("root.crl", _pki.Root.IssueCrl());
        Write("issuing.crl", _pki.Issuing.IssueCrl(c => c.WithNumber(1)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Nobody has been judged when the file changes: the first peer finds the new one.
    [Fact]
    public async Task Configuration_CrlFilesChangeBeforeTheFirstPeer_AreFollowed()
    {
        await using ServiceProvider provider = Services(out _);
        PeerPolicy policy = provider.GetRequiredService<MutualTlsEndpoints>().Policy("p").Current;
        RevocationService service = provider.GetRequiredService<RevocationService>();
        List<RevocationChangedEventArgs> told = [];
        service.Changed += (_, change) => told.Add(change);

        Write("issuing.crl", _pki.Issuing.IssueCrl(c => c.WithNumber(2).Revoke(_pki.Client)));
        _clock.Advance(FileWatch.Interval);

        Assert.Equal([Convert.ToHexString(_pki.Client.SerialNumber.Span)], Assert.Single(told).SerialNumbers);
        PeerVerdict verdict = provider.GetRequiredService<PeerPolicyEngine>().Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client));
        Assert.Equal(ValidationReason.CertificateRevoked, verdict.Primary?.Reason);
    }

    [Fact]
    public async Task Reload_OldPolicyWithCrlFiles_IsNotKeptAlive()
    {
        await using ServiceProvider provider = Services(out IConfigurationRoot configuration);
        WeakReference old = JudgeAndForget(provider);
        RevocationService service = provider.GetRequiredService<RevocationService>();
        Assert.Equal(1, service.Followed);

        configuration["MutualTls:Policies:p:MaxIntermediates"] = "5";
        configuration.Reload();

        Assert.Equal(2, service.Followed);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _clock.Advance(FileWatch.Interval);
        Assert.False(old.IsAlive);
        Assert.Equal(1, service.Followed);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference JudgeAndForget(ServiceProvider provider)
    {
        PeerPolicy policy = provider.GetRequiredService<MutualTlsEndpoints>().Policy("p").Current;
        Assert.True(provider.GetRequiredService<PeerPolicyEngine>().Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)).IsAccepted);
        return new WeakReference(policy.RevocationChecker);
    }

    private ServiceProvider Services(out IConfigurationRoot configuration)
    {
        configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MutualTls:Policies:p:TrustFiles:0"] = PathOf("root.pem"),
            ["MutualTls:Policies:p:Revocation:Mode"] = "HardFail",
            ["MutualTls:Policies:p:Revocation:Fetching"] = "Never",
            ["MutualTls:Policies:p:Revocation:CrlFiles:0"] = PathOf("root.crl"),
            ["MutualTls:Policies:p:Revocation:CrlFiles:1"] = PathOf("issuing.crl"),
        }).Build();
        return new ServiceCollection().AddSingleton<TimeProvider>(_clock).AddMutualTls(configuration.GetSection("MutualTls")).BuildServiceProvider();
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Write(string name, TestCrl crl) => File.WriteAllBytes(PathOf(name), crl.Der.ToArray());
}
