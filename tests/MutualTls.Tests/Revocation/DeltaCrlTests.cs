using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>Delta CRLs that the certificate or its CRL points to. RFC 5280 sections 4.2.1.15, 5.2.4, 5.2.6 and 6.3.3.</summary>
public sealed class DeltaCrlTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestRevocationServer _server = TestRevocationServer.Start(), _deltas = TestRevocationServer.Start();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mutualtls-");
    private readonly TestCertificateAuthority _root;
    private readonly TestCertificate _client;
    private readonly RevocationService _service;
    private readonly PeerPolicyEngine _engine;

    public DeltaCrlTests()
    {
        _root = TestCertificateAuthority.CreateRoot(timeProvider: _clock);
        _client = Issue();
        _service = Service();
        _engine = new PeerPolicyEngine(_clock, revocation: _service);
        PublishComplete(5);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _server.DisposeAsync();
        await _deltas.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    public static TheoryData<string> Pointers => ["in the CRL", "in the certificate", "in both"];

    [Theory]
    [MemberData(nameof(Pointers))]
    public async Task JudgeAsync_RevokedByTheDelta_IsRefusedAtFirstSight(string pointer)
    {
        TestCertificate client = Issue(c => _ = pointer == "in the CRL" ? c : c.WithFreshestCrl(_deltas.DeltaCrlUrl(_root)));
        PublishComplete(5, c => _ = pointer == "in the certificate" ? c.WithoutExtension(TestOids.FreshestCrl) : c);
        _deltas.PublishDelta(_root, c => c.WithNumber(6).DeltaTo(5).Revoke(client));

        PeerVerdict verdict = await JudgeAsync(Policy(), client);

        Assert.Equal(ValidationReason.CertificateRevoked, verdict.Primary?.Reason);
        Assert.Equal(1, _deltas.CountOf(TestRevocationKind.DeltaCrl));
    }

    [Fact]
    public async Task JudgeAsync_TakenOffTheHoldByTheDelta_IsAccepted()
    {
        PublishComplete(5, c => c.Revoke(_client, e => e.Reason(X509RevocationReason.CertificateHold)));
        _deltas.PublishDelta(_root, c => c.WithNumber(6).DeltaTo(5).Revoke(_client, e => e.Reason(X509RevocationReason.RemoveFromCrl)));

        // The complete CRL says revoked, which nobody asks further about; whoever is accepted by it has the delta fetched.
        Assert.True((await JudgeAsync(Policy(), Issue())).IsAccepted);

        Assert.True((await JudgeAsync(Policy())).IsAccepted);
    }

    public static TheoryData<string> Bad =>
        ["missing", "down", "server error", "garbage", "signed by another key", "expired", "not valid yet", "critical extension", "of another scope", "without end", "without number"];

    // What is valid stays valid; that the newest is lacking is said.
    [Theory]
    [MemberData(nameof(Bad))]
    public async Task JudgeAsync_NoDeltaToBeHad_TheCompleteCrlStandsAndTheDetailTells(string how)
    {
        _deltas.Fault = how switch
        {
            "down" => TestRevocationFault.Down,
            "server error" => TestRevocationFault.ServerError,
            "garbage" => TestRevocationFault.Garbage,
            _ => TestRevocationFault.None,
        };
        _deltas.PublishDelta(_root, how == "missing" ? null : c =>
        {
            c.WithNumber(6).DeltaTo(5).Revoke(_client);
            _ = how switch
            {
                "signed by another key" => c.SignedByWrongKey(),
                "expired" => c.Expired(),
                "not valid yet" => c.NotYetValid(),
                "critical extension" => c.WithUnknownCriticalExtension(),
                "of another scope" => c.WithIssuingDistributionPoint(p => p.OnlyAuthorityCertificates()),
                "without end" => c.WithoutNextUpdate(),
                "without number" => c.WithoutNumber(),
                _ => c,
            };
        });

        // By the system's clock: a request that failed is made once more.
        await using RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } });
        PeerVerdict verdict = await new PeerPolicyEngine(revocation: service)
            .JudgeAsync(Policy(r => r.MaxWait = TimeSpan.FromMinutes(1)), PeerRole.Client, Pair.Presented(_client), cancellationToken: Pair.Stop);

        Assert.True(verdict.IsAccepted, verdict.ToString());
        Assert.Contains("no delta CRL from " + _deltas.DeltaCrlUrl(_root), verdict.Revocation[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task JudgeAsync_DeltaPlaceIsABlackHole_AcceptedByTheDeadlineAndTheDetailTells()
    {
        _deltas.Fault = TestRevocationFault.BlackHole;
        await using RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } });
        PeerVerdict verdict = await new PeerPolicyEngine(revocation: service)
            .JudgeAsync(Policy(r => r.MaxWait = TimeSpan.FromSeconds(10)), PeerRole.Client, Pair.Presented(_client), cancellationToken: Pair.Stop);

        Assert.True(verdict.IsAccepted, verdict.ToString());
        Assert.Contains("in time", verdict.Revocation[0].ToString(), StringComparison.Ordinal);
    }

    // An authority publishes both at once, with one number (RFC 5280 section 5.2.3): the delta adds nothing, and nothing is lacking.
    [Fact]
    public async Task JudgeAsync_DeltaOfTheCompleteCrlsNumber_NothingIsLacking()
    {
        _deltas.PublishDelta(_root, c => c.WithNumber(5).DeltaTo(4));
        PeerVerdict verdict = await JudgeAsync(Policy());
        Assert.True(verdict.IsAccepted);
        Assert.DoesNotContain("delta", verdict.Revocation[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task JudgeAsync_ACompleteCrlAtTheDeltasPlace_IsUsed()
    {
        PublishComplete(5, c => c.WithFreshestCrl(_deltas.CrlUrl(_root)));
        _deltas.ConfigureCrl = c => c.WithNumber(6).Revoke(_client);
        Assert.Equal(ValidationReason.CertificateRevoked, (await JudgeAsync(Policy())).Primary?.Reason);
    }

    // The delta is asked for again before it ends; the complete CRL, which lasts longer, is not sent again.
    [Fact]
    public async Task Refresh_NewerDeltaRevokes_StandingVerdictFallsAndTheEventTells()
    {
        PublishComplete(5, c => c.Validity(_clock.GetUtcNow().AddHours(-1), _clock.GetUtcNow().AddDays(7)));
        PublishDelta(6, minutes: 20);
        PeerPolicy policy = Policy();
        TaskCompletionSource<RevocationChangedEventArgs> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True((await JudgeAsync(policy)).IsAccepted);
        Assert.Equal(2, _service.Scheduled);
        _service.Changed += (_, change) => _ = change.SerialNumbers.Count > 0 && told.TrySetResult(change);

        PublishDelta(7, minutes: 60, revokes: _client);
        await AdvanceAsync(TimeSpan.FromMinutes(19), () => _deltas.CountOf(TestRevocationKind.DeltaCrl) == 2);

        Assert.Equal([Convert.ToHexString(_client.SerialNumber.Span)], (await told.Task.WaitAsync(TimeSpan.FromSeconds(60), Pair.Stop)).SerialNumbers);
        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy).Primary?.Reason);
        Assert.Equal(1, _server.CountOf(TestRevocationKind.Crl));
    }

    // A delta for a complete CRL that was published meanwhile: that one is fetched at once.
    [Fact]
    public async Task Refresh_DeltaToANewerCompleteCrl_BothAreFetched()
    {
        PublishDelta(6, minutes: 20);
        PeerPolicy policy = Policy();
        Assert.True((await JudgeAsync(policy)).IsAccepted);

        PublishComplete(8);
        _deltas.PublishDelta(_root, c => c.WithNumber(9).DeltaTo(8).Revoke(_client));
        await AdvanceAsync(TimeSpan.FromMinutes(19), () => Judge(policy).Primary?.Reason == ValidationReason.CertificateRevoked);

        Assert.Equal(2, _server.CountOf(TestRevocationKind.Crl));
    }

    // Whoever sits on the way to the server, has no key, and wants a revocation forgotten.
    [Theory]
    [InlineData("at the delta's place", 5)]
    [InlineData("at the delta's place", 50)]
    [InlineData("at the CRL's place", 5)]
    [InlineData("at the CRL's place", 50)]
    public async Task Refresh_ForgedDelta_TakesNothingFromTheVerifiedOne(string where, int toBase)
    {
        TestCertificate other = Issue();
        _deltas.PublishDelta(_root, c => c.WithNumber(6).DeltaTo(5).Revoke(_client));
        PeerPolicy policy = Policy(r => r.Mode = RevocationMode.SoftFail);
        Assert.Equal(ValidationReason.CertificateRevoked, (await JudgeAsync(policy)).Primary?.Reason);
        Assert.True((await JudgeAsync(policy, other)).IsAccepted);

        if (where == "at the CRL's place")
        {
            _server.ConfigureCrl = c => c.WithNumber(60).DeltaTo(toBase).SignedByWrongKey();
        }
        else
        {
            _deltas.PublishDelta(_root, c => c.WithNumber(60).DeltaTo(toBase).SignedByWrongKey());
        }

        int before = _server.Requests.Count + _deltas.Requests.Count;
        await AdvanceAsync(TimeSpan.FromMinutes(55), () => _server.Requests.Count + _deltas.Requests.Count >= before + 2);

        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy).Primary?.Reason);
        Assert.True(Judge(policy, other).IsAccepted);
    }

    // Whoever keeps the newest delta from us must not make a revoked certificate good by waiting.
    [Fact]
    public async Task Judge_DeltaThatRevokesHasEnded_StaysRevoked()
    {
        PublishComplete(5, c => c.Validity(_clock.GetUtcNow().AddHours(-1), _clock.GetUtcNow().AddDays(7)));
        PublishDelta(6, minutes: 20, revokes: _client);
        PeerPolicy policy = Policy();
        TestCertificate other = Issue();
        Assert.False((await JudgeAsync(policy)).IsAccepted);
        Assert.True((await JudgeAsync(policy, other)).IsAccepted);
        _deltas.Fault = TestRevocationFault.ServerError;
        _clock.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy).Primary?.Reason);
        Assert.True(Judge(policy, other).IsAccepted);
    }

    [Fact]
    public async Task Restart_CompleteAndDeltaAreStored_AsksNobody()
    {
        PublishDelta(6, minutes: 60, revokes: _client);
        for (int start = 0; start < 2; start++)
        {
            await using RevocationService service = Service(_folder.FullName);
            PeerVerdict verdict = await new PeerPolicyEngine(_clock, revocation: service).JudgeAsync(Policy(), PeerRole.Client, Pair.Presented(_client), cancellationToken: Pair.Stop);
            Assert.Equal(ValidationReason.CertificateRevoked, verdict.Primary?.Reason);
        }

        Assert.Single(_server.Requests);
        Assert.Single(_deltas.Requests);
    }

    public static TheoryData<string> NotAsked => ["OCSP only", "places instead of pointers", "fetching never"];

    [Theory]
    [MemberData(nameof(NotAsked))]
    public async Task JudgeAsync_PolicyThatDoesNotAskPointers_DeltaIsNotAsked(string why)
    {
        _deltas.PublishDelta(_root, c => c.WithNumber(6).DeltaTo(5).Revoke(_client));
        TestCertificate client = Issue(c => c.WithFreshestCrl(_deltas.DeltaCrlUrl(_root)));
        await JudgeAsync(
            Policy(r =>
            {
                switch (why)
                {
                    case "OCSP only":
                        r.Preference = RevocationPreference.OcspOnly;
                        break;
                    case "fetching never":
                        r.Fetching = RevocationFetching.Never;
                        break;
                    default:
                        r.Places.Add(new RevocationPlace(RevocationSource.Crl, new Uri(_server.CrlUrl(_root))) { Use = RevocationPlaceUse.InsteadOfPointers });
                        break;
                }
            }),
            client);
        Assert.Empty(_deltas.Requests);
    }

    private TestCertificate Issue(Action<TestCertificateSpec>? configure = null) => _root.IssueClient("client.test", c =>
    {
        c.WithCrlDistributionPoints(_server.CrlUrl(_root)).WithOcsp(_server.OcspUrl(_root));
        configure?.Invoke(c);
    });

    private void PublishComplete(int number, Action<TestCrlSpec>? configure = null) => _server.ConfigureCrl = c =>
    {
        c.WithNumber(number).WithFreshestCrl(_deltas.DeltaCrlUrl(_root));
        configure?.Invoke(c);
    };

    private void PublishDelta(int number, int minutes, TestCertificate? revokes = null)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        _deltas.PublishDelta(_root, c =>
        {
            c.WithNumber(number).DeltaTo(5).Validity(now, now.AddMinutes(minutes));
            _ = revokes is null ? c : c.Revoke(revokes);
        });
    }

    private RevocationService Service(string? folder = null) => new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true }, StoreFolder = folder }, _clock);

    private PeerPolicy Policy(Action<RevocationOptions>? configure = null) => PeerPolicy.Create("test", p => p.TrustPemText(_root.ToPem()).CheckRevocation(configure));

    private Task<PeerVerdict> JudgeAsync(PeerPolicy policy, TestCertificate? client = null) =>
        _engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(client ?? _client), cancellationToken: Pair.Stop).AsTask();

    private PeerVerdict Judge(PeerPolicy policy, TestCertificate? client = null) => _engine.Judge(policy, PeerRole.Client, Pair.Presented(client ?? _client));

    // By minutes, each with time for what was due in it.
    private async Task AdvanceAsync(TimeSpan time, Func<bool> condition)
    {
        _clock.Advance(time);
        await Patience.UntilAsync(condition, () => string.Join('\n', _server.Requests.Concat(_deltas.Requests).Select(r => r.ToString()).Concat(_service.Known.Select(k => k.ToString()))));
    }
}
