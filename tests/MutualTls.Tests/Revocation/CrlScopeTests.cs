using System.Security.Cryptography.X509Certificates;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;

namespace MutualTls.Tests.Revocation;

/// <summary>Which CRL is about which certificate: distribution points, reasons, indirect and delta CRLs. RFC 5280 section 6.3.3 (b) to (l).</summary>
public class CrlScopeTests
{
    private const string A = "http://crl.test/a.crl", B = "http://crl.test/b.crl";

    private static readonly TestCertificateAuthority Root = TestCertificateAuthority.CreateRoot();

    private static readonly X509RevocationReason[] OtherReasons =
    [
        X509RevocationReason.CACompromise, X509RevocationReason.AffiliationChanged, X509RevocationReason.Superseded, X509RevocationReason.CessationOfOperation,
        X509RevocationReason.CertificateHold, X509RevocationReason.PrivilegeWithdrawn, X509RevocationReason.AACompromise,
    ];

    // (b)(2)(i): what the certificate names, what the CRL names, and whether they have a name in common.
    private static readonly Dictionary<string, (Action<TestDistributionPoint>? Point, Action<TestIssuingDistributionPoint>? Scope, bool Covered)> NameRows = new()
    {
        ["neither"] = (null, null, true),
        ["certificate only"] = (p => p.Url(A), null, true),
        ["CRL only"] = (null, s => s.Url(A), false),
        ["the same URL"] = (p => p.Url(A), s => s.Url(A), true),
        ["other URLs"] = (p => p.Url(A), s => s.Url(B), false),
        ["one URL of two"] = (p => p.Url(A, B), s => s.Url(B), true),
        ["CRL named by the issuer's name, certificate silent"] = (null, s => s.FullName(n => n.Directory(Root.Subject)), true),
        ["relative names"] = (p => p.RelativeName(TestOids.CommonName, "part"), s => s.RelativeName(TestOids.CommonName, "part"), true),
        ["other relative names"] = (p => p.RelativeName(TestOids.CommonName, "part"), s => s.RelativeName(TestOids.CommonName, "other"), false),
        ["relative and in full"] = (p => p.RelativeName(TestOids.CommonName, "part"), s => s.FullName(n => n.Directory(Root.Subject.And(TestOids.CommonName, "PART"))), true),
        ["in full and relative"] = (p => p.FullName(n => n.Directory(Root.Subject.And(TestOids.CommonName, "part"))), s => s.RelativeName(TestOids.CommonName, "part"), true),
        ["DNS name and URI of the same text"] = (p => p.FullName(n => n.Dns("crl.test")), s => s.FullName(n => n.Uri("crl.test")), false),
    };

