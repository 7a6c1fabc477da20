using System.Diagnostics;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>What others got wrong, each through the whole engine. The matrix has the faults that CRLs and OCSP share; a CRL file that cannot be read is with the other files.</summary>
public sealed class RevocationPitfallTests : IAsyncDisposable
{
    private readonly TestRevocationServer _server = TestRevocationServer.Start();
    private readonly TestCertificateAuthority _root = TestCertificateAuthority.CreateRoot();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // Pitfall 5: an answer that was not verified, or is stale, is never Good, not even for a policy that lets the unknown pass.
    [Theory]
    [InlineData("delegate without OCSPSigning", ValidationReason.OcspSignerNotAllowed)]
    [InlineData("delegate for clients", ValidationReason.OcspSignerNotAllowed)]
    [InlineData("delegate of another CA", ValidationReason.OcspSignerNotAllowed)]
    [InlineData("bad signature", ValidationReason.OcspSignatureInvalid)]
    [InlineData("unsigned", ValidationReason.OcspSignatureInvalid)]
    [InlineData("other issuer", ValidationReason.OcspOtherCertificate)]
    [InlineData("about nothing", ValidationReason.OcspOtherCertificate)]
    [InlineData("old nextUpdate", ValidationReason.OcspExpired)]
    [InlineData("future thisUpdate", ValidationReason.OcspNotYetValid)]
    [InlineData("unknown", ValidationReason.OcspStatusUnknown)]
    [InlineData("unknown critical extension", ValidationReason.OcspCriticalExtensionUnknown)]
    [InlineData("malformedRequest", ValidationReason.OcspQuestionRefused)]
    [InlineData("internalError", ValidationReason.OcspResponderFailed)]
    [InlineData("tryLater", ValidationReason.OcspTryLater)]
    [InlineData("sigRequired", ValidationReason.OcspSignedQuestionWanted)]
    [InlineData("unauthorized", ValidationReason.OcspUnauthorized)]
    public async Task JudgeAsync_OcspAnswerOfNoWorth_IsNeverGood(string defect, ValidationReason reason)
    {
        TestCertificateAuthority other = TestCertificateAuthority.CreateRoot();
        _server.ConfigureOcsp = answer => _ = defect switch
        {
            "delegate without OCSPSigning" => answer.SignedBy(_root.IssueOcspSigner(c => c.WithoutEku())),
            "delegate for clients" => answer.SignedBy(_root.IssueClient("responder.test")),
            "delegate of another CA" => answer.SignedBy(other.IssueOcspSigner()),
            "bad signature" => answer.SignatureTampered(),
            "unsigned" => answer.Unsigned(),
            "other issuer" => answer.OfIssuer(other),
            "about nothing" => answer.AboutNothing(),
            "old nextUpdate" => answer.Expired(),
            "future thisUpdate" => answer.NotYetValid(),
            "unknown" => answer.StatusUnknown(),
            "unknown critical extension" => answer.WithUnknownCriticalExtension(),
            "malformedRequest" => answer.Status(TestOcspStatus.MalformedRequest),
            "internalError" => answer.Status(TestOcspStatus.InternalError),
            "tryLater" => answer.Status(TestOcspStatus.TryLater),
            "sigRequired" => answer.Status(TestOcspStatus.SignatureRequired),
            _ => answer.Status(TestOcspStatus.Unauthorized),
        };
        TestCertificate client = _root.IssueClient("client.test", c => c.WithOcsp(_server.OcspUrl(_root)));

        PeerVerdict hard = await JudgeAsync(client, RevocationMode.HardFail), soft = await JudgeAsync(client, RevocationMode.SoftFail);

        Assert.True(reason == hard.Primary!.Value.Reason, hard.ToString());
        Assert.True(soft.IsAccepted);
        Assert.Equal(reason, Assert.Single(soft.Warnings).Reason);
        Assert.Equal(RevocationStatus.Unknown, soft.Revocation[0].Status);
    }

    // Pitfall 6: a name that does not resolve is no answer. RFC 6761 section 6.4: .invalid never does.
    [Theory]
    [InlineData(RevocationMode.HardFail)]
    [InlineData(RevocationMode.SoftFail)]
    public async Task JudgeAsync_HostWithoutAddress_IsUnreachable(RevocationMode mode)
    {
        TestCertificate client = _root.IssueClient("client.test", c => c.WithCrlDistributionPoints("http://crl.invalid/ca.crl"));
        PeerVerdict verdict = await JudgeAsync(client, mode);

        Assert.Equal(mode == RevocationMode.SoftFail, verdict.IsAccepted);
        Assert.Equal(ValidationReason.RevocationUnreachable, (verdict.Primary ?? Assert.Single(verdict.Warnings)).Reason);
    }

    // Pitfall 14: where a certificate must not send us.
    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/", ValidationReason.RevocationUnreachable)]
    [InlineData("http://localhost/ca.crl", ValidationReason.RevocationUnreachable)]
    [InlineData("http://[::1]/ca.crl", ValidationReason.RevocationUnreachable)]
    [InlineData("http://0x7f000001/ca.crl", ValidationReason.RevocationUnreachable)]
    [InlineData("file:///etc/passwd", ValidationReason.RevocationNoPointer)]
    [InlineData("ldap://127.0.0.1/cn=ca?certificateRevocationList", ValidationReason.RevocationNoPointer)]
    public async Task JudgeAsync_PointerThatMustNotBeFollowed_IsNot(string url, ValidationReason reason)
    {
        TestCertificate client = _root.IssueClient("client.test", c => c.WithCrlDistributionPoints(url));
        PeerVerdict verdict = await JudgeAsync(client, RevocationMode.HardFail, local: false);
        Assert.True(reason == verdict.Primary!.Value.Reason, verdict.ToString());
    }

    // Pitfalls 14 and 16: what drips, what never ends and what never answers costs the peer his time, and no more than the policy gives him.
    [Theory]
    [InlineData(TestRevocationFault.SlowDrip)]
    [InlineData(TestRevocationFault.Huge)]
    [InlineData(TestRevocationFault.BlackHole)]
    public async Task JudgeAsync_AnswerWithoutEnd_IsGivenUpInTime(TestRevocationFault fault)
    {
        _server.Fault = fault;
        TestCertificate client = _root.IssueClient("client.test", c => c.WithCrlDistributionPoints(_server.CrlUrl(_root)));
        long start = Stopwatch.GetTimestamp();

        PeerVerdict verdict = await JudgeAsync(client, RevocationMode.HardFail, maxWait: TimeSpan.FromSeconds(1));

        Assert.Equal(ValidationReason.RevocationUnreachable, verdict.Primary!.Value.Reason);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(25));
    }

    private async Task<PeerVerdict> JudgeAsync(TestCertificate client, RevocationMode mode, bool local = true, TimeSpan? maxWait = null)
    {
        await using RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = local }, MaxCrlBytes = 1 << 20 });
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(_root.ToPem()).CheckRevocation(r => (r.Mode, r.MaxWait) = (mode, maxWait ?? TimeSpan.FromMinutes(1))));
        return await new PeerPolicyEngine(revocation: service).JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop);
    }
}
