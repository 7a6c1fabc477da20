using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Revocation;
using MutualTls.Revocation.Ocsp;
using MutualTls.Testing;

namespace MutualTls.Tests.Revocation.Ocsp;

/// <summary>RFC 6960 section 3.2: when an answer means something.</summary>
public class OcspVerifierTests
{
    [Theory]
    [InlineData(TestKeyKind.P256)]
    [InlineData(TestKeyKind.P384)]
    [InlineData(TestKeyKind.Rsa2048)]
    public void Verify_SignedByTheIssuer_IsGoodUntilNextUpdate(TestKeyKind kind)
    {
        OcspPki ocsp = new(kind);

        OcspResult result = ocsp.Ask();

        Assert.Equal((RevocationStatus.Good, ValidationReason.None), (result.Status, result.Cause));
        Assert.Equal(ocsp.Now.AddHours(-1), result.ThisUpdate);
        Assert.Equal(ocsp.Now.AddHours(12), result.Until);
    }

    public static TheoryData<string, Action<TestOcspSpec>> SoundAnswers => new()
    {
        { "named by name", r => r.ResponderByName() },
        { "SHA-256", r => r.WithHash(HashAlgorithmName.SHA256) },
        { "SHA-384", r => r.WithHash(HashAlgorithmName.SHA384) },
        { "SHA-512", r => r.WithHash(HashAlgorithmName.SHA512) },
        { "version written", r => r.WithVersion() },
        { "another's nonce", r => r.WithNonce([1, 2, 3]) },
        { "extension not critical", r => r.WithExtension(TestOids.Unknown, critical: false, [5, 0]).WithEntryExtension(TestOids.Unknown, critical: false, [5, 0]) },
        { "clock 4 minutes ahead", r => r.Validity(r.Now.AddMinutes(4), r.Now.AddHours(1)).ProducedAt(r.Now.AddMinutes(4)) },
        { "certificates of strangers", r => r.WithCertificate(TestCertificateAuthority.CreateRoot()).WithCertificate(TestCertificateAuthority.CreateRoot()) },
    };

    [Theory]
    [MemberData(nameof(SoundAnswers))]
    public void Verify_SoundVariant_IsGood(string variant, Action<TestOcspSpec> configure) => Assert.True(new OcspPki().Ask(configure).Status == RevocationStatus.Good, variant);

    [Theory]
    [InlineData(null)]
    [InlineData(X509RevocationReason.KeyCompromise)]
    [InlineData(X509RevocationReason.CertificateHold)]
    [InlineData((X509RevocationReason)200)]
    public void Verify_Revoked_SaysWhenAndWhy(X509RevocationReason? reason)
    {
        OcspPki ocsp = new();

        OcspResult result = ocsp.Ask(r => r.Revoked(reason, r.Now.AddDays(-3)));

        Assert.Equal((RevocationStatus.Revoked, ValidationReason.None), (result.Status, result.Cause));
        Assert.Equal((ocsp.Now.AddDays(-3), reason), (result.RevokedAt, result.Reason));
    }

