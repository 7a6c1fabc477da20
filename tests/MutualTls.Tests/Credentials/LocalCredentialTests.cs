using System.Security.Cryptography.X509Certificates;
using MutualTls.Credentials;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;
using MutualTls.Trust;

namespace MutualTls.Tests.Credentials;

public class LocalCredentialTests
{
    [Fact]
    public void From_EachForm_HoldsCertificateKeyAndIntermediate()
    {
        TestPki pki = new();
        LocalCredential[] credentials =
        [
            LocalCredential.FromPem(pki.Server.ChainToPem(), pki.Server.ExportPrivateKeyPem()),
            LocalCredential.FromPem(pki.Server.ChainToPem() + pki.Server.ExportPrivateKeyPem()),
            LocalCredential.FromPfx(pki.Server.ExportPfx("secret"), "secret"),
            LocalCredential.FromCertificate(pki.Server.ToX509Certificate2(), [X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span), X509CertificateLoader.LoadCertificate(pki.Root.Der.Span)]),
        ];
        Assert.All(credentials, c =>
        {
            Assert.True(c.Certificate.HasPrivateKey);
            Assert.Equal(pki.Issuing.Der.ToArray(), Assert.Single(c.Intermediates).RawData);
        });
    }

    public static TheoryData<string, Func<LocalCredential>, string> Unusable => new()
    {
        { "key of another", () => LocalCredential.FromPem(new TestPki().Server.ToPem(), new TestPki().Server.ExportPrivateKeyPem()), "PEM" },
        { "expired", () => FromPem(TestPki.With(server: c => c.Expired()).Server), "expired" },
        { "not yet valid", () => FromPem(TestPki.With(server: c => c.NotYetValid()).Server), "not valid before" },
        { "no key", () => LocalCredential.FromCertificate(X509CertificateLoader.LoadCertificate(new TestPki().Server.Der.Span)), "no private key" },
        { "wrong password", () => LocalCredential.FromPfx(new TestPki().Server.ExportPfx("secret"), "guess"), "PFX" },
        { "no PEM", () => LocalCredential.FromPem("nothing", "nothing"), "PEM" },
        { "no file", () => LocalCredential.FromPemFile("/nowhere/a.pem"), "/nowhere/a.pem" },
        {
            "chain that does not lead on",
            () => LocalCredential.FromPem(new TestPki() is var pki ? pki.Server.ToPem() + new TestPki().Issuing.ToPem() : "", pki.Server.ExportPrivateKeyPem()),
            "incomplete"
        },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void From_Unusable_ThrowsAndSaysWhy(string what, Func<LocalCredential> make, string mentions)
    {
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(make);
        Assert.True(refused.Message.Contains(mentions, StringComparison.Ordinal), $"{what}: {refused.Message}");
    }

    [Fact]
    public void Anchor_EndEntity_IsRefused()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => TrustAnchor.FromCertificate(new TestPki().Client.Der.Span));
        Assert.Contains("end-entity", refused.Message);
    }

    [Fact]
    public void Anchor_IntermediateWithoutItsRoot_IsTrusted()
    {
        TestPki pki = new();
        Assert.True(Pair.JudgeClient(pki, policy: Pair.Trusting(pki.Issuing)).IsAccepted);
    }

    [Fact]
    public void Anchor_BareNameAndKey_IsTrusted()
    {
        TestPki pki = new();
        PeerPolicy policy = PeerPolicy.Create("bare", p => p
            .Trust(TrustAnchor.FromNameAndKey(pki.Root.Subject.Encoded.Span, pki.Root.Key.SubjectPublicKeyInfo.Span)).WithoutRevocation());
        Assert.True(Pair.JudgeClient(pki, policy: policy).IsAccepted);
    }

    private static LocalCredential FromPem(TestCertificate certificate) => LocalCredential.FromPem(certificate.ChainToPem(), certificate.ExportPrivateKeyPem());
}
