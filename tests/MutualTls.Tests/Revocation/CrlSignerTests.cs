using System.Security.Cryptography.X509Certificates;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;

namespace MutualTls.Tests.Revocation;

/// <summary>Who may sign a CRL: the issuer on the path, or another certificate of the CRL issuer under the same anchor. RFC 5280 section 6.3.3 (f) and (g).</summary>
public class CrlSignerTests
{
    private readonly TestCertificateAuthority _root = TestCertificateAuthority.CreateRoot();

    [Fact]
    public void Judge_IssuerMayNotSignCrls_IsRefused()
    {
        TestCertificateAuthority issuing = _root.IssueIntermediate(configure: c => c.WithKeyUsage(X509KeyUsageFlags.KeyCertSign));
        Assert.Equal(ValidationReason.CrlSignerInvalid, Judge(issuing, issuing.IssueCrl()).Primary!.Value.Reason);
    }

    [Fact]
    public void Judge_IssuerWithoutKeyUsage_MaySign()
    {
        TestCertificateAuthority issuing = _root.IssueIntermediate(configure: c => c.WithoutKeyUsage());
        Assert.True(Judge(issuing, issuing.IssueCrl()).IsAccepted);
    }

    private TestCertificateAuthority Separate(TestCertificateAuthority issuing, TestCertificateAuthority? under = null, Action<TestCertificateSpec>? configure = null) =>
        (under ?? _root).IssueIntermediate(configure: c =>
        {
            c.WithSubject(issuing.Subject).WithKeyUsage(X509KeyUsageFlags.CrlSign).WithBasicConstraints(isCa: false);
            configure?.Invoke(c);
        });

    [Fact]
    public void Judge_SeparateCrlKeyPresented_IsAcceptedAndKnownFromThenOn()
    {
        TestCertificateAuthority issuing = _root.IssueIntermediate(), separate = Separate(issuing);
        TestCertificate client = issuing.IssueClient("client.test"), other = issuing.IssueClient("other.test");
        PeerPolicy policy = RevocationPair.Policy(_root, _ => { }, _root.IssueCrl(), separate.IssueCrl());
        PeerPolicyEngine engine = new();

        Assert.Equal(ValidationReason.CrlSignerInvalid, engine.Judge(policy, PeerRole.Client, new PresentedChain(other.Der, issuing.Der)).Primary!.Value.Reason);
        Assert.True(engine.Judge(policy, PeerRole.Client, new PresentedChain(client.Der, issuing.Der, separate.Der)).IsAccepted);
        Assert.True(engine.Judge(policy, PeerRole.Client, new PresentedChain(other.Der, issuing.Der)).IsAccepted);
    }

    [Fact]
    public void Judge_SeparateCrlKeyUnderAnotherAnchor_IsRefused()
    {
        TestCertificateAuthority other = TestCertificateAuthority.CreateRoot(), issuing = _root.IssueIntermediate(), separate = Separate(issuing, under: other);
        TestCertificate client = issuing.IssueClient("client.test");
        PeerPolicy policy = PeerPolicy.Create("both", p => p.TrustPemText(_root.ToPem()).TrustPemText(other.ToPem()).CheckRevocation(r =>
        {
            r.Crls.Add(_root.IssueCrl().Der);
            r.Crls.Add(other.IssueCrl().Der);
            r.Crls.Add(separate.IssueCrl().Der);
        }));

        PeerVerdict verdict = new PeerPolicyEngine().Judge(policy, PeerRole.Client, new PresentedChain(client.Der, issuing.Der, separate.Der));

        Assert.Equal(ValidationReason.CrlSignerInvalid, verdict.Primary!.Value.Reason);
    }

    private static readonly Dictionary<string, Action<TestCertificateSpec>> BadSigners = new()
    {
        ["expired"] = c => c.Expired(),
        ["without cRLSign"] = c => c.WithKeyUsage(X509KeyUsageFlags.DigitalSignature),
        ["signature tampered"] = c => c.SignatureTampered(),
        ["unknown critical extension"] = c => c.WithExtension("1.2.3.4", critical: true, [5, 0]),
    };

    public static TheoryData<string> Bad => [.. BadSigners.Keys];

