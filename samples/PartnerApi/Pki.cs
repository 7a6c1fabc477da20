using MutualTls.Testing;

namespace PartnerApi;

/// <summary>Who issues certificates in this story, and where each machine has its files. Everything is new each time.</summary>
internal sealed class Pki : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mutualtls-").FullName;
    private string _crls = "";

    public Pki() => Partners = Root.IssueIntermediate("Partners CA");

    public TestCertificateAuthority Root { get; } = TestCertificateAuthority.CreateRoot("Partners Root");

    public TestCertificateAuthority Partners { get; }

    /// <summary>Gives the machine of the API its files, the CRLs among them.</summary>
    /// <returns>Its folder.</returns>
    public string EnrolApi(TestCertificate certificate)
    {
        string own = Enrol("api", certificate);
        _crls = Directory.CreateDirectory(Path.Combine(own, "crls")).FullName;
        Publish("root", Root.IssueCrl());
        Publish("partners", Partners.IssueCrl());
        return own;
    }

    /// <summary>Gives the machine of a partner its files.</summary>
    /// <returns>Its folder.</returns>
    public string EnrolPartner(TestCertificate certificate) => Enrol("partner", certificate);

    /// <summary>Publishes a CRL that lists a certificate.</summary>
    public void Revoke(TestCertificate certificate) => Publish("partners", Partners.IssueCrl(crl => crl.Revoke(certificate)));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // As on a machine of its own: files of credentials are followed.
    private string Enrol(string name, TestCertificate certificate)
    {
        string own = Directory.CreateDirectory(Path.Combine(_folder, Path.GetRandomFileName())).FullName;
        certificate.WritePem(own, name);
        File.WriteAllText(Path.Combine(own, "root.pem"), Root.ToPem());
        return own;
    }

    private void Publish(string name, TestCrl crl) => File.WriteAllBytes(Path.Combine(_crls, name + ".crl"), crl.Der.Span);
}