    public static TheoryData<string> Names => [.. NameRows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_NamesOfThePoint_DecideWhetherTheCrlCovers(string row)
    {
        (Action<TestDistributionPoint>? point, Action<TestIssuingDistributionPoint>? scope, bool covered) = NameRows[row];
        TestCertificate client = Client(point);

        PeerVerdict good = RevocationPair.Judge(Root, client, Root.IssueCrl(c => Scope(c, scope)));
        PeerVerdict revoked = RevocationPair.Judge(Root, client, Root.IssueCrl(c => Scope(c, scope).Revoke(client)));

        Assert.Equal(covered, good.IsAccepted);
        Assert.Equal(covered, revoked.Primary!.Value.Reason == ValidationReason.CertificateRevoked);
        Assert.False(revoked.IsAccepted);
    }

    // Two CRLs with one point each: either answers for its own certificates alone.
    [Fact]
    public void Judge_PartitionedCrls_EachAnswersForItsOwn()
    {
        TestCertificate a = Client(p => p.Url(A)), b = Client(p => p.Url(B));
        TestCrl[] crls = [Root.IssueCrl(c => c.WithIssuingDistributionPoint(d => d.Url(A)).Revoke(b)), Root.IssueCrl(c => c.WithIssuingDistributionPoint(d => d.Url(B)).Revoke(b))];

        Assert.True(RevocationPair.Judge(Root, a, crls).IsAccepted);
        Assert.False(RevocationPair.Judge(Root, b, crls).IsAccepted);
        Assert.True(RevocationPair.Judge(Root, b, crls[0]).Primary!.Value.Reason == ValidationReason.RevocationMissing);
    }

    // (d), (e), (l)
    [Fact]
    public void Judge_ReasonsSplitOverTwoCrls_AreGoodTogetherOnly()
    {
        TestCertificate client = Client();
        TestCrl compromise = Root.IssueCrl(c => c.WithIssuingDistributionPoint(d => d.OnlySomeReasons(X509RevocationReason.KeyCompromise)));
        TestCrl others = Root.IssueCrl(c => c.WithIssuingDistributionPoint(d => d.OnlySomeReasons(OtherReasons)));
        TestCrl revoking = Root.IssueCrl(c => c.WithIssuingDistributionPoint(d => d.OnlySomeReasons(OtherReasons)).Revoke(client, e => e.Reason(X509RevocationReason.Superseded)));

        Assert.True(RevocationPair.Judge(Root, client, compromise, others).IsAccepted);
        Assert.Equal(ValidationReason.CrlReasonsIncomplete, RevocationPair.Judge(Root, client, compromise).Primary!.Value.Reason);
        Assert.Equal(ValidationReason.CertificateRevoked, RevocationPair.Judge(Root, client, compromise, revoking).Primary!.Value.Reason);
        Assert.Equal(ValidationReason.CertificateRevoked, RevocationPair.Judge(Root, client, revoking).Primary!.Value.Reason);
    }

    // (d)(1), (d)(3): what the point itself limits counts too.
    [Fact]
    public void Judge_PointForSomeReasons_IsNotEnoughUnlessTheIssuerHasACrlForAll()
    {
        TestCertificate client = Client(p => p.Url(A).Reasons(X509RevocationReason.KeyCompromise));
        TestCrl ofPoint = Root.IssueCrl(c => c.WithIssuingDistributionPoint(d => d.Url(A)));

        Assert.Equal(ValidationReason.CrlReasonsIncomplete, RevocationPair.Judge(Root, client, ofPoint).Primary!.Value.Reason);
        Assert.True(RevocationPair.Judge(Root, client, ofPoint, Root.IssueCrl()).IsAccepted);
    }

    private static readonly Dictionary<string, (Action<TestCrlSpec, TestCertificate> Base, Action<TestCrlSpec, TestCertificate> Delta, bool Good)> DeltaRows = new()
    {
        ["delta says nothing new"] = ((_, _) => { }, (_, _) => { }, true),
        ["delta revokes"] = ((_, _) => { }, (d, c) => d.Revoke(c), false),
        ["base revokes, delta is silent"] = ((b, c) => b.Revoke(c), (_, _) => { }, false),
        ["delta takes a hold back"] = (
            (b, c) => b.Revoke(c, e => e.Reason(X509RevocationReason.CertificateHold)), (d, c) => d.Revoke(c, e => e.Reason(X509RevocationReason.RemoveFromCrl)), true),
        ["delta starts from a later base"] = ((_, _) => { }, (d, c) => d.DeltaTo(11).Revoke(c), true),
        ["delta is no newer than the base"] = ((_, _) => { }, (d, c) => d.WithNumber(10).Revoke(c), true),
        ["delta of another scope"] = ((_, _) => { }, (d, c) => d.WithIssuingDistributionPoint(i => i.OnlyEndEntityCertificates()).Revoke(c), true),
        ["delta with another key identifier"] = ((_, _) => { }, (d, c) => d.WithAuthorityKeyIdentifier([1, 2, 3]).Revoke(c), true),
        ["delta by another key"] = ((_, _) => { }, (d, c) => d.SignedByWrongKey().Revoke(c), true),
        ["delta past its time is silent"] = ((_, _) => { }, (d, _) => d.Expired(), true),

        // As a complete one past its time does: it no longer tells what was not revoked, and takes no hold back.
        ["delta past its time has revoked"] = ((_, _) => { }, (d, c) => d.Expired().Revoke(c), false),
        ["delta past its time had taken a hold back"] = (
            (b, c) => b.Revoke(c, e => e.Reason(X509RevocationReason.CertificateHold)), (d, c) => d.Expired().Revoke(c, e => e.Reason(X509RevocationReason.RemoveFromCrl)), false),
        ["delta with an unknown critical extension"] = ((_, _) => { }, (d, c) => d.WithUnknownCriticalExtension().Revoke(c), true),
        ["base past its time, delta fresh"] = ((b, _) => b.Expired(), (_, _) => { }, true),
        ["base past its time, delta fresh and revoking"] = ((b, _) => b.Expired(), (d, c) => d.Revoke(c), false),
        ["base past its time, delta from a later base"] = ((b, _) => b.Expired(), (d, _) => d.DeltaTo(11), false),
        ["base without a number"] = ((b, _) => b.WithoutNumber(), (d, c) => d.Revoke(c), true),
    };

    public static TheoryData<string> Deltas => [.. DeltaRows.Keys];

    // (c), (h), (i), (k), and section 5.2.4. A delta that does not fit says nothing; the base then stands alone.
    [Theory]
    [MemberData(nameof(Deltas))]
    public void Judge_BaseAndDelta_AnswerTogether(string row)
    {
        (Action<TestCrlSpec, TestCertificate> complete, Action<TestCrlSpec, TestCertificate> delta, bool good) = DeltaRows[row];
        TestCertificateAuthority issuing = Root.IssueIntermediate();
        TestCertificate client = Client(issuer: issuing);
        TestCrl[] crls = [Root.IssueCrl(), issuing.IssueCrl(b => complete(b.WithNumber(10), client)), issuing.IssueCrl(d => delta(d.WithNumber(12).DeltaTo(9), client))];

        Assert.Equal(good, RevocationPair.Judge(Root, client, crls).IsAccepted);
    }

    // (b)(1), 5.3.3: entries of an indirect CRL belong to the issuer last named.
    [Fact]
    public void Judge_IndirectCrl_TellsIssuersApart()
    {
        TestCertificateAuthority one = Root.IssueIntermediate(), two = Root.IssueIntermediate(), crlIssuer = Root.IssueIntermediate();
        TestCertificate ofOne = Client(p => p.Url(A).CrlIssuer(crlIssuer.Subject), one, serial: 7), ofTwo = Client(p => p.Url(A).CrlIssuer(crlIssuer.Subject), two, serial: 7);
        TestCrl root = Root.IssueCrl();
        TestCrl indirect = crlIssuer.IssueCrl(c => c.WithIssuingDistributionPoint(d => d.Url(A).Indirect())
            .RevokeSerial([7]).RevokeSerial([9], e => e.CertificateIssuer(two.Subject)).RevokeSerial([7]).RevokeSerial([8], e => e.CertificateIssuer(one.Subject)));

        Assert.True(Judge(ofOne).IsAccepted);
        Assert.Equal(ValidationReason.CertificateRevoked, Judge(ofTwo).Primary!.Value.Reason);

        PeerVerdict Judge(TestCertificate client) => new PeerPolicyEngine().Judge(
            RevocationPair.Policy(Root, _ => { }, root, indirect), PeerRole.Client, new PresentedChain(client.Der, client.Issuer!.Der, crlIssuer.Der));
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    public void Judge_CrlOfAnotherIssuer_NeedsPointAndFlag(bool pointNamesIssuer, bool isIndirect, bool accepted)
    {
        TestCertificateAuthority crlIssuer = Root.IssueIntermediate();
        TestCertificateAuthority issuing = Root.IssueIntermediate();
        TestCertificate client = Client(p => _ = pointNamesIssuer ? p.Url(A).CrlIssuer(crlIssuer.Subject) : p.Url(A), issuing);
        TestCrl crl = crlIssuer.IssueCrl(c => c.WithIssuingDistributionPoint(d => _ = isIndirect ? d.Url(A).Indirect() : d.Url(A)));

        PeerVerdict verdict = new PeerPolicyEngine().Judge(
            RevocationPair.Policy(Root, _ => { }, Root.IssueCrl(), crl), PeerRole.Client, new PresentedChain(client.Der, issuing.Der, crlIssuer.Der));

        Assert.Equal(accepted, verdict.IsAccepted);
    }

    private static TestCrlSpec Scope(TestCrlSpec spec, Action<TestIssuingDistributionPoint>? scope) => scope is null ? spec : spec.WithIssuingDistributionPoint(scope);

    private static TestCertificate Client(Action<TestDistributionPoint>? point = null, TestCertificateAuthority? issuer = null, byte? serial = null) =>
        (issuer ?? Root).IssueClient("client.test", c =>
        {
            if (point is not null)
            {
                TestDistributionPoint made = new();
                point(made);
                c.WithCrlDistributionPoints(made);
            }

            if (serial is { } number)
            {
                c.WithSerial(number);
            }
        });
}
