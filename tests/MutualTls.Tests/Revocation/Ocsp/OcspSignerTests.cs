using Microsoft.Extensions.Time.Testing;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Findings;
using MutualTls.Revocation;
using MutualTls.Revocation.Ocsp;
using MutualTls.Testing;

namespace MutualTls.Tests.Revocation.Ocsp;

/// <summary>RFC 6960 section 4.2.2.2: who may sign for an issuer.</summary>
public class OcspSignerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Delegate_OfTheIssuer_MayAnswer(bool byName)
    {
        OcspPki ocsp = new();
        TestCertificate signer = ocsp.Authority.IssueOcspSigner();

        OcspResult result = ocsp.Ask(r => _ = byName ? r.SignedBy(signer).ResponderByName() : r.SignedBy(signer));

        Assert.Equal(RevocationStatus.Good, result.Status);
    }

    [Fact]
    public void Delegate_ExpiresBeforeNextUpdate_AnswerEndsWithIt()
    {
        OcspPki ocsp = new();
        TestCertificate signer = ocsp.Authority.IssueOcspSigner(c => c.Validity(c.Now.AddHours(-2), c.Now.AddHours(3)));

        OcspResult result = ocsp.Ask(r => r.SignedBy(signer));

        // notAfter is the last second in which the delegate may answer.
        Assert.Equal((RevocationStatus.Good, ocsp.Now.AddHours(3).AddSeconds(1)), (result.Status, result.Until));
    }

    [Fact]
    public void Delegate_AmongOtherCertificates_IsFound()
    {
        OcspPki ocsp = new();
        TestCertificate signer = ocsp.Authority.IssueOcspSigner();

        OcspResult result = ocsp.Ask(r => r.WithCertificate(ocsp.Authority).WithCertificate(ocsp.Pki.Root).SignedBy(signer));

        Assert.Equal(RevocationStatus.Good, result.Status);
    }

    public static TheoryData<string, ValidationReason, Action<TestCertificateSpec>> Defects => new()
    {
        { "no extended key usage", ValidationReason.OcspSignerNotAllowed, c => c.WithoutExtension(TestOids.ExtendedKeyUsage) },
        { "serverAuth only", ValidationReason.OcspSignerNotAllowed, c => c.WithEku(TestOids.ServerAuthentication) },
        { "any extended key usage", ValidationReason.OcspSignerNotAllowed, c => c.WithEku(TestOids.AnyExtendedKeyUsage) },
        { "key usage without digitalSignature", ValidationReason.OcspSignerNotAllowed, c => c.WithKeyUsage(X509KeyUsageFlags.KeyEncipherment) },
        { "expired", ValidationReason.OcspSignerNotAllowed, c => c.Expired() },
        { "not yet valid", ValidationReason.OcspSignerNotAllowed, c => c.NotYetValid() },
        { "tampered", ValidationReason.OcspSignerNotAllowed, c => c.SignatureTampered() },
        { "signed by another key", ValidationReason.OcspSignerNotAllowed, c => c.SignedByWrongKey() },
        { "signed with SHA-1", ValidationReason.OcspSignerNotAllowed, c => c.SignedWith(TestSignatureKind.EcdsaSha1) },
        { "RSA 1024", ValidationReason.OcspSignerNotAllowed, c => c.WithKey(TestKeyKind.Rsa1024) },
        { "unknown critical extension", ValidationReason.OcspSignerNotAllowed, c => c.WithUnknownCriticalExtension() },
        { "without no-check", ValidationReason.OcspSignerStatusUnknown, c => c.WithoutExtension(TestOids.OcspNoCheck) },
    };

    // Pitfall 5: the signer of the answer.
    [Theory]
    [MemberData(nameof(Defects))]
    public void Delegate_Defect_IsUnknownWithItsCause(string defect, ValidationReason cause, Action<TestCertificateSpec> configure)
    {
        OcspPki ocsp = new();
        TestCertificate signer = ocsp.Authority.IssueOcspSigner(configure);

        OcspResult result = ocsp.Ask(r => r.SignedBy(signer));

        Assert.True((result.Status, result.Cause) == (RevocationStatus.Unknown, cause), $"{defect}: {result}");
    }

    [Fact]
    public void Delegate_OfTheRootNotTheIssuer_IsRefused()
    {
        OcspPki ocsp = new();

        OcspResult result = ocsp.Ask(r => r.SignedBy(ocsp.Pki.Root.IssueOcspSigner()));

        Assert.Equal((RevocationStatus.Unknown, ValidationReason.OcspSignerNotAllowed), (result.Status, result.Cause));
    }

    // The peer's own certificate must not speak for itself.
    [Fact]
    public void Delegate_IsThePeer_IsRefused()
    {
        OcspPki ocsp = new();

        OcspResult result = ocsp.Ask(r => r.SignedBy(ocsp.Pki.Client));

        Assert.Equal((RevocationStatus.Unknown, ValidationReason.OcspSignerNotAllowed), (result.Status, result.Cause));
    }

    [Fact]
    public void Delegate_CertificateDoesNotComeAlong_SignerIsUnknown()
    {
        OcspPki ocsp = new();

        OcspResult result = ocsp.Ask(r => r.SignedBy(ocsp.Authority.IssueOcspSigner()).WithoutCertificates());

        Assert.Equal((RevocationStatus.Unknown, ValidationReason.OcspSignerUnknown), (result.Status, result.Cause));
    }

    [Fact]
    public void Delegate_DidNotSign_SignatureIsInvalid()
    {
        OcspPki ocsp = new();

        OcspResult result = ocsp.Ask(r => r.SignedBy(ocsp.Authority.IssueOcspSigner()).SignedByWrongKey());

        Assert.Equal((RevocationStatus.Unknown, ValidationReason.OcspSignatureInvalid), (result.Status, result.Cause));
    }

    // RFC 6960 section 4.2.2.2.1, and docs/adr: without no-check, "good" needs the delegate's own status; "revoked" does not.
    [Theory]
    [InlineData(RevocationStatus.Good, false, RevocationStatus.Good, ValidationReason.None)]
    [InlineData(RevocationStatus.Unknown, false, RevocationStatus.Unknown, ValidationReason.OcspSignerStatusUnknown)]
    [InlineData(RevocationStatus.Unknown, true, RevocationStatus.Revoked, ValidationReason.None)]
    [InlineData(RevocationStatus.Revoked, false, RevocationStatus.Unknown, ValidationReason.OcspSignerNotAllowed)]
    [InlineData(RevocationStatus.Revoked, true, RevocationStatus.Unknown, ValidationReason.OcspSignerNotAllowed)]
    internal void Delegate_WithoutNoCheck_NeedsItsOwnStatus(RevocationStatus delegateStatus, bool saysRevoked, RevocationStatus expected, ValidationReason cause)
    {
        OcspPki ocsp = new();
        TestCertificate signer = ocsp.Authority.IssueOcspSigner(c => c.WithoutExtension(TestOids.OcspNoCheck));

        OcspResult result = ocsp.Ask(
            r => _ = saysRevoked ? r.SignedBy(signer).Revoked() : r.SignedBy(signer),
            OcspRules.Default with { DelegateStatus = _ => delegateStatus });

        Assert.Equal((expected, cause), (result.Status, result.Cause));
    }

    [Fact]
    public void Delegate_ExpiredMeanwhile_AnswerIsWorthNothing()
    {
        OcspPki ocsp = new();
        TestCertificate signer = ocsp.Authority.IssueOcspSigner(c => c.Validity(c.Now.AddHours(-2), c.Now.AddHours(1)));
        ReadOnlyMemory<byte> answer = ocsp.Authority.IssueOcspResponse(ocsp.Pki.Client, r => r.SignedBy(signer)).Der;

        ocsp.Clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(ValidationReason.OcspSignerNotAllowed, ocsp.Verify(answer).Cause);
    }
}
