using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.DependencyInjection;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Peers;

/// <summary>The OCSP answer that our credential presents, as the client of OpenSSL sees it, from responders good and bad.</summary>
public sealed class StaplingTests : IAsyncDisposable
{
    private const string None = "OCSP response: no response sent", Good = "Cert Status: good";

    private readonly string _folder = Directory.CreateTempSubdirectory("staple-").FullName;
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestRevocationServer _responder = TestRevocationServer.Start();
    private readonly EventRecord<MutualTlsEndpoints> _log = new();
    private readonly MetricRecord _metrics = new();
    private readonly TestPki _pki;
    private readonly PeerFiles _client;
    private TestCertificate _server = null!;
    private ServiceProvider? _services;
    private MutualTlsListener? _listener;

    public StaplingTests()
    {
        _pki = TestPki.With(timeProvider: _clock);
        _client = new PeerFiles(_pki.Client, _pki.Root);
        Issue(_pki.Issuing);
    }

    private LocalCredential Credential => _services!.GetRequiredService<MutualTlsEndpoints>().Credential("web").Current;

    public async ValueTask DisposeAsync()
    {
        await (_listener?.DisposeAsync() ?? default);
        await (_services?.DisposeAsync() ?? default);
        await _responder.DisposeAsync();
        _client.Dispose();
        _metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Handshake_StaplingEnabled_PresentsTheAnswer(string tls)
    {
        Listen();
        await IsAsync(StaplingStatus.Presented);

        string seen = await ConnectAsync(tls);

        Assert.Contains(Good, seen);
        Assert.Contains(Convert.ToHexString(_server.SerialNumber.Span), seen);
        Assert.Equal(12, (Credential.Stapling.Until!.Value - _clock.GetUtcNow()).TotalHours, 0.1);
        Assert.Equal(1, _log.CountOf(56));
        Assert.Contains(_metrics.All, m => m.Instrument == "mutualtls.credential.staple.remaining" && m.Value > 40_000);
    }

    [Fact]
    public async Task Handshake_NothingSaid_PresentsNothingAndAsksNobody()
    {
        Listen(stapling: null);

        Assert.Contains(None, await ConnectAsync());
        Assert.Equal(StaplingStatus.Off, Credential.Stapling.Status);
        Assert.Empty(_responder.Requests);
    }

    // Signed, or not, by whomever; revoked, huge, without end: nothing of it is presented, and nobody waits for it.
    [Theory]
    [InlineData(TestRevocationFault.Down, "Unreachable")]
    [InlineData(TestRevocationFault.ServerError, "HTTP status 500")]
    [InlineData(TestRevocationFault.RedirectLoop, "redirects")]
    [InlineData(TestRevocationFault.Garbage, "MTLS")]
    [InlineData(TestRevocationFault.Huge, "TooLarge")]
    [InlineData(TestRevocationFault.Expired, "MTLS")]
    [InlineData(TestRevocationFault.NotYetValid, "MTLS")]
    [InlineData(TestRevocationFault.SignedByWrongKey, "MTLS")]
    [InlineData(TestRevocationFault.Unsigned, "MTLS")]
    [InlineData(TestRevocationFault.OtherCertificate, "MTLS")]
    [InlineData(TestRevocationFault.StatusUnknown, "MTLS")]
    [InlineData(TestRevocationFault.TryLater, "MTLS")]
    public async Task Handshake_ResponderFails_PresentsNothingAndSaysWhy(TestRevocationFault fault, string why)
    {
        _responder.Fault = fault;
        Listen();

        // Tries again before it gives up, by the same clock.
        await LookAsync(() => Credential.Stapling.Status == StaplingStatus.Failed);

        Assert.Contains(None, await ConnectAsync());
        Assert.Contains(why, Credential.Stapling.Detail);
        Assert.Contains(why, Assert.Single(_log.TextsOf(57)));
        Assert.Contains(_metrics.All, m => m.Instrument == "mutualtls.credential.staple.remaining" && m.Value == 0);

        // Told once, and mended when the responder is.
        _clock.Advance(TimeSpan.FromMinutes(1));
        await LookAsync(() => Credential.Stapling.Status == StaplingStatus.Failed);
        Assert.Equal(1, _log.CountOf(57));
        _responder.Fault = TestRevocationFault.None;
        await LookAsync(() => Credential.Stapling.Status == StaplingStatus.Presented);
        Assert.Contains(Good, await ConnectAsync());
    }

    [Fact]
    public async Task Handshake_ResponderNeverAnswers_IsNotDelayed()
    {
        _responder.Fault = TestRevocationFault.BlackHole;
        Listen();
        await Patience.UntilAsync(() => _responder.Requests.Count > 0);

        // The clock of the fetch stands still, so whoever waited for it would wait for ever.
        Assert.Contains(None, await ConnectAsync());
        Assert.Equal(StaplingStatus.Asked, Credential.Stapling.Status);
    }

    [Fact]
    public async Task Handshake_OwnCertificateRevoked_PresentsNothingAndSaysSo()
    {
        Listen();
        await IsAsync(StaplingStatus.Presented);
        _responder.Revoke(_server);

        _clock.Advance(TimeSpan.FromHours(7));
        await LookAsync(() => Credential.Stapling.Status == StaplingStatus.Failed);

        Assert.Contains("was revoked at", Assert.Single(_log.TextsOf(58)));
        Assert.Contains(None, await ConnectAsync());
    }

    [Fact]
    public async Task Answer_HalfOfItsTimeHasPassed_IsRenewedBeforeItEnds()
    {
        Listen();
        await IsAsync(StaplingStatus.Presented);
        DateTimeOffset first = Credential.Stapling.Until!.Value;

        _clock.Advance(TimeSpan.FromHours(5));
        Assert.Equal(1, _responder.CountOf(TestRevocationKind.Ocsp));
        _clock.Advance(TimeSpan.FromHours(2));
        await LookAsync(() => Credential.Stapling.Until > first);

        Assert.Contains(Good, await ConnectAsync());
        Assert.Equal(2, _responder.CountOf(TestRevocationKind.Ocsp));
        Assert.Equal(1, _log.CountOf(56));
    }

    [Fact]
    public async Task Answer_CannotBeRenewed_IsPresentedToItsEndAndNoLonger()
    {
        Listen();
        await IsAsync(StaplingStatus.Presented);
        _responder.Fault = TestRevocationFault.Down;

        _clock.Advance(TimeSpan.FromHours(7));
        await LookAsync(() => Credential.Stapling.Detail is not null);
        Assert.Equal(StaplingStatus.Presented, Credential.Stapling.Status);
        Assert.Contains(Good, await ConnectAsync());
        Assert.Equal(1, _log.CountOf(57));

        // Not even where nobody has looked since.
        _clock.SetUtcNow(Credential.Stapling.Until!.Value);
        Assert.Contains(None, await ConnectAsync());
        await LookAsync(() => Credential.Stapling.Status == StaplingStatus.Failed);
    }

    [Fact]
    public async Task Rotation_NewCertificate_PresentsItsOwnAnswer()
    {
        Listen();
        await IsAsync(StaplingStatus.Presented);
        LocalCredential before = Credential;

        Issue(_pki.Issuing);
        await LookAsync(() => Credential != before && Credential.Stapling.Status == StaplingStatus.Presented);

        string seen = await ConnectAsync();
        Assert.Contains(Convert.ToHexString(_server.SerialNumber.Span), seen);
        Assert.Contains(Good, seen);
    }

    // The root is not sent, and answers of a CA that is one are verified by it.
    [Fact]
    public async Task Handshake_IssuedByTheRootItself_NeedsTheRootInTheFile()
    {
        Issue(_pki.Root);
        Listen();
        await IsAsync(StaplingStatus.Failed);
        Assert.Contains("issuer", Credential.Stapling.Detail);

        File.AppendAllText(Path.Combine(_folder, "server.pem"), _pki.Root.ToPem());
        await DisposeListenerAsync();
        Listen();
        await IsAsync(StaplingStatus.Presented);

        string seen = await ConnectAsync();
        Assert.Contains(Good, seen);
        Assert.DoesNotContain("\n 1 s:", seen);
    }

    [Fact]
    public async Task Rotation_SourceOfTheApplication_PresentsTheAnswerOfEach()
    {
        SnapshotSource<LocalCredential> source = new(_server.ToCredential());
        Listen(stapling: null, mtls => mtls.AddCredential("own", c => c.FromSource(source).StapleOcsp()), "own");
        SnapshotSource<LocalCredential> own = _services!.GetRequiredService<MutualTlsEndpoints>().Credential("own");
        await Patience.UntilAsync(() => own.Current.Stapling.Status == StaplingStatus.Presented);
        Assert.Contains(Good, await ConnectAsync());

        Issue(_pki.Issuing);
        source.Change(_server.ToCredential());
        await Patience.UntilAsync(() => own.Current.Stapling.Status == StaplingStatus.Presented);

        Assert.Contains(Convert.ToHexString(_server.SerialNumber.Span), await ConnectAsync());
    }

    [Fact]
    public async Task Handshake_CertificateNamesNoResponder_SaysSo()
    {
        _pki.Server.WritePem(_folder, "server");
        Listen();

        await IsAsync(StaplingStatus.Failed);

        Assert.Contains("names no OCSP responder", Credential.Stapling.Detail);
        Assert.Contains(None, await ConnectAsync());
    }

    [Fact]
    public void Configuration_StaplingIsNoWord_SaysWhichAre()
    {
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(() => Listen("on"));

        Assert.Contains("Credentials:web:Stapling: 'on' is not one of Disabled, Enabled.", refused.Message);
    }

    private void Issue(TestCertificateAuthority issuer)
    {
        _server = issuer.IssueServer("localhost", c => c.WithOcsp(_responder.OcspUrl(issuer)));
        _server.WritePem(_folder, "server");
    }

    private void Listen(string? stapling = "Enabled", Action<MutualTlsBuilder>? configure = null, string credential = "web")
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<ILogger<MutualTlsEndpoints>>(_log);
        services.AddSingleton<System.Diagnostics.Metrics.IMeterFactory>(_metrics);
        services.AddMutualTls(mtls =>
        {
            configure?.Invoke(mtls);
            mtls.ConfigureRevocation(r => r.Dangerous.AllowLocalAddresses = true)
                .AddConfiguration(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Credentials:web:CertificateFile"] = Path.Combine(_folder, "server.pem"),
                ["Credentials:web:KeyFile"] = Path.Combine(_folder, "server.key.pem"),
                ["Credentials:web:Stapling"] = stapling,
                ["Policies:partners:TrustFiles"] = _client.Root,
                ["Policies:partners:Revocation"] = "Disabled",
            }).Build());
        });
        _services = services.BuildServiceProvider();
        _listener = Pair.Listen(_services.GetRequiredService<MutualTlsEndpoints>().ServerOptions(credential, "partners"));
    }

    private async Task DisposeListenerAsync()
    {
        await _listener!.DisposeAsync();
        await _services!.DisposeAsync();
    }

    private Task IsAsync(StaplingStatus status) => Patience.UntilAsync(() => Credential.Stapling.Status == status, () => $"{Credential.Stapling}\n{_log}");

    // The credential is looked at every five seconds.
    private Task LookAsync(Func<bool> condition) => Patience.UntilAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            return condition();
        },
        () => $"{Credential.Stapling}\n{_log}");

    private async Task<string> ConnectAsync(string tls = "-tls1_3")
    {
        PeerProcess.Require("openssl");
        Task<MutualTlsStream> accepting = _listener!.AcceptAsync(Pair.Stop).AsTask();
        await using PeerProcess client = PeerProcess.Start(
            "openssl", "s_client", "-status", "-connect", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_listener.LocalEndPoint.Port}"), "-servername", "localhost",
            "-cert", _client.Certificate, "-cert_chain", _client.Certificate, "-key", _client.Key, "-CAfile", _client.Root, tls);
        await using MutualTlsStream stream = await accepting.WaitAsync(TimeSpan.FromSeconds(60), Pair.Stop);
        await client.WaitForAsync("Verify return code");
        return client.Output;
    }
}