    public static TheoryData<string, ValidationReason, Action<TestOcspSpec>> Defects
    {
        get
        {
            TheoryData<string, ValidationReason, Action<TestOcspSpec>> rows = new()
            {
                { "wrong key", ValidationReason.OcspSignatureInvalid, r => r.SignedByWrongKey() },
                { "wrong key, by name", ValidationReason.OcspSignatureInvalid, r => r.SignedByWrongKey().ResponderByName() },
                { "tampered signature", ValidationReason.OcspSignatureInvalid, r => r.SignatureTampered() },
                { "unsigned", ValidationReason.OcspSignatureInvalid, r => r.Unsigned() },
                { "unknown algorithm", ValidationReason.OcspSignatureAlgorithmRefused, r => r.SignedWithUnknownAlgorithm() },
                { "SHA-1 signature", ValidationReason.OcspSignatureAlgorithmRefused, r => r.SignedWith(TestSignatureKind.EcdsaSha1) },
                { "responder of another name", ValidationReason.OcspSignerUnknown, r => r.ResponderByName(TestName.Cn("somebody")) },
                { "self-made responder", ValidationReason.OcspSignerNotAllowed, r => r.SignedBy(TestCertificateAuthority.CreateRoot(timeProvider: FromSpec(r)).IssueOcspSigner()) },
                { "other serial", ValidationReason.OcspOtherCertificate, r => r.OfSerial([0x11, 0x22]) },
                { "other issuer", ValidationReason.OcspOtherCertificate, r => r.OfIssuer(TestCertificateAuthority.CreateRoot()) },
                { "about nothing", ValidationReason.OcspOtherCertificate, r => r.AboutNothing() },
                { "expired", ValidationReason.OcspExpired, r => r.Expired() },
                { "next update is now", ValidationReason.OcspExpired, r => r.Validity(r.Now.AddHours(-1), r.Now) },
                { "no next update, 61 minutes old", ValidationReason.OcspExpired, r => r.Validity(r.Now.AddMinutes(-61), null) },
                { "from the future", ValidationReason.OcspNotYetValid, r => r.NotYetValid() },
                { "6 minutes ahead", ValidationReason.OcspNotYetValid, r => r.Validity(r.Now.AddMinutes(6), r.Now.AddHours(1)) },
                { "produced in the future", ValidationReason.OcspNotYetValid, r => r.ProducedAt(r.Now.AddMinutes(6)) },
                { "unknown", ValidationReason.OcspStatusUnknown, r => r.StatusUnknown() },
                { "critical extension", ValidationReason.OcspCriticalExtensionUnknown, r => r.WithUnknownCriticalExtension() },
                { "critical extension on the entry", ValidationReason.OcspCriticalExtensionUnknown, r => r.WithEntryExtension(TestOids.Unknown, critical: true, [5, 0]) },
                { "truncated", ValidationReason.OcspMalformed, r => r.Truncated() },
                { "empty", ValidationReason.OcspMalformed, r => r.MutateDer(_ => []) },
                { "trailing data", ValidationReason.OcspMalformed, r => r.TrailingData() },
                { "an HTML page", ValidationReason.OcspMalformed, r => r.MutateDer(_ => [.. "<html>Welcome</html>"u8]) },
                { "nonce twice", ValidationReason.OcspMalformed, r => r.WithNonce([1]).ExtensionDuplicated(TestOids.OcspNonce) },
                { "huge", ValidationReason.OcspTooLarge, r => r.Huge() },
                { "malformedRequest", ValidationReason.OcspQuestionRefused, r => r.Status(TestOcspStatus.MalformedRequest) },
                { "internalError", ValidationReason.OcspResponderFailed, r => r.Status(TestOcspStatus.InternalError) },
                { "tryLater", ValidationReason.OcspTryLater, r => r.Status(TestOcspStatus.TryLater) },
                { "sigRequired", ValidationReason.OcspSignedQuestionWanted, r => r.Status(TestOcspStatus.SignatureRequired) },
                { "unauthorized", ValidationReason.OcspUnauthorized, r => r.Status(TestOcspStatus.Unauthorized) },
                { "status 4", ValidationReason.OcspMalformed, r => r.Status((TestOcspStatus)4) },
                { "status 255", ValidationReason.OcspMalformed, r => r.Status((TestOcspStatus)255) },
                { "65 entries", ValidationReason.OcspMalformed, r => Repeat(64, () => r.AlsoAbout(TestCertificate.CreateSelfSigned())) },
                { "9 certificates", ValidationReason.OcspMalformed, r => Repeat(9, () => r.WithCertificate(TestCertificate.CreateSelfSigned())) },
            };
            return rows;
        }
    }

    // Pitfall 5: none of these is ever Good.
    [Theory]
    [MemberData(nameof(Defects))]
    public void Verify_Defect_IsUnknownWithItsCause(string defect, ValidationReason cause, Action<TestOcspSpec> configure)
    {
        OcspResult result = new OcspPki().Ask(configure);

        Assert.True((result.Status, result.Cause) == (RevocationStatus.Unknown, cause), $"{defect}: {result}");
        Assert.NotEmpty(new Finding(result.Cause).Hint);
    }

    [Fact]
    public void ToResult_EveryReason_HasACauseAndNoAnswer()
    {
        ValidationReason[] reasons = [.. Enum.GetValues<ValidationReason>().Where(r => r.ToString().StartsWith("Ocsp", StringComparison.Ordinal))];

        Assert.Equal(18, reasons.Length);
        Assert.All(reasons, reason =>
        {
            RevocationResult result = OcspResult.Unknown(reason).ToResult(depth: 1);
            Assert.Equal((1, RevocationStatus.Unknown, RevocationSource.Ocsp), (result.Depth, result.Status, result.Source));
            Assert.NotEqual(RevocationCause.None, result.Cause);
            Assert.Null(result.Until);
        });
        Assert.Equal(RevocationCause.ResponderUnknown, OcspResult.Unknown(ValidationReason.OcspStatusUnknown).ToResult(0).Cause);
        Assert.Equal(RevocationCause.Stale, OcspResult.Unknown(ValidationReason.OcspExpired).ToResult(0).Cause);
        Assert.Equal(RevocationCause.Unreachable, OcspResult.Unknown(ValidationReason.OcspTryLater).ToResult(0).Cause);
        Assert.Equal(RevocationCause.SignerInvalid, OcspResult.Unknown(ValidationReason.OcspSignerStatusUnknown).ToResult(0).Cause);
        Assert.Equal(RevocationCause.Malformed, OcspResult.Unknown(ValidationReason.OcspNonceMismatch).ToResult(0).Cause);
    }

    [Fact]
    public void ToResult_Revoked_CarriesWhenAndWhy()
    {
        OcspPki ocsp = new();

        RevocationResult result = ocsp.Ask(r => r.Revoked()).ToResult(0);

        Assert.Equal((RevocationStatus.Revoked, RevocationCause.None), (result.Status, result.Cause));
        Assert.Equal((X509RevocationReason.KeyCompromise, ocsp.Now.AddHours(-1)), (result.Reason, result.RevokedAt));
        Assert.Equal((ocsp.Now.AddHours(-1), ocsp.Now.AddHours(12)), (result.ThisUpdate, result.Until));
    }

