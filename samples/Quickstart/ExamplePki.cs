using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Credentials;
using MutualTls.Testing;

namespace Quickstart;

/// <summary>Makes certificates the way it is done in life: each party makes its own key and a request, and the CA checks the request and signs it.</summary>
internal sealed class ExamplePki
{
    public TestCertificateAuthority Root { get; } = TestCertificateAuthority.CreateRoot("Example Root CA");

    public TestCertificateAuthority Issuing => _issuing ??= Root.IssueIntermediate("Example Issuing CA", c => c.WithBasicConstraints(isCa: true, pathLength: 0));

    private TestCertificateAuthority? _issuing;

    /// <summary>Enrols one party: key, request, signed certificate, credential.</summary>
    /// <param name="subject">The common name, for people.</param>
    /// <param name="dnsName">The name in the certificate.</param>
    /// <param name="purpose">The extended key usage that the CA grants.</param>
    /// <param name="ca">Who signs.</param>
    /// <param name="defect">What goes wrong at the CA, for the refusals.</param>
    public static LocalCredential Enrol(
        string subject, string dnsName, string purpose, TestCertificateAuthority ca, Action<TestCertificateSpec>? defect = null)
    {
        // The party: its private key never leaves it.
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(new X500DistinguishedName($"CN={subject}"), key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(dnsName);
        if (dnsName == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        byte[] pkcs10 = request.CreateSigningRequest();

        // The CA: verifies that the requester holds the key, decides on the purpose, signs.
        TestCertificate issued = ca.SignRequest(pkcs10, c =>
        {
            c.WithEku(purpose);
            defect?.Invoke(c);
        });

        // The party again: joins key and certificate. An expired one is refused at start, so the sample looks at the clock of its better days.
        X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(issued.Der.Span).CopyWithPrivateKey(key);
        X509Certificate2Collection intermediates = ca.Issuer is null ? [] : [X509CertificateLoader.LoadCertificate(ca.Der.Span)];
        return LocalCredential.FromCertificate(certificate, intermediates, new FixedClock(certificate.NotBefore.ToUniversalTime()));
    }

    private sealed class FixedClock(DateTime now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
