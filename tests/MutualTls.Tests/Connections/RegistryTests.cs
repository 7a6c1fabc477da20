using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Revocation.Crl;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Revocation;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <summary>Promise P6 and pitfall 17: the verdict on an open connection stays true, whatever it rests on changes or runs out.</summary>
public partial class RegistryTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SettableClock _clock;
    private readonly TestPki _pki;
    private readonly PeerPolicyEngine _engine;
    private readonly SnapshotSource<CertificateDenyList> _denied = CertificateDenyList.Empty;

    public RegistryTests()
    {
        _clock = new SettableClock(_time);
        _pki = TestPki.With(timeProvider: _time, client: c => c.WithCrlDistributionPoints("http://crl.test/a.crl"));
        _engine = new PeerPolicyEngine(_clock);
    }

    private ConnectionRegistry Registry => ConnectionRegistry.Of(_engine);

    private TestCertificate Other => field ??= _pki.Issuing.IssueClient("other.test");

    [Fact]
    public async Task DenyList_Changes_ThatPeerIsClosedAndNobodyElse()
    {
        SnapshotSource<PeerPolicy> source = Policy();
        FakeConnection denied = Open(source, _pki.Client), again = Open(source, _pki.Client), other = Open(source, Other), elsewhere = Open(Pair.Trusting(_pki.Root), _pki.Client);
        Deny(_pki.Client);

        PeerVerdict lost = await denied.Drained;
        Assert.Equal(ValidationReason.CertificateDenied, lost.Primary?.Reason);

        // One judgement for all that rest on the same verdict.
        Assert.Same(lost, await again.Drained);
        Assert.Same(lost, denied.Verdict);
        Assert.False(other.IsClosed);
        Assert.False(elsewhere.IsClosed);
        Assert.Equal(4, Registry.Count);
    }

    [Fact]
    public async Task Policy_IsReplaced_WhomItTrustsStaysUnderTheNewOne()
    {
        TestPki partner = TestPki.With(timeProvider: _time);
        SnapshotSource<PeerPolicy> source = Pair.Trusting(_pki.Root, p => p.TrustPemText(partner.Root.ToPem()));
        FakeConnection leaves = Open(source, partner.Client), stays = Open(source, _pki.Client);

        PeerPolicy next = Policy().Current;
        source.Change(next);

        Assert.Equal(ValidationReason.IssuerUnknown, (await leaves.Drained).Primary?.Reason);
        await UntilAsync(() => stays.Verdict.Policy == next);
        Assert.True(stays.Verdict.IsAuthenticated);
        Assert.False(stays.IsClosed);

        // And what the new policy rests on is followed in turn.
        Deny(_pki.Client);
        await stays.Drained;
    }

    [Fact]
    public async Task RevocationData_Changes_RevokedPeerIsClosed()
    {
        PeerPolicy policy = RevocationPair.Policy(_pki.Root, _ => { }, _pki.Root.IssueCrl(), _pki.Issuing.IssueCrl());
        FakeConnection revoked = Open(policy, _pki.Client);
        policy.RevocationChecker!.Change(new CrlSet([Parse(_pki.Root.IssueCrl()), Parse(_pki.Issuing.IssueCrl(c => c.Revoke(_pki.Client)))]));
        Assert.Equal(ValidationReason.CertificateRevoked, (await revoked.Drained).Primary?.Reason);
    }

    [Fact]
    public async Task RevocationService_LearnsOfIt_RevokedPeerIsClosed()
    {
        PeerPolicy policy = RevocationPair.Policy(_pki.Root, r => r.Mode = MutualTls.Revocation.RevocationMode.SoftFail);
        FakeConnection revoked = Open(policy, _pki.Client);
        Assert.True(_engine.Revocation.Add(_pki.Issuing.IssueCrl(c => c.Revoke(_pki.Client)).Der.Span));
        Assert.Equal(ValidationReason.CertificateRevoked, (await revoked.Drained).Primary?.Reason);
    }

    [Fact]
    public async Task Certificate_Expires_IsClosedThenAndNotBefore()
    {
        TestCertificate brief = _pki.Issuing.IssueClient("brief.test", c => c.Validity(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddHours(1)));
        SnapshotSource<PeerPolicy> source = Policy();
        FakeConnection expires = Open(source, brief), lasts = Open(source, _pki.Client);
        _time.Advance(TimeSpan.FromMinutes(59));
        await PassAsync(source);
        Assert.False(expires.IsClosed);

        // Promise P6: within 30 seconds of the expiry.
        for (int i = 0; i < 3 && !expires.IsClosed; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            await PassAsync(source);
        }

        Assert.Equal(ValidationReason.NotAfterPassed, (await expires.Drained).Primary?.Reason);
        Assert.False(lasts.IsClosed);
    }

    // Nobody changed anything and no time ran out: the pass that comes by itself every 30 seconds closes.
    [Fact]
    public async Task Certificate_ExpiresWhileNothingHappens_ItsTimeIsWaitedFor()
    {
        TestCertificate brief = _pki.Issuing.IssueClient("brief.test", c => c.Validity(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddSeconds(10)));
        FakeConnection expires = Open(Policy(), brief);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(expires.IsClosed);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(ValidationReason.NotAfterPassed, (await expires.Drained).Primary?.Reason);
    }

    [Theory]
    [InlineData(400, ValidationReason.NotAfterPassed)]
    [InlineData(-400, ValidationReason.NotBeforeAhead)]
    public async Task Clock_IsSet_EverybodyIsJudgedAgain(int days, ValidationReason reason)
    {
        FakeConnection connection = Open(Policy(), _pki.Client);
        _time.Advance(TimeSpan.FromSeconds(31));
        await UntilAsync(() => Registry.Passes > 0);
        _clock.Offset = TimeSpan.FromDays(days);
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(31));
            return connection.IsClosed;
        });
        Assert.Equal(reason, (await connection.Drained).Findings[0].Reason);
    }

    [Fact]
    public async Task Add_SomethingChangedSinceThePeerWasJudged_IsClosed()
    {
        SnapshotSource<PeerPolicy> source = Policy(), replaced = Policy();
        long epoch = _engine.EpochOf(source.Current);
        PeerVerdict before = Judge(source.Current, _pki.Client), beforeReplaced = Judge(replaced.Current, _pki.Client);
        Deny(_pki.Client);
        replaced.Change(Pair.Trusting(new TestPki().Root));

        Assert.Equal(ValidationReason.CertificateDenied, (await Add(source, _pki.Client, before, epoch).Drained).Primary?.Reason);
        Assert.Equal(ValidationReason.IssuerUnknown, (await Add(replaced, _pki.Client, beforeReplaced, epoch).Drained).Primary?.Reason);
    }

    // A first path that is no longer good must not close a peer that has another.
    [Fact]
    public async Task Anchors_OneOfTwoPathsIsDenied_TheOtherHolds()
    {
        TestCertificateAuthority second = TestCertificateAuthority.CreateRoot("Second root", timeProvider: _time);
        TestCertificateAuthority cross = second.CrossSign(_pki.Issuing);
        SnapshotSource<PeerPolicy> source = Policy(p => p.TrustPemText(second.ToPem()));
        PresentedChain presented = new(_pki.Client.Der, _pki.Issuing.Der, cross.Der);
        long epoch = _engine.EpochOf(source.Current);
        FakeConnection connection = Add(source, presented, _engine.Judge(source.Current, PeerRole.Client, presented), epoch);
        TrustPath first = new(connection.Verdict);

        _denied.Change(CertificateDenyList.Parse($"certificate:{first.Intermediate}"));
        await UntilAsync(() => new TrustPath(connection.Verdict).Intermediate != first.Intermediate);
        Assert.True(connection.Verdict.IsAuthenticated);
        Assert.False(connection.IsClosed);
    }

    private SnapshotSource<PeerPolicy> Policy(Action<PeerPolicyBuilder>? configure = null) => Pair.Trusting(_pki.Root, p =>
    {
        p.DenyFrom(_denied);
        configure?.Invoke(p);
    });

    private void Deny(params TestCertificate[] certificates) => _denied.Change(CertificateDenyList.Parse(
        certificates.Select(c => $"certificate:{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(c.Der.Span))}")));

    private PeerVerdict Judge(PeerPolicy policy, TestCertificate client) => _engine.Judge(policy, PeerRole.Client, Pair.Presented(client));

    private FakeConnection Open(SnapshotSource<PeerPolicy> source, TestCertificate client, Action? onDrain = null)
    {
        long epoch = _engine.EpochOf(source.Current);
        return Add(source, Pair.Presented(client), Judge(source.Current, client), epoch, onDrain);
    }

    private FakeConnection Add(SnapshotSource<PeerPolicy> source, TestCertificate client, PeerVerdict verdict, long epoch) => Add(source, Pair.Presented(client), verdict, epoch);

    private FakeConnection Add(SnapshotSource<PeerPolicy> source, PresentedChain presented, PeerVerdict verdict, long epoch, Action? onDrain = null)
    {
        Assert.True(verdict.MayConnect, verdict.ToString());
        FakeConnection connection = new(onDrain);
        connection.Registration = Registry.Add(source, connection, verdict, presented, expectedBy: null, epoch, NullLogger.Instance);
        return connection;
    }

    // A change that changes nothing has everybody looked at.
    private async Task PassAsync(SnapshotSource<PeerPolicy> source)
    {
        int passes = Registry.Passes;
        source.Change(source.Current);
        await UntilAsync(() => Registry.Passes > passes && Registry.IsIdle);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Pair.Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private static ParsedCrl Parse(TestCrl crl)
    {
        Assert.True(CrlParser.TryParse(crl.Der.Span, out ParsedCrl? parsed, out _));
        return parsed;
    }

    private sealed record TrustPath(PeerVerdict Verdict)
    {
        public string Intermediate => Verdict.Path!.Certificates[1].Sha256Fingerprint;
    }
}
