using System.Security.Cryptography;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Revocation.Ocsp;
using MutualTls.Testing;
using BcOcsp = Org.BouncyCastle.Ocsp;

namespace MutualTls.Tests.Revocation.Ocsp;

/// <summary>RFC 6960 section 4.1 and appendix A.1; BouncyCastle reads what we write.</summary>
public class OcspRequestTests
{
    [Theory]
    [InlineData(OcspHash.Sha1, "1.3.14.3.2.26", 20)]
    [InlineData(OcspHash.Sha256, "2.16.840.1.101.3.4.2.1", 32)]
    [InlineData(OcspHash.Sha384, "2.16.840.1.101.3.4.2.2", 48)]
    [InlineData(OcspHash.Sha512, "2.16.840.1.101.3.4.2.3", 64)]
    internal void Create_EachHash_IdentifiesTheCertificate(OcspHash hash, string oid, int length)
    {
        OcspPki ocsp = new();

        BcOcsp.OcspReq read = new(OcspRequest.Create(ocsp.Issuer, ocsp.Serial, hash).Der.ToArray());

        BcOcsp.CertificateID id = Assert.Single(read.GetRequestList()).GetCertID();
        Assert.Equal(oid, id.HashAlgOid);
        Assert.Equal(length, id.GetIssuerNameHash().Length);
        Assert.Equal(new Org.BouncyCastle.Math.BigInteger(ocsp.Serial.ToArray()), id.SerialNumber);
        Assert.True(id.MatchesIssuer(new Org.BouncyCastle.X509.X509Certificate(ocsp.Authority.Der.ToArray())));
        Assert.Null(read.RequestExtensions);
    }

    // RFC 9654 section 2.1: 32 octets of a good source, inside an OCTET STRING.
    [Fact]
    public void Create_Nonce_Is32RandomOctets()
    {
        OcspPki ocsp = new();

        OcspRequest first = OcspRequest.Create(ocsp.Issuer, ocsp.Serial, nonce: OcspNonceMode.Required);
        OcspRequest second = OcspRequest.Create(ocsp.Issuer, ocsp.Serial, nonce: OcspNonceMode.Required);

        byte[] value = new BcOcsp.OcspReq(first.Der.ToArray()).RequestExtensions.GetExtension(Org.BouncyCastle.Asn1.Ocsp.OcspObjectIdentifiers.PkixOcspNonce).Value.GetOctets();
        Assert.Equal(first.Nonce.ToArray(), value);
        Assert.Equal((byte[])[0x04, 32], value[..2]);
        Assert.Equal(34, value.Length);
        Assert.NotEqual(first.Nonce.ToArray(), second.Nonce.ToArray());
    }

    [Theory]
    [InlineData("http://ocsp.test")]
    [InlineData("http://ocsp.test/")]
    [InlineData("http://ocsp.test:8080/a/b")]
    [InlineData("http://ocsp.test/a/")]
    public void TryGetUri_Short_IsTheQuestionAsAPathSegment(string responder)
    {
        OcspPki ocsp = new();

        // Serial numbers are random, so some base64 has '+' and '/': each must come back whole.
        for (byte i = 0; i < 64; i++)
        {
            OcspRequest request = OcspRequest.Create(ocsp.Issuer, [0x7F, i, 0xFF, 0xFE, 0xFB, 0xEF], OcspHash.Sha1);
            Uri uri = request.TryGetUri(new Uri(responder))!;

            string segment = uri.AbsoluteUri[(responder.TrimEnd('/').Length + 1)..];
            Assert.StartsWith(responder.TrimEnd('/') + "/", uri.AbsoluteUri, StringComparison.Ordinal);
            Assert.DoesNotContain('/', segment);
            Assert.DoesNotContain('+', segment);
            Assert.DoesNotContain('=', segment);
            Assert.Equal(request.Der.ToArray(), Convert.FromBase64String(Uri.UnescapeDataString(segment)));
            Assert.True(uri.AbsoluteUri.Length <= 255);
        }
    }

    [Theory]
    [InlineData("http://ocsp.test/?ca=1", OcspHash.Sha1, OcspNonceMode.Omitted)]
    [InlineData("http://ocsp.test/", OcspHash.Sha1, OcspNonceMode.Required)]
    [InlineData("http://ocsp.test/", OcspHash.Sha512, OcspNonceMode.Omitted)]
    internal void TryGetUri_QueryNonceOrLong_IsLeftToPost(string responder, OcspHash hash, OcspNonceMode nonce)
    {
        OcspPki ocsp = new();

        Assert.Null(OcspRequest.Create(ocsp.Issuer, ocsp.Serial, hash, nonce).TryGetUri(new Uri(responder)));
    }

    [Fact]
    public void OcspIssuer_DepthOutsideOfThePath_IsMisuse()
    {
        OcspPki ocsp = new();

        Assert.Throws<ArgumentOutOfRangeException>(() => OcspIssuer.Of(ocsp.Path, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => OcspIssuer.Of(ocsp.Path, ocsp.Path.Certificates.Count));
    }

    // RFC 7633 section 4.
    [Theory]
    [InlineData(new[] { 5 }, true)]
    [InlineData(new[] { 17 }, true)]
    [InlineData(new[] { 1, 5 }, true)]
    [InlineData(new[] { 16 }, false)]
    [InlineData(new[] { 65536 }, false)]
    public void TlsFeatures_StatusRequest_DemandsAStaple(int[] features, bool expected)
    {
        TestCertificate client = TestPki.With(client: c => c.WithTlsFeatures(features)).Client;

        Assert.True(ParsedCertificate.TryParse(client.Der.Span, out ParsedCertificate? parsed, out _));
        Assert.Equal(expected, parsed.Extensions.DemandsStaple);
    }

    [Theory]
    [InlineData("3000")]
    [InlineData("0500")]
    [InlineData("300401020005")]
    [InlineData("3003020100FF")]
    public void TlsFeatures_Malformed_IsRefused(string value)
    {
        TestCertificate client = TestPki.With(client: c => c.WithExtension(TestOids.TlsFeatures, critical: false, Convert.FromHexString(value))).Client;

        Assert.False(ParsedCertificate.TryParse(client.Der.Span, out _, out Finding finding));
        Assert.Equal(ValidationReason.ExtensionMalformed, finding.Reason);
    }
}
