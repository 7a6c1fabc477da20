using System.Security.Cryptography.X509Certificates;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>What one CRL of the end-entity's issuer leads to, in every mode. RFC 5280 section 6.3; pitfall 6: nothing broken passes in hard-fail.</summary>
public class CrlJudgementTests
{
    private static readonly Dictionary<string, (Action<TestCrlSpec, TestPki> Crl, ValidationReason Reason, RevocationCause Cause)> Rows = new()
    {
        ["nothing revoked"] = ((_, _) => { }, ValidationReason.None, RevocationCause.None),
        ["another one revoked"] = ((c, p) => c.Revoke(p.Server), ValidationReason.None, RevocationCause.None),
        ["empty list"] = ((c, _) => c.WithEmptyList(), ValidationReason.None, RevocationCause.None),
        ["without number and key identifier"] = ((c, _) => c.WithoutExtensions(), ValidationReason.None, RevocationCause.None),
        ["version 1"] = ((c, p) => c.Version(1).WithoutExtensions().RevokeSerial(p.Server.SerialNumber.Span), ValidationReason.None, RevocationCause.None),
        ["unknown extension"] = ((c, _) => c.WithExtension(TestOids.Unknown, critical: false, [5, 0]), ValidationReason.None, RevocationCause.None),
        ["only end-entities covered"] = ((c, _) => c.WithIssuingDistributionPoint(d => d.OnlyEndEntityCertificates()), ValidationReason.None, RevocationCause.None),
        ["taken back"] = ((c, p) => c.Revoke(p.Client, e => e.Reason(X509RevocationReason.RemoveFromCrl)), ValidationReason.None, RevocationCause.None),
        ["revoked"] = ((c, p) => c.Revoke(p.Client), ValidationReason.CertificateRevoked, RevocationCause.None),
        ["revoked without a reason"] = ((c, p) => c.RevokeSerial(p.Client.SerialNumber.Span), ValidationReason.CertificateRevoked, RevocationCause.None),
        ["revoked by version 1"] = ((c, p) => c.Version(1).WithoutExtensions().RevokeSerial(p.Client.SerialNumber.Span), ValidationReason.CertificateRevoked, RevocationCause.None),
        ["on hold"] = ((c, p) => c.Revoke(p.Client, e => e.Reason(X509RevocationReason.CertificateHold)), ValidationReason.CertificateRevoked, RevocationCause.None),
        ["revoked for a reason that does not exist"] = ((c, p) => c.Revoke(p.Client, e => e.Reason((X509RevocationReason)99)), ValidationReason.CertificateRevoked, RevocationCause.None),
        ["revoked, in a CRL past its time"] = ((c, p) => c.Revoke(p.Client).Expired(), ValidationReason.CertificateRevoked, RevocationCause.None),
        ["revoked and taken back in one list"] = (
            (c, p) => c.Revoke(p.Client, e => e.Reason(X509RevocationReason.RemoveFromCrl)).Revoke(p.Client), ValidationReason.CertificateRevoked, RevocationCause.None),
        ["past its time"] = ((c, _) => c.Expired(), ValidationReason.CrlStale, RevocationCause.Stale),
        ["not valid yet"] = ((c, _) => c.NotYetValid(), ValidationReason.CrlStale, RevocationCause.Stale),
        ["never due"] = ((c, _) => c.WithoutNextUpdate(), ValidationReason.CrlStale, RevocationCause.Stale),
        ["wrong key"] = ((c, _) => c.SignedByWrongKey(), ValidationReason.CrlSignerInvalid, RevocationCause.SignerInvalid),
        ["wrong key that says good of a revoked one"] = ((c, p) => c.Revoke(p.Client).SignedByWrongKey(), ValidationReason.CrlSignerInvalid, RevocationCause.SignerInvalid),
        ["signature tampered"] = ((c, _) => c.SignatureTampered(), ValidationReason.CrlSignerInvalid, RevocationCause.SignerInvalid),
        ["signed by the root"] = ((c, p) => c.SignedBy(p.Root.Key), ValidationReason.CrlSignerInvalid, RevocationCause.SignerInvalid),
        ["signed by the client itself"] = ((c, p) => c.SignedBy(p.Client.Key), ValidationReason.CrlSignerInvalid, RevocationCause.SignerInvalid),
        ["unknown critical extension"] = ((c, _) => c.WithUnknownCriticalExtension(), ValidationReason.CrlExtensionUnknown, RevocationCause.Unsupported),
        ["unknown critical extension of another entry"] = (
            (c, p) => c.Revoke(p.Server, e => e.WithUnknownCriticalExtension()), ValidationReason.CrlExtensionUnknown, RevocationCause.Unsupported),
        ["of another issuer"] = ((c, _) => c.WithIssuerName(TestName.Cn("Somebody")), ValidationReason.RevocationNoPointer, RevocationCause.NoPointer),
        ["delta alone"] = ((c, _) => c.DeltaTo(1), ValidationReason.RevocationNoPointer, RevocationCause.NoPointer),
        ["only CAs covered"] = ((c, _) => c.WithIssuingDistributionPoint(d => d.OnlyAuthorityCertificates()), ValidationReason.RevocationNoPointer, RevocationCause.NoPointer),
        ["only attribute certificates covered"] = ((c, _) => c.WithIssuingDistributionPoint(d => d.OnlyAttributeCertificates()), ValidationReason.RevocationNoPointer, RevocationCause.NoPointer),
        ["of a distribution point that the certificate does not name"] = (
            (c, _) => c.WithIssuingDistributionPoint(d => d.Url("http://crl.test/a.crl")), ValidationReason.RevocationNoPointer, RevocationCause.NoPointer),
        ["some reasons covered"] = (
            (c, _) => c.WithIssuingDistributionPoint(d => d.OnlySomeReasons(X509RevocationReason.KeyCompromise)), ValidationReason.CrlReasonsIncomplete, RevocationCause.ReasonsIncomplete),
        ["no reason covered"] = ((c, _) => c.WithIssuingDistributionPoint(d => d.OnlySomeReasons()), ValidationReason.RevocationNoPointer, RevocationCause.NoPointer),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_HardFail_RefusesWhatIsNotKnownGood(string row)
    {
        (Action<TestCrlSpec, TestPki> crl, ValidationReason reason, RevocationCause cause) = Rows[row];
        TestPki pki = new();

        PeerVerdict verdict = RevocationPair.Judge(pki, c => crl(c, pki));

        Assert.Equal(reason, verdict.Primary?.Reason ?? ValidationReason.None);
        Assert.Equal(reason == ValidationReason.None, verdict.IsAccepted);
        Assert.Equal(cause, verdict.Revocation[0].Cause);
        Assert.Equal(reason == ValidationReason.None ? CheckOutcome.Passed : CheckOutcome.Failed, NotRevoked(verdict));
        Assert.Equal(RevocationStatus.Good, verdict.Revocation[1].Status);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_SoftFail_RefusesTheRevokedAndWarnsOfTheUnknown(string row)
    {
        (Action<TestCrlSpec, TestPki> crl, ValidationReason reason, RevocationCause cause) = Rows[row];
        TestPki pki = new();

        PeerVerdict verdict = RevocationPair.Judge(pki, c => crl(c, pki), r => r.Mode = RevocationMode.SoftFail);

        Assert.Equal(reason != ValidationReason.CertificateRevoked, verdict.IsAccepted);
        Assert.Equal(cause == RevocationCause.None ? [] : [(reason, 0)], verdict.Warnings.Select(w => (w.Reason, w.Depth)));
        Assert.Equal(reason == ValidationReason.None ? CheckOutcome.Passed : cause == RevocationCause.None ? CheckOutcome.Failed : CheckOutcome.NotChecked, NotRevoked(verdict));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_SoftFailWithEveryCauseTightened_JudgesAsHardFail(string row)
    {
        (Action<TestCrlSpec, TestPki> crl, ValidationReason reason, RevocationCause cause) = Rows[row];
        TestPki pki = new();

        PeerVerdict verdict = RevocationPair.Judge(pki, c => crl(c, pki), r =>
        {
            r.Mode = RevocationMode.SoftFail;
            r.OnNoPointer = r.OnUnreachable = r.OnStale = r.OnMalformed = r.OnUnknown = RevocationOutcome.Refuse;
        });

        Assert.Equal(reason, verdict.Primary?.Reason ?? ValidationReason.None);
        Assert.Equal(cause, verdict.Revocation[0].Cause);
        Assert.Empty(verdict.Warnings);
    }

    [Fact]
    public void Judge_OneCauseTightened_LoosensAndTightensNoOther()
    {
        TestPki pki = new();
        Action<RevocationOptions> onStale = r => (r.Mode, r.OnStale) = (RevocationMode.SoftFail, RevocationOutcome.Refuse);

        Assert.False(RevocationPair.Judge(pki, c => c.Expired(), onStale).IsAccepted);
        Assert.True(RevocationPair.Judge(pki, c => c.SignedByWrongKey(), onStale).IsAccepted);
    }

    [Fact]
    public void Judge_NoCrl_SaysWhetherThereWasAPlaceToAsk()
    {
        TestPki without = new(), crl = TestPki.With(client: c => c.WithCrlDistributionPoints("http://crl.test/a.crl")), ocsp = TestPki.With(client: c => c.WithOcsp("http://ocsp.test/"));

        Assert.Equal(RevocationCause.NoPointer, Cause(without, RevocationPreference.PreferCrl));
        Assert.Equal(RevocationCause.Missing, Cause(crl, RevocationPreference.PreferCrl));
        Assert.Equal(RevocationCause.Missing, Cause(ocsp, RevocationPreference.PreferCrl));
        Assert.Equal(RevocationCause.NoPointer, Cause(ocsp, RevocationPreference.CrlOnly));
        Assert.Equal(RevocationCause.NoPointer, Cause(crl, RevocationPreference.OcspOnly));
        Assert.Equal(ValidationReason.RevocationMissing, RevocationPair.Judge(crl.Root, crl.Client, r => r.Fetching = RevocationFetching.Never).Primary!.Value.Reason);

        static RevocationCause Cause(TestPki pki, RevocationPreference preference) =>
            RevocationPair.Judge(pki.Root, pki.Client, r => r.Preference = preference).Revocation[0].Cause;
    }

    [Fact]
    public void Judge_IntermediateRevoked_IsRefusedAtItsDepthUnlessOnlyTheEndEntityIsChecked()
    {
        TestPki pki = new();
        TestCrl[] crls = [pki.Root.IssueCrl(c => c.Revoke(pki.Issuing)), pki.Issuing.IssueCrl()];

        PeerVerdict chain = RevocationPair.Judge(pki.Root, pki.Client, crls);
        PeerVerdict endEntity = RevocationPair.Judge(pki.Root, pki.Client, r => r.Depth = RevocationDepth.EndEntity, crls);

        Assert.Equal((ValidationReason.CertificateRevoked, 1), (chain.Primary!.Value.Reason, chain.Primary.Value.Depth));
        Assert.True(endEntity.IsAccepted);
        Assert.Equal([RevocationStatus.Good, RevocationStatus.NotChecked], endEntity.Revocation.Select(r => r.Status));
    }

    [Fact]
    public void Judge_Revoked_TellsWhenAndWhyAndHowOldTheAnswerIs()
    {
        TestPki pki = new();
        DateTimeOffset revoked = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero), issued = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero), due = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);

        PeerVerdict verdict = RevocationPair.Judge(
            pki, c => c.Validity(issued, due).Revoke(pki.Client, e => e.RevokedAt(revoked).Reason(X509RevocationReason.Superseded).InvalidSince(revoked)));

        Assert.Equal(
            new RevocationResult
            {
                Status = RevocationStatus.Revoked,
                Source = RevocationSource.Crl,
                ThisUpdate = issued,
                Until = due,
                Reason = X509RevocationReason.Superseded,
                RevokedAt = revoked,
            },
            verdict.Revocation[0]);
        Assert.Contains("2026-03-04 05:06:07Z (Superseded)", verdict.Primary!.Value.Detail);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(59, false)]
    [InlineData(61, true)]
    public void Judge_StaleWithinGrace_IsGoodUntilTheGraceEnds(int graceMinutes, bool good)
    {
        TestPki pki = new();
        PeerVerdict verdict = RevocationPair.Judge(pki, c => c.Expired(), r => r.StaleGrace = TimeSpan.FromMinutes(graceMinutes));
        Assert.Equal(good, verdict.IsAccepted);
    }