    [Fact]
    public void Verify_NoNextUpdate_ServesForAnHour()
    {
        OcspPki ocsp = new();

        OcspResult result = ocsp.Ask(r => r.Validity(r.Now.AddMinutes(-59), null));

        Assert.Equal((RevocationStatus.Good, ocsp.Now.AddMinutes(1)), (result.Status, result.Until));
    }

    // The name alone, and the key alone, point at another issuer: certificates of a CA before and after its key was changed share serial numbers.
    [Theory]
    [InlineData("same name, other key")]
    [InlineData("same key, other name")]
    public void Verify_HalfOfTheIssuer_IsAnotherCertificate(string half)
    {
        OcspPki ocsp = new();

        OcspResult result = ocsp.Ask(r => _ = half == "same name, other key"
            ? r.OfIssuer(ocsp.Authority.Subject, TestKey.Generate())
            : r.OfIssuer(TestName.Cn("another"), ocsp.Authority.Key));

        Assert.Equal(ValidationReason.OcspOtherCertificate, result.Cause);
    }

    [Fact]
    public void Verify_SeveralEntries_FindsOurs()
    {
        OcspPki ocsp = new();

        OcspResult result = ocsp.Verify(ocsp.Authority.IssueOcspResponse(ocsp.Pki.Server, r => r.AlsoAbout(ocsp.Pki.Client).Revoked()).Der);

        Assert.Equal(RevocationStatus.Revoked, result.Status);
    }

    [Theory]
    [InlineData("good, then revoked", RevocationStatus.Revoked)]
    [InlineData("revoked, then good", RevocationStatus.Revoked)]
    [InlineData("good, then unknown", RevocationStatus.Unknown)]
    [InlineData("good twice", RevocationStatus.Good)]
    internal void Verify_EntriesOfTheSameCertificate_WorstCounts(string entries, RevocationStatus expected)
    {
        OcspPki ocsp = new();

        OcspResult result = ocsp.Ask(r => _ = entries switch
        {
            "good, then revoked" => r.AlsoAbout(ocsp.Pki.Client).WithHash(HashAlgorithmName.SHA256).Revoked(),
            "revoked, then good" => r.Revoked().AlsoAbout(ocsp.Pki.Client).WithHash(HashAlgorithmName.SHA256),
            "good, then unknown" => r.AlsoAbout(ocsp.Pki.Client).StatusUnknown(),
            _ => r.AlsoAbout(ocsp.Pki.Client).Validity(r.Now.AddHours(-1), r.Now.AddHours(2)),
        });

        Assert.Equal(expected, result.Status);
        Assert.True(entries != "good twice" || result.Until == ocsp.Now.AddHours(2), "the shorter one counts");
    }

    // RFC 9654 section 2.1.
    [Theory]
    [InlineData("same", RevocationStatus.Good)]
    [InlineData("other", RevocationStatus.Unknown)]
    [InlineData("none", RevocationStatus.Unknown)]
    internal void Verify_NonceAsked_MustComeBack(string nonce, RevocationStatus expected)
    {
        OcspPki ocsp = new();
        ReadOnlyMemory<byte> answer = ocsp.Authority.IssueOcspResponse(ocsp.Pki.Client, r => _ = nonce switch
        {
            "same" => r.WithNonce(Enumerable.Repeat((byte)7, 32).ToArray()),
            "other" => r.WithNonce(Enumerable.Repeat((byte)8, 32).ToArray()),
            _ => r,
        }).Der;

        OcspResult result = ocsp.Verify(answer, nonce: OcspPki.NonceValue(7));

        Assert.Equal(expected, result.Status);
        Assert.Equal(expected == RevocationStatus.Good ? ValidationReason.None : ValidationReason.OcspNonceMismatch, result.Cause);
    }

    // A root that issued the client itself: the issuer is the anchor, given as name and key.
    [Fact]
    public void Verify_IssuerIsABareAnchor_IsGood()
    {
        OcspPki ocsp = new();
        TestCertificate client = ocsp.Pki.Root.IssueClient("direct.test");
        VerifiedPath path = Support.Pair.JudgeClient(ocsp.Pki, client, clock: ocsp.Clock).Path!;

        OcspResult result = OcspVerifier.Verify(
            ocsp.Pki.Root.IssueOcspResponse(client).Der, OcspIssuer.Of(path, 0), path.EndEntity.SerialNumberBytes, ocsp.Now, OcspRules.Default);

        Assert.Equal(RevocationStatus.Good, result.Status);
    }

    private static Microsoft.Extensions.Time.Testing.FakeTimeProvider FromSpec(TestOcspSpec spec) => new(spec.Now);

    private static void Repeat(int times, Action action)
    {
        for (int i = 0; i < times; i++)
        {
            action();
        }
    }
}
