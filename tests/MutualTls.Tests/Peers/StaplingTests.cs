using MutualTls.Credentials;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Peers;

/// <summary>The OCSP answer that our credential presents, as the client of OpenSSL sees it, from responders good and bad.</summary>
public sealed class StaplingTests : IAsyncDisposable
{
    private const string None = "OCSP response: no response sent", Good = "Cert Status: good";

    private readonly StaplingServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Handshake_StaplingEnabled_PresentsTheAnswer(string tls)
    {
        _server.Listen();
        await _server.IsAsync(StaplingStatus.Presented);

        string seen = await _server.ConnectAsync(tls);

        Assert.Contains(Good, seen);
        Assert.Contains(Convert.ToHexString(_server.Certificate.SerialNumber.Span), seen);
        Assert.Equal(12, (_server.State.Until!.Value - _server.Clock.GetUtcNow()).TotalHours, 0.1);
        Assert.Equal(1, _server.Log.CountOf(56));
        Assert.Contains(_server.Metrics.All, m => m.Instrument == "mutualtls.credential.staple.remaining" && m.Value > 40_000);
    }

    [Fact]
    public async Task Handshake_NothingSaid_PresentsNothingAndAsksNobody()
    {
        _server.Listen(stapling: null);

        Assert.Contains(None, await _server.ConnectAsync());
        Assert.Equal(StaplingStatus.Off, _server.State.Status);
        Assert.Empty(_server.Responder.Requests);
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
        _server.Responder.Fault = fault;
        _server.Listen();

        // Tries again before it gives up, by the same clock.
        await _server.LookAsync(() => _server.State.Status == StaplingStatus.Failed);

        Assert.Contains(None, await _server.ConnectAsync());
        Assert.Contains(why, _server.State.Detail);
        Assert.Contains(why, Assert.Single(_server.Log.TextsOf(57)));
        Assert.Contains(_server.Metrics.All, m => m.Instrument == "mutualtls.credential.staple.remaining" && m.Value == 0);

        // Told once, though the same fault may be of another second, and mended when the responder is.
        string first = _server.State.Detail!;
        bool hasMoments = fault is TestRevocationFault.NotYetValid or TestRevocationFault.Expired;
        _server.Clock.Advance(TimeSpan.FromMinutes(1));
        await _server.LookAsync(() => hasMoments ? _server.State.Detail != first : _server.State.Status == StaplingStatus.Failed);
        Assert.Equal(1, _server.Log.CountOf(57));
        _server.Responder.Fault = TestRevocationFault.None;
        await _server.LookAsync(() => _server.State.Status == StaplingStatus.Presented);
        Assert.Contains(Good, await _server.ConnectAsync());
    }

    // A log that threw left the answer asked for, and so nothing was ever asked for again.
    [Fact]
    public async Task Handshake_LogThrows_IsMendedAllTheSame()
    {
        _server.Log.ThrowsAt = 57;
        _server.Responder.Fault = TestRevocationFault.ServerError;
        _server.Listen();
        await _server.LookAsync(() => _server.State.Status == StaplingStatus.Failed);
        _server.Responder.Fault = TestRevocationFault.None;
        await _server.LookAsync(() => _server.State.Status == StaplingStatus.Presented);
        Assert.Contains(Good, await _server.ConnectAsync());
    }

    [Fact]
    public async Task Handshake_ResponderNeverAnswers_IsNotDelayed()
    {
        _server.Responder.Fault = TestRevocationFault.BlackHole;
        _server.Listen();
        await Patience.UntilAsync(() => _server.Responder.Requests.Count > 0);

        // The clock of the fetch stands still, so whoever waited for it would wait for ever.
        Assert.Contains(None, await _server.ConnectAsync());
        Assert.Equal(StaplingStatus.Asked, _server.State.Status);
    }

    [Fact]
    public async Task Handshake_OwnCertificateRevoked_PresentsNothingAndSaysSo()
    {
        _server.Listen();
        await _server.IsAsync(StaplingStatus.Presented);
        _server.Responder.Revoke(_server.Certificate);

        _server.Clock.Advance(TimeSpan.FromHours(7));
        await _server.LookAsync(() => _server.State.Status == StaplingStatus.Failed);

        Assert.Contains("was revoked at", Assert.Single(_server.Log.TextsOf(58)));
        Assert.Contains(None, await _server.ConnectAsync());
    }

    [Fact]
    public async Task Answer_HalfOfItsTimeHasPassed_IsRenewedBeforeItEnds()
    {
        _server.Listen();
        await _server.IsAsync(StaplingStatus.Presented);
        DateTimeOffset first = _server.State.Until!.Value;

        _server.Clock.Advance(TimeSpan.FromHours(5));
        Assert.Equal(1, _server.Responder.CountOf(TestRevocationKind.Ocsp));
        _server.Clock.Advance(TimeSpan.FromHours(2));
        await _server.LookAsync(() => _server.State.Until > first);

        Assert.Contains(Good, await _server.ConnectAsync());
        Assert.Equal(2, _server.Responder.CountOf(TestRevocationKind.Ocsp));
        Assert.Equal(1, _server.Log.CountOf(56));
    }

