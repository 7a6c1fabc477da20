using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Pinning;
using MutualTls.Policies;
using MutualTls.Policies.Pins;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Diagnostics;

/// <summary>Every final verdict is counted once, by words that no peer chooses.</summary>
public sealed class VerdictMetricsTests : IDisposable
{
    private const string Verdicts = "mutualtls.verdicts";

    private readonly MetricRecord _record = new();
    private readonly PeerPolicyEngine _engine;

    public VerdictMetricsTests() => _engine = new PeerPolicyEngine(meterFactory: _record);

    public void Dispose() => _record.Dispose();

    [Fact]
    public void Judge_AcceptedTwice_IsCountedAsJudgedAndAsRemembered()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);

        Judge(policy, pki.Client);
        Judge(policy, pki.Client);

        Assert.Equal(
            ["peer.role=client policy.mode=enforce policy.name=test verdict.origin=judged verdict.outcome=accepted",
                "peer.role=client policy.mode=enforce policy.name=test verdict.origin=remembered verdict.outcome=accepted"],
            _record.Of(Verdicts));
        Assert.Equal(2, _record.All.Count);
    }

    [Fact]
    public void Judge_Refused_IsCountedByItsPrimaryReason()
    {
        TestPki pki = TestPki.With(server: c => c.Expired());

        PeerVerdict verdict = _engine.Judge(Pair.Trusting(pki.Root), PeerRole.Server, Pair.Presented(pki.Server), ReferenceIdentity.ForHost("localhost"));

        Assert.Equal(
            [$"peer.role=server policy.mode=enforce policy.name=test reason={verdict.Primary!.Value.Code} verdict.origin=judged verdict.outcome=refused"],
            _record.Of(Verdicts));
    }

    [Fact]
    public void Judge_AuditOnly_CountsWhomItWouldHaveRefused()
    {
        TestPki pki = TestPki.With(client: c => c.Expired());
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.Options.Dangerous.AuditOnly = true);

        Judge(policy, pki.Client);
        Judge(policy, pki.Issuing.IssueClient("client.test"));

        string[] counted = [.. _record.Of(Verdicts)];
        Assert.Equal(2, counted.Length);
        Assert.All(counted, one => Assert.Contains("policy.mode=audit_only", one, StringComparison.Ordinal));
        Assert.Contains("verdict.outcome=refused", counted[0], StringComparison.Ordinal);
        Assert.Contains("verdict.outcome=accepted", counted[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_ReportOnlyPinsThatDoNotMatch_AreCountedAsWarningsRememberedOrNot()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.Pin(pins =>
        {
            pins.Pins.Add("sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
            pins.Backup = PinBackup.Waived;
            pins.Mode = PinMode.ReportOnly;
        }));

        Judge(policy, pki.Client);
        Judge(policy, pki.Client);

        string warning = $"peer.role=client policy.name=test reason={new Finding(ValidationReason.PinMismatch).Code}";
        Assert.Equal([warning, warning], _record.Of("mutualtls.verdict.warnings"));
    }

    [Theory]
    [InlineData(RevocationMode.SoftFail, "accepted", 1)]
    [InlineData(RevocationMode.HardFail, "refused", 0)]
    public void Judge_StatusUnknown_IsCountedByCauseAndWhetherItCameIn(RevocationMode mode, string outcome, int softFails)
    {
        TestPki pki = new();
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(pki.Root.ToPem()).CheckRevocation(r =>
        {
            r.Mode = mode;
            r.Depth = RevocationDepth.EndEntity;
        }));

        Judge(policy, pki.Client);

        Assert.Equal([$"policy.name=test revocation.cause=no_pointer verdict.outcome={outcome}"], _record.Of("mutualtls.revocation.unknown"));
        Assert.Equal(softFails, _record.Of("mutualtls.revocation.soft_fails").Count);
    }

    [Fact]
    public async Task Judge_Pending_IsCountedWhenItIsDecided()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AddValidator("no", (context, _) =>
        {
            context.Refuse("closed on Sundays");
            return ValueTask.CompletedTask;
        }));

        PeerVerdict pending = Judge(policy, pki.Client);
        Assert.Empty(_record.All);
        await _engine.CompleteAsync(pending, Pair.Stop);
        PeerVerdict refused = await _engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);

        Assert.Equal(2, _record.Of(Verdicts).Count);
        Assert.All(_record.Of(Verdicts), one => Assert.Contains($"reason={refused.Primary!.Value.Code} ", one, StringComparison.Ordinal));
        await _engine.CompleteAsync(refused, Pair.Stop);
        Assert.Equal(2, _record.Of(Verdicts).Count);
    }

    // It decides about nobody.
    [Fact]
    public async Task Explain_AnyPeer_IsNotCounted()
    {
        TestPki pki = new();
        await _engine.ExplainAsync(Pair.Trusting(pki.Root), PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);
        Assert.Empty(_record.All);
    }

    [Theory]
    [InlineData(false, "accepted")]
    [InlineData(true, "refused")]
    public async Task Accept_OneConnection_CountsOneVerdict(bool expired, string outcome)
    {
        TestPki pki = TestPki.With(client: c => _ = expired ? c.Expired() : c);
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(pki, engine: _engine));

        await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        await using MutualTlsStream client = await MutualTlsStream.AuthenticateAsClientAsync(tcp, Pair.Client(pki), Pair.Stop);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            // Either the server refused, or it is closed from here: both end the read.
            if (!expired)
            {
                await (await listener.AcceptAsync(Pair.Stop)).DisposeAsync();
            }

            await client.ReadExactlyAsync(new byte[1], Pair.Stop);
        });

        Assert.Contains($"verdict.outcome={outcome}", Assert.Single(_record.Of(Verdicts)), StringComparison.Ordinal);
    }

    [Fact]
    public void Callback_PendingWithoutGate_IsCounted()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AddValidator("never asked", (_, _) => ValueTask.CompletedTask));
        RemoteCertificateValidationCallback callback = MutualTlsCallback.Create(policy, PeerRole.Client, engine: _engine);
        using X509Certificate2 certificate =
            X509CertificateLoader.LoadCertificate(pki.Root.IssueClient("client.test").Der.Span);

        Assert.False(callback(this, certificate, null, SslPolicyErrors.None));

        Assert.Contains(new Finding(ValidationReason.PendingWithoutGate).Code, Assert.Single(_record.Of(Verdicts)), StringComparison.Ordinal);
    }

    // Who chooses a tag's value chooses how many series there are.
    [Fact]
    public void Judge_PeersWithNamesOfTheirOwn_ChooseNoTag()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AllowDns("nobody.test"));
        for (int i = 0; i < 20; i++)
        {
            Judge(policy, pki.Issuing.IssueClient($"evil-{i}.test", c => c.WithSan(n => n.Dns($"evil-{i}.test").Uri($"spiffe://evil/{i}"))));
            Judge(policy, TestCertificateAuthority.CreateRoot().IssueClient($"stranger-{i}.test"));
        }

        Assert.Equal(40, _record.Of(Verdicts).Count);
        Assert.Subset(
            new HashSet<string> { "test", "client", "refused", "enforce", "judged", new Finding(ValidationReason.IdentityNotAllowed).Code, new Finding(ValidationReason.IssuerUnknown).Code },
            MetricRecord.TagValues(_record.All).Select(value => (string)value!).ToHashSet());
    }

    // Budget B1: with a listener too, what is counted is no garbage of ours.
    [Fact]
    public void Judge_RememberedPeer_AllocatesNothingForBeingCounted()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        PresentedChain presented = Pair.Presented(pki.Client);
        using MetricRecord unheard = new(_ => false);
        using MeterListener listener = new();
        long counted = 0;
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, unheard))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => counted += value);
        listener.Start();
        PeerPolicyEngine engine = new(meterFactory: unheard);
        engine.Judge(policy, PeerRole.Client, presented);
        engine.Judge(policy, PeerRole.Client, presented);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            engine.Judge(policy, PeerRole.Client, presented);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1_002, counted);
    }

    private PeerVerdict Judge(PeerPolicy policy, TestCertificate client) => _engine.Judge(policy, PeerRole.Client, Pair.Presented(client));
}
