using BenchmarkDotNet.Attributes;
using MutualTls.Paths;
using MutualTls.Revocation;
using MutualTls.Revocation.Ocsp;
using MutualTls.Testing;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Ocsp;
using X509Certificate = Org.BouncyCastle.X509.X509Certificate;

namespace MutualTls.Benchmarks;

/// <summary>Checking one OCSP answer: reading, signature, whom it is about, its time. Without a fetch.</summary>
[MemoryDiagnoser]
public class OcspBenchmarks
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    private ReadOnlyMemory<byte> _answer;
    private byte[] _octets = null!;
    private OcspIssuer _issuer = null!;
    private byte[] _serial = null!;
    private X509Certificate _bouncyIssuer = null!;
    private BigInteger _bouncySerial = null!;

    /// <summary>Gets or sets the kind of every key.</summary>
    [Params(TestKeyKind.P256, TestKeyKind.P384, TestKeyKind.Rsa2048)]
    public TestKeyKind Keys { get; set; }

    /// <summary>Makes the answer, by the issuer itself.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Scene scene = new(Keys);
        VerifiedPath path = scene.Judge(scene.Presented(scene.Pki.Client.Der)).Path!;
        _issuer = OcspIssuer.Of(path, depth: 0);
        _serial = scene.Pki.Client.SerialNumber.ToArray();
        _answer = scene.Pki.Issuing.IssueOcspResponse(scene.Pki.Client).Der;
        _octets = _answer.ToArray();
        _bouncyIssuer = BouncyCastlePaths.Read(scene.Pki.Issuing.Der);
        _bouncySerial = BouncyCastlePaths.Read(scene.Pki.Client.Der).SerialNumber;
    }

    /// <summary>BouncyCastle reads and verifies it and finds the certificate; the platform has no such call.</summary>
    [Benchmark(Baseline = true)]
    public object BouncyCastle()
    {
        BasicOcspResp response = (BasicOcspResp)new OcspResp(_octets).GetResponseObject();
        SingleResp single = response.Responses[0];
        return response.Verify(_bouncyIssuer.GetPublicKey()) && single.GetCertID().MatchesIssuer(_bouncyIssuer) && single.GetCertID().SerialNumber.Equals(_bouncySerial)
            && single.GetCertStatus() == CertificateStatus.Good
            ? response
            : throw new InvalidOperationException("Not good.");
    }

    /// <summary>Ours.</summary>
    [Benchmark]
    public object Ours()
    {
        OcspResult result = OcspVerifier.Verify(_answer, _issuer, _serial, s_now, OcspRules.Default);
        return result.Status == RevocationStatus.Good ? result : throw new InvalidOperationException(result.ToString());
    }
}
