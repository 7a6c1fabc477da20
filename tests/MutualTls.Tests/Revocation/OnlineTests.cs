using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>Promise P2 and P3: what is missing is fetched beside the handshake, and not knowing has a stated outcome.</summary>
public sealed class OnlineTests : IAsyncDisposable
{
    private readonly TestRevocationServer _server = TestRevocationServer.Start();
    private readonly RevocationService _service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true }, OcspTimeout = TimeSpan.FromMinutes(1) });

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(RevocationPreference.PreferCrl)]
    [InlineData(RevocationPreference.PreferOcsp)]
    [InlineData(RevocationPreference.CrlOnly)]
    [InlineData(RevocationPreference.OcspOnly)]
    public async Task JudgeAsync_GoodThenKnown_IsPendingOnceThenFromMemory(RevocationPreference preference)
    {
        Scene pki = Pki();
        PeerPolicyEngine engine = new(revocation: _service);
        PeerPolicy policy = Policy(pki, r => r.Preference = preference);

        Assert.Equal(VerdictOutcome.Pending, engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).Outcome);
        PeerVerdict first = await JudgeAsync(engine, policy, pki.Client);
        int asked = _server.Requests.Count;
        PeerVerdict again = engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client));

        Assert.True(first.IsAccepted, first.ToString());
        Assert.True(again.IsAccepted, again.ToString());
        Assert.Equal(2, asked);
        Assert.Equal(2, _server.Requests.Count);
        Assert.All(first.Revocation, result => Assert.Equal(RevocationStatus.Good, result.Status));
    }

    [Theory]
    [InlineData(RevocationPreference.PreferCrl)]
    [InlineData(RevocationPreference.PreferOcsp)]
    public async Task JudgeAsync_Revoked_IsRefused(RevocationPreference preference)
    {
        Scene pki = Pki();
        _server.Revoke(pki.Client);
        PeerVerdict verdict = await JudgeAsync(new PeerPolicyEngine(revocation: _service), Policy(pki, r => r.Preference = preference), pki.Client);
        Assert.Equal(ValidationReason.CertificateRevoked, verdict.Primary!.Value.Reason);
    }

    // Pitfall 2: revoked after it was accepted. The refresh, not the peer, finds it; the next judgement refuses.
    [Fact]
    public async Task Refresh_RevokedLater_StandingVerdictFallsAndTheEventTells()
    {
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        await using RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true }, RefreshInterval = TimeSpan.FromMinutes(10) }, clock);
        Scene pki = Pki();
        PeerPolicyEngine engine = new(clock, revocation: service);
        PeerPolicy policy = Policy(pki);
        TaskCompletionSource<RevocationChangedEventArgs> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True((await JudgeAsync(engine, policy, pki.Client)).IsAccepted);
        service.Changed += (_, change) => _ = change.SerialNumbers.Count > 0 && told.TrySetResult(change);

        _server.Revoke(pki.Client);
        clock.Advance(TimeSpan.FromMinutes(10));
        RevocationChangedEventArgs changed = await told.Task.WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);

        Assert.Equal(Convert.ToHexString(pki.Client.SerialNumber.Span), Assert.Single(changed.SerialNumbers));
        Assert.True(changed.IsComplete);
        Assert.Equal(ValidationReason.CertificateRevoked, engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).Primary!.Value.Reason);
    }

    [Fact]
    public async Task JudgeAsync_SixteenAtOnce_OneFetchForEachCrl()
    {
        Scene pki = Pki();
        _server.Latency = TimeSpan.FromMilliseconds(300);
        PeerPolicyEngine engine = new(revocation: _service);
        PeerPolicy policy = Policy(pki);
        TestCertificate[] clients = [.. Enumerable.Range(0, 16).Select(i => pki.Issuing.IssueClient($"client-{i}", Pointers(pki.Issuing)))];

        PeerVerdict[] verdicts = await Task.WhenAll(clients.Select(client => JudgeAsync(engine, policy, client)));

        Assert.All(verdicts, verdict => Assert.True(verdict.IsAccepted, verdict.ToString()));
        Assert.Equal(2, _server.CountOf(TestRevocationKind.Crl));
    }

    // Refused beats Pending: nothing is asked about a peer that something else speaks against.
    [Fact]
    public async Task JudgeAsync_ExpiredPeer_NobodyIsAsked()
    {
        Scene pki = Pki(client: c => c.Expired());
        Assert.False((await JudgeAsync(new PeerPolicyEngine(revocation: _service), Policy(pki), pki.Client)).IsAccepted);
        Assert.Empty(_server.Requests);
    }

    // Pitfall 14: by default nothing on this machine is asked, whatever a certificate says.
    [Fact]
    public async Task JudgeAsync_PointerToLoopback_IsNotAskedByDefault()
    {
        Scene pki = Pki();
        await using RevocationService service = new();
        PeerVerdict verdict = await JudgeAsync(new PeerPolicyEngine(revocation: service), Policy(pki), pki.Client);
        Assert.Equal(ValidationReason.RevocationUnreachable, verdict.Primary!.Value.Reason);
        Assert.Empty(_server.Requests);
    }

    // RFC 7633: a CRL does not do; the responder's answer does.
    [Theory]
    [InlineData(TestRevocationFault.None, true)]
    [InlineData(TestRevocationFault.TryLater, false)]
    public async Task JudgeAsync_MustStaple_NeedsTheRespondersAnswerEvenUnderSoftFail(TestRevocationFault fault, bool accepted)
    {
        Scene pki = Pki(client: c => c.WithMustStaple());
        PeerPolicyEngine engine = new(revocation: _service);
        PeerPolicy policy = Policy(pki, r => (r.Mode, r.Depth) = (RevocationMode.SoftFail, RevocationDepth.EndEntity));
        _server.Fault = fault;

        PeerVerdict verdict = await JudgeAsync(engine, policy, pki.Client);

        Assert.Equal(accepted, verdict.IsAccepted);
        Assert.Equal(0, _server.CountOf(TestRevocationKind.Crl));
        Assert.NotEqual(0, _server.CountOf(TestRevocationKind.Ocsp));
    }

    [Fact]
    public async Task JudgeAsync_PlaceOfThePolicyInstead_ThePointersAreNotAskedAndOthersLearnNothing()
    {
        Scene pki = Pki();
        await using TestRevocationServer own = TestRevocationServer.Start();
        PeerPolicyEngine engine = new(revocation: _service);
        PeerPolicy policy = Policy(pki, r =>
        {
            r.Depth = RevocationDepth.EndEntity;
            r.Preference = RevocationPreference.OcspOnly;
            r.Places.Add(new RevocationPlace(RevocationSource.Ocsp, new Uri(own.OcspUrl(pki.Issuing))) { Use = RevocationPlaceUse.InsteadOfPointers });
        });

        Assert.True((await JudgeAsync(engine, policy, pki.Client)).IsAccepted);

        Assert.Equal(1, own.CountOf(TestRevocationKind.Ocsp));
        Assert.Empty(_server.Requests);
        Assert.Empty(_service.Known);
    }

    // A place is for the issuer it names: about others there is nobody to ask, and nothing to wait for.
    [Theory]
    [InlineData("another issuer's", RevocationSource.Ocsp)]
    [InlineData("its own", RevocationSource.Ocsp)]
    [InlineData("its own", RevocationSource.Crl)]
    public async Task Judge_PlaceOfThePolicyForOneIssuer_IsAskedAboutThatOne(string whose, RevocationSource source)
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), other = TestCertificateAuthority.CreateRoot();
        TestCertificate client = root.IssueClient("client.test");
        PeerPolicyEngine engine = new(revocation: _service);
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(root.ToPem()).CheckRevocation(r =>
        {
            r.Preference = RevocationPreference.OcspOnly;
            r.Places.Add(new RevocationPlace(source, new Uri(source == RevocationSource.Crl ? _server.CrlUrl(root) : _server.OcspUrl(root)))
            {
                IssuerKeySha256 = Pair.KeySha256(whose == "its own" ? root : other),
            });
        }));
        bool asked = whose == "its own" && source == RevocationSource.Ocsp;

        PeerVerdict first = engine.Judge(policy, PeerRole.Client, Pair.Presented(client));

        Assert.Equal(asked ? VerdictOutcome.Pending : VerdictOutcome.Refused, first.Outcome);
        Assert.Equal(asked ? null : ValidationReason.RevocationNoPointer, first.Primary?.Reason);
        Assert.Equal(asked, (await JudgeAsync(engine, policy, client)).IsAccepted);
    }

    [Fact]
    public async Task Purge_KnownPeer_IsAskedAgain()
    {
        Scene pki = Pki();
        PeerPolicyEngine engine = new(revocation: _service);
        PeerPolicy policy = Policy(pki);
        Assert.True((await JudgeAsync(engine, policy, pki.Client)).IsAccepted);
        Assert.Equal(2, _service.Known.Count);

        List<RevocationChangedEventArgs> told = [];
        _service.Changed += (_, change) => told.Add(change);

        _service.Purge();

        Assert.Equal((null, false), (Assert.Single(told).Issuer, told[0].IsComplete));
        Assert.Empty(_service.Known);
        Assert.Equal(VerdictOutcome.Pending, engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).Outcome);
    }

    [Fact]
    public async Task Add_NewerCrlByAnotherWay_StandingVerdictFalls()
    {
        Scene pki = Pki();
        PeerPolicyEngine engine = new(revocation: _service);
        PeerPolicy policy = Policy(pki);
        Assert.True((await JudgeAsync(engine, policy, pki.Client)).IsAccepted);
        TestPki stranger = new();

        ValidationReason? inHandler = null;
        _service.Changed += (_, _) => inHandler = engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).Primary?.Reason;

        Assert.False(_service.Add(stranger.Issuing.IssueCrl(c => c.WithNumber(1_000_000)).Der.Span));
        Assert.True(_service.Add(pki.Issuing.IssueCrl(c => c.WithNumber(1_000_000).Revoke(pki.Client)).Der.Span));

        // Whoever looks again when told must not find the verdict of before.
        Assert.Equal(ValidationReason.CertificateRevoked, inHandler);
        Assert.Equal(ValidationReason.CertificateRevoked, engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).Primary!.Value.Reason);
    }

    private Scene Pki(Action<TestCertificateSpec>? client = null)
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestCertificateAuthority issuing = root.IssueIntermediate("Issuing CA with pointers", Pointers(root));
        return new Scene(root, issuing, issuing.IssueClient("client.test", c =>
        {
            Pointers(issuing)(c);
            client?.Invoke(c);
        }));
    }

    private Action<TestCertificateSpec> Pointers(TestCertificateAuthority issuer) => c => c.WithCrlDistributionPoints(_server.CrlUrl(issuer)).WithOcsp(_server.OcspUrl(issuer));

    private static PeerPolicy Policy(Scene pki, Action<RevocationOptions>? configure = null) =>
        PeerPolicy.Create("test", p => p.TrustPemText(pki.Root.ToPem()).CheckRevocation(r =>
        {
            r.MaxWait = TimeSpan.FromMinutes(1);
            configure?.Invoke(r);
        }));

    private static Task<PeerVerdict> JudgeAsync(PeerPolicyEngine engine, PeerPolicy policy, TestCertificate client) =>
        engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop).AsTask();

    private sealed record Scene(TestCertificateAuthority Root, TestCertificateAuthority Issuing, TestCertificate Client);
}