    [Theory]
    [MemberData(nameof(Bad))]
    public void Judge_SeparateCrlKeyWithoutAValidPath_IsRefused(string row)
    {
        TestCertificateAuthority issuing = _root.IssueIntermediate(), separate = Separate(issuing, configure: BadSigners[row]);
        Assert.Equal(ValidationReason.CrlSignerInvalid, Judge(issuing, separate.IssueCrl(), separate).Primary!.Value.Reason);
    }

    [Fact]
    public void Judge_SeparateCrlKeyRevoked_IsRefusedInEitherMode()
    {
        TestCertificateAuthority issuing = _root.IssueIntermediate(), separate = Separate(issuing);
        TestCertificate client = issuing.IssueClient("client.test");
        TestCrl[] crls = [_root.IssueCrl(c => c.Revoke(separate)), separate.IssueCrl()];

        foreach (RevocationMode mode in new[] { RevocationMode.HardFail, RevocationMode.SoftFail })
        {
            PeerVerdict verdict = new PeerPolicyEngine().Judge(
                RevocationPair.Policy(_root, r => r.Mode = mode, crls), PeerRole.Client, new PresentedChain(client.Der, issuing.Der, separate.Der));
            Assert.Equal(RevocationCause.SignerInvalid, verdict.Revocation[0].Cause);
        }
    }

    // The signer's own status may stand in the CRL that it signs: not listed, it is good; listed, it is not.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Judge_SignerWhoseStatusIsInItsOwnCrl_IsGoodUnlessListed(bool listed)
    {
        TestCertificateAuthority issuing = _root.IssueIntermediate();
        TestCertificateAuthority crlIssuer = issuing.IssueIntermediate("CRL issuer", c => c.WithKeyUsage(X509KeyUsageFlags.CrlSign).WithBasicConstraints(isCa: false)
            .WithCrlDistributionPoints(new TestDistributionPoint().Url("http://crl.test/i.crl").CrlIssuer(TestName.Cn("CRL issuer"))));
        TestCertificate client = issuing.IssueClient(
            "client.test", c => c.WithCrlDistributionPoints(new TestDistributionPoint().Url("http://crl.test/i.crl").CrlIssuer(crlIssuer.Subject)));
        TestCrl crl = crlIssuer.IssueCrl(c =>
        {
            c.WithIssuingDistributionPoint(d => d.Url("http://crl.test/i.crl").Indirect());
            if (listed)
            {
                c.Revoke(crlIssuer, e => e.CertificateIssuer(issuing.Subject));
            }
        });

        PeerVerdict verdict = new PeerPolicyEngine().Judge(
            RevocationPair.Policy(_root, _ => { }, _root.IssueCrl(), crl), PeerRole.Client, new PresentedChain(client.Der, issuing.Der, crlIssuer.Der));

        Assert.Equal(!listed, verdict.IsAccepted);
    }

    // What a peer sends along cannot make the search for a signer long.
    [Fact]
    public void Judge_NinetyCertificatesOfTheCrlIssuersName_AreNotAllTried()
    {
        TestCertificateAuthority issuing = _root.IssueIntermediate();
        TestCertificate client = issuing.IssueClient("client.test");
        PeerPolicy policy = RevocationPair.Policy(_root, _ => { }, _root.IssueCrl(), issuing.IssueCrl(c => c.SignedByWrongKey()));
        PresentedChain presented = new(Enumerable.Range(0, 90).Select(_ => Separate(issuing).Der).Prepend(issuing.Der).Prepend(client.Der));

        Assert.Equal(ValidationReason.CrlSignerInvalid, new PeerPolicyEngine().Judge(policy, PeerRole.Client, presented).Primary!.Value.Reason);
    }

    private PeerVerdict Judge(TestCertificateAuthority issuing, TestCrl crl, TestCertificate? signer = null)
    {
        TestCertificate client = issuing.IssueClient("client.test");
        PresentedChain presented = signer is null ? new(client.Der, issuing.Der) : new(client.Der, issuing.Der, signer.Der);
        return new PeerPolicyEngine().Judge(RevocationPair.Policy(_root, _ => { }, _root.IssueCrl(), crl), PeerRole.Client, presented);
    }
}
