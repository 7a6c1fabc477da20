using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing;

namespace MutualTls.Tests.Testing;

/// <summary>The platform, which knows nothing of us, must find the PKI sound where it should be and broken where it was asked to be.</summary>
public class TestPkiTests
{
    public static TheoryData<TestKeyKind> Kinds => [TestKeyKind.P256, TestKeyKind.P384, TestKeyKind.P521, TestKeyKind.Rsa2048];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Build_NothingWrong_ThePlatformAgrees(TestKeyKind kind)
    {
        TestPki pki = new(new TestPkiOptions { KeyKind = kind });
        Assert.Equal(X509ChainStatusFlags.NoError, Verify(pki, pki.Server));
        Assert.Equal(X509ChainStatusFlags.NoError, Verify(pki, pki.Client));
    }

    public static TheoryData<string, Action<TestCertificateSpec>, X509ChainStatusFlags> Defects => new()
    {
        { "expired", c => c.Expired(), X509ChainStatusFlags.NotTimeValid },
        { "not yet valid", c => c.NotYetValid(), X509ChainStatusFlags.NotTimeValid },
        { "signature tampered", c => c.SignatureTampered(), X509ChainStatusFlags.NotSignatureValid },
        { "signed by another key", c => c.SignedByWrongKey(), X509ChainStatusFlags.NotSignatureValid },
        { "wrong purpose", c => c.WithEku(TestOids.CodeSigning), X509ChainStatusFlags.NotValidForUsage },
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void Build_WithADefect_ThePlatformFindsIt(string what, Action<TestCertificateSpec> defect, X509ChainStatusFlags expected)
    {
        TestPki pki = TestPki.With(client: defect);
        Assert.True((Verify(pki, pki.Client) & expected) == expected, what);
    }

    [Fact]
    public void Export_PemAndPfx_AreReadByThePlatform()
    {
        TestPki pki = new();
        using X509Certificate2 pem = X509Certificate2.CreateFromPem(pki.Client.ToPem(), pki.Client.ExportPrivateKeyPem());
        Assert.True(pem.HasPrivateKey);
        X509Certificate2Collection pfx = X509CertificateLoader.LoadPkcs12Collection(pki.Client.ExportPfx("secret"), "secret");
        Assert.Equal(2, pfx.Count);
        Assert.Single(pfx, c => c.HasPrivateKey);
    }

    [Fact]
    public void ToCredential_Expired_IsMadeAllTheSame() => Assert.True(TestPki.With(client: c => c.Expired()).Client.ToCredential().NotAfter < DateTimeOffset.UtcNow);

    [Fact]
    public void ToCredential_NoKey_Throws()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        TestCertificate certificate = new TestPki().Issuing.Issue(c => c.WithPublicKey(key.ExportSubjectPublicKeyInfo()));
        Assert.Throws<InvalidOperationException>(certificate.ToCredential);
    }

    private static X509ChainStatusFlags Verify(TestPki pki, TestCertificate certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(pki.Root.Der.Span));
        chain.ChainPolicy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span));
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(certificate == pki.Server ? TestOids.ServerAuthentication : TestOids.ClientAuthentication));
        using X509Certificate2 platform = X509CertificateLoader.LoadCertificate(certificate.Der.Span);
        chain.Build(platform);
        return chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
    }
}