    // Pitfall 22: a first path that is revoked does not hide a good cross-signed one.
    [Fact]
    public void Judge_FirstPathRevoked_TakesTheCrossSignedOne()
    {
        TestPki pki = new();
        TestCertificateAuthority other = TestCertificateAuthority.CreateRoot(), cross = other.CrossSign(pki.Issuing);
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(pki.Root.ToPem()).TrustPemText(other.ToPem()).CheckRevocation(r =>
        {
            r.Crls.Add(pki.Root.IssueCrl(c => c.Revoke(pki.Issuing)).Der);
            r.Crls.Add(other.IssueCrl().Der);
            r.Crls.Add(pki.Issuing.IssueCrl().Der);
        }));

        PeerVerdict verdict = new PeerPolicyEngine().Judge(policy, PeerRole.Client, new PresentedChain(pki.Client.Der, pki.Issuing.Der, cross.Der));

        Assert.True(verdict.IsAccepted, verdict.ToString());
        Assert.Contains("Test Root", verdict.Path!.Anchor.Subject);
        Assert.Equal(other.Subject.ToString(), TestName.FromDer(verdict.Path.Anchor.SubjectName.ToArray()).ToString());
    }

    // P10: an older answer never takes the place of a newer one, in whichever order they are given.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Judge_TwoCrlsOfOneSeries_TheNewerDecides(bool newerFirst)
    {
        TestPki pki = new();
        TestCrl hold = pki.Issuing.IssueCrl(c => c.Validity(c.Now.AddHours(-3), c.Now.AddDays(1)).Revoke(pki.Client, e => e.Reason(X509RevocationReason.CertificateHold)));
        TestCrl free = pki.Issuing.IssueCrl(c => c.Validity(c.Now.AddHours(-2), c.Now.AddDays(1)));
        TestCrl revoked = pki.Issuing.IssueCrl(c => c.Validity(c.Now.AddHours(-1), c.Now.AddDays(1)).Revoke(pki.Client));

        Assert.True(Judge(hold, free).IsAccepted);
        Assert.False(Judge(free, revoked).IsAccepted);

        PeerVerdict Judge(TestCrl older, TestCrl newer) =>
            RevocationPair.Judge(pki.Root, pki.Client, newerFirst ? [newer, older, pki.Root.IssueCrl()] : [older, newer, pki.Root.IssueCrl()]);
    }

    [Theory]
    [InlineData(RevocationCause.NoPointer, ValidationReason.RevocationNoPointer)]
    [InlineData(RevocationCause.Missing, ValidationReason.RevocationMissing)]
    [InlineData(RevocationCause.Unreachable, ValidationReason.RevocationUnreachable)]
    [InlineData(RevocationCause.Malformed, ValidationReason.CrlMalformed)]
    [InlineData(RevocationCause.Unsupported, ValidationReason.CrlExtensionUnknown)]
    [InlineData(RevocationCause.SignerInvalid, ValidationReason.CrlSignerInvalid)]
    [InlineData(RevocationCause.ReasonsIncomplete, ValidationReason.CrlReasonsIncomplete)]
    [InlineData(RevocationCause.Stale, ValidationReason.CrlStale)]
    public void ReasonOf_EachCause_IsItsOwn(RevocationCause cause, ValidationReason reason) => Assert.Equal(reason, RevocationDemand.ReasonOf(new RevocationResult { Status = RevocationStatus.Unknown, Cause = cause }));

    private static CheckOutcome NotRevoked(PeerVerdict verdict) => verdict.Checks.Single(c => c.Name == "not revoked").Outcome;
}
