using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Revocation.Ocsp;
using MutualTls.Testing;
using MutualTls.Tests.Revocation.Ocsp;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Peers;

/// <summary>The OCSP of OpenSSL: its responder answers our questions, and its client asks our test server.</summary>
public sealed class OpenSslOcspTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mutualtls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("issuer", "good", OcspHash.Sha1, OcspNonceMode.Omitted)]
    [InlineData("issuer", "good", OcspHash.Sha256, OcspNonceMode.Required)]
    [InlineData("issuer", "revoked", OcspHash.Sha1, OcspNonceMode.Required)]
    [InlineData("issuer", "unknown", OcspHash.Sha256, OcspNonceMode.Omitted)]
    [InlineData("delegate", "good", OcspHash.Sha1, OcspNonceMode.Required)]
    [InlineData("delegate", "revoked", OcspHash.Sha256, OcspNonceMode.Omitted)]
    [InlineData("delegate by key", "good", OcspHash.Sha1, OcspNonceMode.Omitted)]
    [InlineData("delegate of another", "good", OcspHash.Sha1, OcspNonceMode.Omitted)]
    internal async Task Responder_OurQuestion_IsAnsweredAndVerified(string signer, string status, OcspHash hash, OcspNonceMode nonce)
    {
        PeerProcess.Require("openssl");
        TestPki pki = new();
        MutualTls.Paths.VerifiedPath path = Pair.JudgeClient(pki).Path!;
        OcspIssuer issuer = OcspIssuer.Of(path, 0);
        OcspRequest request = OcspRequest.Create(issuer, path.EndEntity.SerialNumberBytes, hash, nonce);
        string url = await StartResponderAsync(pki, signer, status);
        await using PeerProcess responder = _responder!;

        using HttpClient client = new();
        using ByteArrayContent content = new(request.Der.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue(OcspRequest.ContentType);
        using HttpResponseMessage posted = await client.PostAsync(new Uri(url), content, Pair.Stop);
        byte[] answer = await posted.Content.ReadAsByteArrayAsync(Pair.Stop);
        OcspResult result = OcspVerifier.Verify(answer, issuer, path.EndEntity.SerialNumberBytes, TimeProvider.System.GetUtcNow(), OcspRules.Default, request.Nonce.Span);

        (RevocationStatus, ValidationReason) expected = (signer, status) switch
        {
            ("delegate of another", _) => (RevocationStatus.Unknown, ValidationReason.OcspSignerNotAllowed),
            (_, "good") => (RevocationStatus.Good, ValidationReason.None),
            (_, "revoked") => (RevocationStatus.Revoked, ValidationReason.None),
            _ => (RevocationStatus.Unknown, ValidationReason.OcspStatusUnknown),
        };
        Assert.True(expected == (result.Status, result.Cause), $"{result}; {responder.Output}");
        Assert.Equal(status == "revoked" ? System.Security.Cryptography.X509Certificates.X509RevocationReason.KeyCompromise : null, result.Reason);
    }

    [Fact]
    public async Task Responder_GetForm_IsAnsweredAndVerified()
    {
        PeerProcess.Require("openssl");
        TestPki pki = new();
        MutualTls.Paths.VerifiedPath path = Pair.JudgeClient(pki).Path!;
        OcspIssuer issuer = OcspIssuer.Of(path, 0);
        string url = await StartResponderAsync(pki, "issuer", "good");
        await using PeerProcess responder = _responder!;

        using HttpClient client = new();
        byte[] answer = await client.GetByteArrayAsync(OcspRequest.Create(issuer, path.EndEntity.SerialNumberBytes).TryGetUri(new Uri(url)), Pair.Stop);

        OcspResult result = OcspVerifier.Verify(answer, issuer, path.EndEntity.SerialNumberBytes, TimeProvider.System.GetUtcNow(), OcspRules.Default);
        Assert.True(result.Status == RevocationStatus.Good, $"{result}; {responder.Output}");
    }

    // The same through the whole engine: asked beside the judgement, kept, and not asked again.
    [Theory]
    [InlineData("issuer", "good")]
    [InlineData("issuer", "revoked")]
    [InlineData("delegate", "good")]
    [InlineData("delegate", "revoked")]
    [InlineData("delegate of another", "good")]
    public async Task Responder_AskedByTheEngine_SettlesTheVerdict(string signer, string status)
    {
        PeerProcess.Require("openssl");
        TestPki pki = new();
        string url = await StartResponderAsync(pki, signer, status);
        await using PeerProcess responder = _responder!;
        await using RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true }, OcspTimeout = TimeSpan.FromMinutes(1) });
        PeerPolicyEngine engine = new(revocation: service);
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(pki.Root.ToPem()).CheckRevocation(r =>
        {
            (r.Preference, r.Depth, r.MaxWait) = (RevocationPreference.OcspOnly, RevocationDepth.EndEntity, TimeSpan.FromMinutes(1));
            r.Places.Add(new RevocationPlace(RevocationSource.Ocsp, new Uri(url)));
        }));

        PeerVerdict verdict = await engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);
        await responder.KillAsync();
        PeerVerdict again = engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client));

        ValidationReason? expected = (signer, status) switch
        {
            ("delegate of another", _) => ValidationReason.OcspSignerNotAllowed,
            (_, "revoked") => ValidationReason.CertificateRevoked,
            _ => null,
        };
        Assert.True(expected == verdict.Primary?.Reason && verdict.IsAccepted == expected is null, $"{verdict}; {responder.Output}");
        Assert.Equal((verdict.Outcome, verdict.Primary?.Reason), (again.Outcome, again.Primary?.Reason));
    }

    [Theory]
    [InlineData(false, false, "good")]
    [InlineData(false, true, "revoked")]
    [InlineData(true, false, "good")]
    [InlineData(true, true, "revoked")]
    public async Task Client_AsksOurTestServer_IsContent(bool delegated, bool revoked, string expected)
    {
        PeerProcess.Require("openssl");
        TestPki pki = new();
        await using TestRevocationServer server = TestRevocationServer.Start();
        if (revoked)
        {
            server.Revoke(pki.Client);
        }

        if (delegated)
        {
            server.SignOcspBy(pki.Issuing.IssueOcspSigner());
        }

        await using PeerProcess client = PeerProcess.Start(
            "openssl", "ocsp", "-issuer", Write("issuing.pem", pki.Issuing.ToPem()), "-cert", Write("client.pem", pki.Client.ToPem()),
            "-CAfile", Write("root.pem", pki.Root.ToPem()), "-verify_other", Write("others.pem", pki.Issuing.ToPem()), "-url", server.OcspUrl(pki.Issuing));
        await client.WaitForAsync($"client.pem: {expected}");

        Assert.Equal(0, await client.ExitAsync());
        await client.WaitForAsync("Response verify OK");
        Assert.DoesNotContain("no nonce", client.Output);
        Assert.Equal(1, server.CountOf(TestRevocationKind.Ocsp));
    }

    [Fact]
    public async Task Client_CrlOfOurTestServer_IsRead()
    {
        PeerProcess.Require("openssl");
        TestPki pki = new();
        await using TestRevocationServer server = TestRevocationServer.Start();
        server.Revoke(pki.Client);
        using HttpClient http = new();
        await File.WriteAllBytesAsync(Path.Combine(_folder, "ca.crl"), await http.GetByteArrayAsync(new Uri(server.CrlUrl(pki.Issuing)), Pair.Stop), Pair.Stop);

        await using PeerProcess client = PeerProcess.Start(
            "openssl", "crl", "-inform", "DER", "-in", Path.Combine(_folder, "ca.crl"), "-CAfile", Write("issuing.pem", pki.Issuing.ToPem()), "-noout", "-text");

        await client.WaitForAsync("verify OK");
        await client.WaitForAsync($"Serial Number: {Convert.ToHexString(pki.Client.SerialNumber.Span).TrimStart('0')}");
    }

    private PeerProcess? _responder;

    private async Task<string> StartResponderAsync(TestPki pki, string signer, string status)
    {
        TestCertificate signs = signer switch
        {
            "issuer" => pki.Issuing,
            "delegate of another" => pki.Root.IssueOcspSigner(),
            _ => pki.Issuing.IssueOcspSigner(),
        };
        string serial = Convert.ToHexString(pki.Client.SerialNumber.Span);
        string entry = status switch
        {
            "good" => $"V\t350101000000Z\t\t{serial}\tunknown\t/CN=client.test\n",
            "revoked" => $"R\t350101000000Z\t260101000000Z,keyCompromise\t{serial}\tunknown\t/CN=client.test\n",
            _ => "",
        };
        int port = PeerPort.Next();
        List<string> arguments =
        [
            "ocsp", "-port", port.ToString(CultureInfo.InvariantCulture), "-index", Write("index.txt", entry), "-CA", Write("issuing.pem", pki.Issuing.ToPem()),
            "-rsigner", Write("signer.pem", signs.ToPem()), "-rkey", Write("signer.key", signs.ExportPrivateKeyPem()), "-nmin", "30", "-text",
        ];
        if (signer == "delegate by key")
        {
            arguments.Add("-resp_key_id");
        }

        _responder = PeerProcess.Start("openssl", [.. arguments]);
        await _responder.WaitForAsync("waiting for OCSP client connections");
        return $"http://127.0.0.1:{port}/";
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
