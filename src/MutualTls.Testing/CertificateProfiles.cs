using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MutualTls.Testing;

/// <summary>What each kind of certificate is filled in with before the test changes it: sound by RFC 5280 4.2.</summary>
internal static class CertificateProfiles
{
    private const int LongestCommonName = 64; // RFC 5280 appendix A.1, ub-common-name.

    public static TestCertificateSpec Root(string? name, TimeProvider timeProvider) =>
        Authority(name ?? Unique("Test Root"), years: 10, timeProvider).WithDefaultSubjectKeyIdentifier();

    public static TestCertificateSpec Intermediate(string? name, TimeProvider timeProvider) =>
        Authority(name ?? Unique("Test Intermediate"), years: 5, timeProvider)
            .WithDefaultSubjectKeyIdentifier()
            .WithDefaultAuthorityKeyIdentifier();

    public static TestCertificateSpec Server(string dnsNameOrIp, TimeProvider timeProvider) =>
        EndEntity(timeProvider)
            .WithSubject(dnsNameOrIp.Length > LongestCommonName ? TestName.Empty : TestName.Cn(dnsNameOrIp))
            .WithEku(TestOids.ServerAuthentication)
            .WithSan(names => AddHost(names, dnsNameOrIp));

    public static TestCertificateSpec Client(string name, TimeProvider timeProvider)
    {
        TestCertificateSpec spec = EndEntity(timeProvider)
            .WithSubject(name.Length > LongestCommonName ? TestName.Empty : TestName.Cn(name))
            .WithEku(TestOids.ClientAuthentication);
        return (name.Contains("://", StringComparison.Ordinal), name.Contains('@', StringComparison.Ordinal)) switch
        {
            (true, _) => spec.WithSan(names => names.Uri(name)),
            (_, true) => spec.WithSan(names => names.Email(name)),
            _ when Uri.CheckHostName(name) != UriHostNameType.Unknown => spec.WithSan(names => AddHost(names, name)),
            _ => spec,
        };
    }

    public static TestCertificateSpec EndEntity(TimeProvider timeProvider)
    {
        var spec = new TestCertificateSpec(timeProvider);
        return spec
            .WithSubject("Test End-Entity")
            .Validity(spec.Now.AddHours(-1), spec.Now.AddDays(90))
            .WithKeyUsage(X509KeyUsageFlags.DigitalSignature)
            .WithEku(TestOids.ServerAuthentication, TestOids.ClientAuthentication)
            .WithDefaultSubjectKeyIdentifier()
            .WithDefaultAuthorityKeyIdentifier();
    }

    public static TestCertificateSpec OcspSigner(TimeProvider timeProvider) =>
        EndEntity(timeProvider)
            .WithSubject(Unique("Test OCSP Signer"))
            .WithEku(TestOids.OcspSigning)
            .WithExtension(TestOids.OcspNoCheck, critical: false, [0x05, 0x00]);

    private static TestCertificateSpec Authority(string name, int years, TimeProvider timeProvider)
    {
        var spec = new TestCertificateSpec(timeProvider);
        return spec
            .WithSubject(name)
            .Validity(spec.Now.AddDays(-1), spec.Now.AddYears(years))
            .WithBasicConstraints(isCa: true)
            .WithKeyUsage(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign);
    }

    private static void AddHost(TestGeneralNames names, string dnsNameOrIp)
    {
        if (IPAddress.TryParse(dnsNameOrIp, out IPAddress? address))
        {
            names.Ip(address);
        }
        else
        {
            names.Dns(dnsNameOrIp);
        }
    }

    // Two authorities of the same name and different keys are a hard case that a test should ask for, not meet by chance.
    private static string Unique(string name) => $"{name} {Convert.ToHexString(RandomNumberGenerator.GetBytes(4))}";
}
