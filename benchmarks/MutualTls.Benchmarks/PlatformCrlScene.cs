using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing;
using MutualTls.Tests.Revocation.Crl;

namespace MutualTls.Benchmarks;

/// <summary>A client and the CRL of its issuer, as a file and as the platform wants it: at a URL.</summary>
internal sealed class PlatformCrlScene : IDisposable
{
    // The platform keeps what it fetched in the user's home; here it gets another one, before it first looks.
    private static readonly string s_home = Directory.CreateTempSubdirectory("mutualtls-home-").FullName;

    private readonly TestRevocationServer _server = TestRevocationServer.Start();
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _issuing;
    private readonly X509Certificate2 _leaf;

    static PlatformCrlScene()
    {
        Environment.SetEnvironmentVariable("HOME", s_home);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(s_home, recursive: true);
    }

    public PlatformCrlScene(int entries)
    {
        byte[] der = BigCrl.Write(Pki.Issuing, BigCrl.Serials(entries, length: 16, seed: 1));
        File = Path.Combine(s_home, $"{entries}.crl");
        System.IO.File.WriteAllBytes(File, der);
        _server.ConfigureCrl = crl => crl.MutateDer(_ => der);
        Client = Pki.Issuing.IssueClient("client.test", c => c.WithCrlDistributionPoints(_server.CrlUrl(Pki.Issuing)));
        _root = X509CertificateLoader.LoadCertificate(Pki.Root.Der.Span);
        _issuing = X509CertificateLoader.LoadCertificate(Pki.Issuing.Der.Span);
        _leaf = X509CertificateLoader.LoadCertificate(Client.Der.Span);
        Build(X509RevocationMode.Online);
    }

    public TestPki Pki { get; } = new();

    public TestCertificate Client { get; }

    public string File { get; }

    public bool Build(X509RevocationMode mode)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = mode,
            RevocationFlag = X509RevocationFlag.EndCertificateOnly,
            UrlRetrievalTimeout = TimeSpan.FromMinutes(1),
        };
        policy.CustomTrustStore.Add(_root);
        policy.ExtraStore.Add(_issuing);
        return Scene.Build(policy, _leaf);
    }

    public void Dispose()
    {
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _root.Dispose();
        _issuing.Dispose();
        _leaf.Dispose();
        System.IO.File.Delete(File);
    }
}
