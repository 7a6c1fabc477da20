using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.DependencyInjection;

/// <summary>Promise P10: files of credentials, anchors and lists are followed, each change a whole snapshot; a bad one keeps the last good and is told.</summary>
public sealed class FileReloadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("reload-").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<ReloadFailedEventArgs> _failed = [];
    private readonly TestPki _pki;
    private readonly ServiceProvider _services;

    public FileReloadTests()
    {
        _pki = TestPki.With(timeProvider: _clock);
        _pki.WritePem(_folder);
        File.WriteAllText(InFolder("denied.txt"), "# nobody\n");
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Credentials:web:CertificateFile"] = InFolder("server.pem"),
            ["Credentials:web:KeyFile"] = InFolder("server.key.pem"),
            ["Policies:partners:TrustFiles"] = InFolder("root.pem"),
            ["Policies:partners:Lists:DeniedFiles"] = InFolder("denied.txt"),
            ["Policies:partners:Revocation"] = "Disabled",
        }).Build();
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddMutualTls(mtls => mtls.AddConfiguration(configuration));
        _services = services.BuildServiceProvider();
        Endpoints.ReloadFailed += (_, failed) => _failed.Add(failed);
    }

    private MutualTlsEndpoints Endpoints => _services.GetRequiredService<MutualTlsEndpoints>();

    private SnapshotSource<PeerPolicy> Policy => Endpoints.Policy("partners");

    public void Dispose()
    {
        _services.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Look_CredentialFilesChange_AreSwapped()
    {
        SnapshotSource<LocalCredential> credential = Endpoints.Credential("web");
        TestCertificate next = _pki.Issuing.IssueServer("localhost");
        next.WritePem(_folder, "server");
        Look(3);
        Assert.Equal(next.Der.ToArray(), credential.Current.Certificate.RawData);
        Assert.Equal(2, credential.Version);

        File.WriteAllText(InFolder("server.pem"), _pki.Server.ChainToPem());
        Look(3);
        Assert.Equal(next.Der.ToArray(), credential.Current.Certificate.RawData);
        Assert.Equal("credential 'web'", Assert.Single(_failed).What);
    }

    [Fact]
    public void Look_AnchorsAreReplaced_PolicyIsSwappedOnce()
    {
        PeerPolicy before = Policy.Current;
        TestPki other = TestPki.With(timeProvider: _clock);
        File.WriteAllText(InFolder("root.pem"), other.Root.ToPem());
        Look(4);
        Assert.NotSame(before, Policy.Current);
        Assert.Equal(2, Policy.Version);
        Assert.Equal(ValidationReason.IssuerUnknown, Judge(_pki.Client).Primary?.Reason);
        Assert.True(Judge(other.Client).IsAccepted);
    }

    // The same content again is no change: a policy that is compiled anew would have to meet everybody anew.
    [Fact]
    public void Look_AnchorsAreWrittenAgainAsTheyWere_PolicyStays()
    {
        PeerPolicy before = Policy.Current;
        Look(3);
        File.WriteAllText(InFolder("root.pem"), _pki.Root.ToPem());
        File.SetLastWriteTimeUtc(InFolder("root.pem"), DateTime.UtcNow.AddMinutes(1));
        Look(3);
        Assert.Same(before, Policy.Current);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB")]
    [InlineData(null)]
    public void Look_AnchorsAreOfNoUse_LastGoodPolicyStaysUntilTheyAre(string? content)
    {
        PeerPolicy before = Policy.Current;
        if (content is null)
        {
            File.Delete(InFolder("root.pem"));
        }
        else
        {
            File.WriteAllText(InFolder("root.pem"), content);
        }

        Look(4);
        Assert.Same(before, Policy.Current);
        Assert.Equal("policy 'partners'", Assert.Single(_failed).What);

        TestPki other = TestPki.With(timeProvider: _clock);
        File.WriteAllText(InFolder("root.pem"), other.Root.ToPem());
        Look(2);
        Assert.True(Judge(other.Client).IsAccepted);
        Assert.Single(_failed);
    }

    [Fact]
    public void Look_CertificateIsDenied_IsRefusedFromThenOnByTheSamePolicy()
    {
        PeerPolicy before = Policy.Current;
        Assert.True(Judge(_pki.Client).IsAccepted);
        File.WriteAllText(InFolder("denied.txt"), $"certificate:{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(_pki.Client.Der.Span))}\n");
        Look(1);
        Assert.Equal(ValidationReason.CertificateDenied, Judge(_pki.Client).Primary?.Reason);
        Assert.Same(before, Policy.Current);
        Assert.Empty(_failed);
    }

    [Fact]
    public void Look_DenyFileIsOfNoUse_IsTold()
    {
        Assert.True(Judge(_pki.Client).IsAccepted);
        File.WriteAllText(InFolder("denied.txt"), "certificate:00\n");
        Look(3);
        ReloadFailedEventArgs failed = Assert.Single(_failed);
        Assert.Equal("policy 'partners'", failed.What);
        Assert.Contains("line 1", Assert.Single(failed.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Look_ServicesAreDisposed_NothingChangesAnyMore()
    {
        SnapshotSource<PeerPolicy> policy = Policy;
        _services.Dispose();
        File.WriteAllText(InFolder("root.pem"), TestPki.With(timeProvider: _clock).Root.ToPem());
        Look(2);
        Assert.Equal(1, policy.Version);
    }

    [Theory]
    [InlineData("CertificateFile", "PfxFile", "give either")]
    [InlineData("KeyFile", "Password", "give either")]
    [InlineData("StoreSubject", "StoreLocation", "StoreLocation: 'x' is not")]
    public void AddConfiguration_CredentialFromNowhereOrTwoPlaces_IsRefused(string one, string other, string mentions)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [$"Credentials:web:{one}"] = "x",
            [$"Credentials:web:{other}"] = "x",
        }).Build();
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(() => new ServiceCollection().AddMutualTls(configuration));
        Assert.Contains(mentions, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddCredential_SourceOfTheApplication_IsTheOneThatEndpointsUse()
    {
        SnapshotSource<LocalCredential> own = LocalCredential.FromPem(_pki.Server.ChainToPem(), _pki.Server.ExportPrivateKeyPem(), timeProvider: _clock);
        ServiceCollection services = new();
        services.AddMutualTls(mtls => mtls.AddCredential("web", c => c.FromSource(own)));
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Same(own, provider.GetRequiredService<MutualTlsEndpoints>().Credential("web"));
    }

    private PeerVerdict Judge(TestCertificate client) => Pair.JudgeClient(_pki, client, Policy.Current, _clock);

    private string InFolder(string name) => Path.Combine(_folder, name);

    private void Look(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _clock.Advance(FileWatch.Interval);
        }
    }
}