    [Fact]
    public async Task Answer_CannotBeRenewed_IsPresentedToItsEndAndNoLonger()
    {
        _server.Listen();
        await _server.IsAsync(StaplingStatus.Presented);
        _server.Responder.Fault = TestRevocationFault.Down;

        _server.Clock.Advance(TimeSpan.FromHours(7));
        await _server.LookAsync(() => _server.State.Detail is not null);
        Assert.Equal(StaplingStatus.Presented, _server.State.Status);
        Assert.Contains(Good, await _server.ConnectAsync());
        Assert.Equal(1, _server.Log.CountOf(57));

        // Not even where nobody has looked since.
        _server.Clock.SetUtcNow(_server.State.Until!.Value);
        Assert.Contains(None, await _server.ConnectAsync());
        await _server.LookAsync(() => _server.State.Status == StaplingStatus.Failed);
    }

    // Pitfall 23: no answer seems to be in date by a clock that is ahead; once it is set right, the next try is not weeks away.
    [Fact]
    public async Task Answer_ClockWasAheadAndIsSetBack_IsAskedForAtOnce()
    {
        _server.ServerClock.Offset = TimeSpan.FromDays(20);
        _server.Listen();
        await _server.LookAsync(() => _server.State.Status == StaplingStatus.Failed);

        _server.ServerClock.Offset = TimeSpan.Zero;
        await _server.LookAsync(() => _server.State.Status == StaplingStatus.Presented);

        Assert.Contains(Good, await _server.ConnectAsync());
    }

    [Fact]
    public async Task Rotation_NewCertificate_PresentsItsOwnAnswer()
    {
        _server.Listen();
        await _server.IsAsync(StaplingStatus.Presented);
        LocalCredential before = _server.Credential;

        _server.Issue(_server.Pki.Issuing);
        await _server.LookAsync(() => _server.Credential != before && _server.State.Status == StaplingStatus.Presented);

        string seen = await _server.ConnectAsync();
        Assert.Contains(Convert.ToHexString(_server.Certificate.SerialNumber.Span), seen);
        Assert.Contains(Good, seen);
    }

    // The root is not sent, and answers of a CA that is one are verified by it.
    [Fact]
    public async Task Handshake_IssuedByTheRootItself_NeedsTheRootInTheFile()
    {
        _server.Issue(_server.Pki.Root);
        _server.Listen();
        await _server.IsAsync(StaplingStatus.Failed);
        Assert.Contains("issuer", _server.State.Detail);

        File.AppendAllText(_server.CertificateFile, _server.Pki.Root.ToPem());
        await _server.StopAsync();
        _server.Listen();
        await _server.IsAsync(StaplingStatus.Presented);

        string seen = await _server.ConnectAsync();
        Assert.Contains(Good, seen);
        Assert.DoesNotContain("\n 1 s:", seen);
    }

    [Fact]
    public async Task Rotation_SourceOfTheApplication_PresentsTheAnswerOfEach()
    {
        SnapshotSource<LocalCredential> source = new(_server.Certificate.ToCredential());
        _server.Listen(stapling: null, mtls => mtls.AddCredential("own", c => c.FromSource(source).StapleOcsp()), "own");
        SnapshotSource<LocalCredential> own = _server.Endpoints.Credential("own");
        await Patience.UntilAsync(() => own.Current.Stapling.Status == StaplingStatus.Presented);
        Assert.Contains(Good, await _server.ConnectAsync());

        _server.Issue(_server.Pki.Issuing);
        source.Change(_server.Certificate.ToCredential());
        await Patience.UntilAsync(() => own.Current.Stapling.Status == StaplingStatus.Presented);

        Assert.Contains(Convert.ToHexString(_server.Certificate.SerialNumber.Span), await _server.ConnectAsync());
    }

    [Fact]
    public async Task Handshake_CertificateNamesNoResponder_SaysSo()
    {
        _server.Pki.Server.WritePem(Path.GetDirectoryName(_server.CertificateFile)!, "server");
        _server.Listen();

        await _server.IsAsync(StaplingStatus.Failed);

        Assert.Contains("names no OCSP responder", _server.State.Detail);
        Assert.Contains(None, await _server.ConnectAsync());
    }

    [Fact]
    public void Configuration_StaplingIsNoWord_SaysWhichAre()
    {
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(() => _server.Listen("on"));

        Assert.Contains("Credentials:web:Stapling: 'on' is not one of Disabled, Enabled.", refused.Message);
    }
}
