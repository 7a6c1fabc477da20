using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Certificates;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Paths.Rules;
using MutualTls.Policies;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Connections;
using MutualTls.Tests.Support;
using MutualTls.Trust;

namespace MutualTls.Tests.Policies;

/// <summary>Reasons that need more than one defect in one certificate to come about.</summary>
public class RareReasonTests
{
    [Fact]
    public void Judge_SignatureOfAnUnknownAlgorithm_IsRefused() => AssertRefused(
        Pair.JudgeClient(TestPki.With(client: c => c.SignedWithUnknownAlgorithm())), ValidationReason.SignatureAlgorithmUnsupported);

    [Fact]
    public void Judge_KeyOfAnUnknownAlgorithm_IsRefused() => AssertRefused(
        Pair.JudgeClient(TestPki.With(client: c => c.WithUnknownKeyAlgorithm())), ValidationReason.KeyUnsupported);

    [Fact]
    public void Judge_IssuingRuleBroken_IsRefusedByStrictOnly()
    {
        TestPki pki = TestPki.With(client: c => c.WithTooLongSerial());
        Assert.True(Pair.JudgeClient(pki).IsAccepted);
        AssertRefused(Pair.JudgeClient(pki, policy: Pair.Trusting(pki.Root, p => p.UseRules(RulePreset.Strict))), ValidationReason.ProfileViolation);
    }

    // The builder links by name, so only the validator itself can be shown such a path.
    [Fact]
    public void Check_IssuerIsNotTheNextSubject_IsFound()
    {
        TestPki pki = new();
        TrustAnchor anchor = TrustAnchor.FromCertificate(TestCertificateAuthority.CreateRoot("Another Root").Der.Span);
        Assert.True(ParsedCertificate.TryParse(pki.Client.Der.Span, out ParsedCertificate? client, out _));
        PathBudget budget = default;
        PathCheck path = new([client], anchor, new PathParameters { Anchors = new TrustAnchorSet([anchor]) }, PathPurpose.ClientAuth, DateTimeOffset.UtcNow, ref budget);

        NameChainingRule.Check(ref path);

        Assert.Equal(ValidationReason.NameChainBroken, Assert.Single(path.Findings!).Reason);
    }

    // Design rule 1: of what the platform says about a chain, an explicit distrust alone counts. Linux has no list of distrusted certificates, so the status is put in.
    [Fact]
    public void Validate_PlatformDistrustsTheCertificate_IsRefused()
    {
        TestPki pki = new();
        using X509Chain chain = new();
        ChainStatus(chain) = [new X509ChainStatus { Status = X509ChainStatusFlags.PartialChain }, new X509ChainStatus { Status = X509ChainStatusFlags.ExplicitDistrust }];
        HandshakeGate gate = new(new PeerPolicyEngine(), Pair.Trusting(pki.Issuing), PeerRole.Client, _ => null);

        bool goesOn = gate.Validate(
            this, X509CertificateLoader.LoadCertificate(pki.Client.Der.Span), chain, System.Net.Security.SslPolicyErrors.RemoteCertificateChainErrors);

        Assert.False(goesOn);
        AssertRefused(gate.Verdict!, ValidationReason.ExplicitlyDistrusted);
    }

    // An audit lets it go on; no policy that comes later lets it in, in the handshake or after it.
    [Fact]
    public async Task Open_DistrustedUnderAnAuditThatEnds_IsRefusedInTheHandshakeAndAfterIt()
    {
        TestPki pki = new();
        PeerPolicyEngine engine = new();
        SnapshotSource<PeerPolicy> policies = Pair.Trusting(pki.Root, p => p.Options.Dangerous.AuditOnly = true);
        HandshakeGate early = Distrusted(), late = Distrusted();
        await late.OpenAsync(Unused(), Pair.Stop);
        using LiveRegistration live = late.Register(new FakeConnection(), NullLogger.Instance);

        policies.Change(Pair.Trusting(pki.Root));

        AssertRefused(await early.OpenAsync(Unused(), Pair.Stop), ValidationReason.ExplicitlyDistrusted);
        Assert.False(early.Verdict!.MayConnect);
        PeerVerdict again = new LiveJudge(engine, policies.Current).Judge(live);
        AssertRefused(again, ValidationReason.ExplicitlyDistrusted);
        Assert.False(again.MayConnect);

        HandshakeGate Distrusted()
        {
            using X509Chain chain = new();
            chain.ChainPolicy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span));
            ChainStatus(chain) = [new X509ChainStatus { Status = X509ChainStatusFlags.ExplicitDistrust }];
            HandshakeGate gate = new(engine, policies, PeerRole.Client, _ => null);
            Assert.True(gate.Validate(
                this, X509CertificateLoader.LoadCertificate(pki.Client.Der.Span), chain, System.Net.Security.SslPolicyErrors.RemoteCertificateChainErrors));
            return gate;
        }

        static System.Net.Security.SslStream Unused() => new(InMemoryDuplex.CreatePair().Client);
    }

    private static void AssertRefused(PeerVerdict verdict, ValidationReason reason)
    {
        Assert.Equal(VerdictOutcome.Refused, verdict.Outcome);
        Assert.Equal(reason, verdict.Primary!.Value.Reason);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_lazyChainStatus")]
    private static extern ref X509ChainStatus[]? ChainStatus(X509Chain chain);
}
