using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing;

namespace MutualTls.Handshakes;

/// <summary>The PKI of a run, as files: the servers are in another process, and nginx reads files anyway.</summary>
internal sealed class Material(string folder)
{
    public string Root => Path.Combine(folder, "root.pem");

    public string Intermediates => Path.Combine(folder, "issuing.pem");

    public string ServerChain => Path.Combine(folder, "server.pem");

    public string ServerKey => Path.Combine(folder, "server.key");

    /// <summary>Gets the certificate of the client that comes again and again, as DER.</summary>
    public string Client => Path.Combine(folder, "client.der");

    /// <summary>Gets the CRLs of both CAs; nobody of the run is on them.</summary>
    public string Crls => Path.Combine(folder, "crls.pem");

    public string Folder => folder;

    public static Material Write(string folder, TestPki pki)
    {
        Material material = new(folder);
        File.WriteAllText(material.Root, pki.Root.ToPem());
        File.WriteAllText(material.Intermediates, pki.Issuing.ToPem());
        File.WriteAllText(material.ServerChain, pki.Server.ChainToPem());
        File.WriteAllText(material.ServerKey, pki.Server.ExportPrivateKeyPem());
        File.WriteAllBytes(material.Client, pki.Client.Der.Span);
        File.WriteAllText(material.Crls, pki.Root.IssueCrl().ToPem() + pki.Issuing.IssueCrl().ToPem());
        return material;
    }

    /// <summary>Loads the server's certificate, its key and its chain for SslStream.</summary>
    public SslStreamCertificateContext ServerContext()
    {
        using X509Certificate2 withKey = X509Certificate2.CreateFromPemFile(ServerChain, ServerKey);
        return Context(X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null), Chain());
    }

    public X509Certificate2Collection Chain()
    {
        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(ServerChain);
        return chain;
    }

    public static SslStreamCertificateContext Context(X509Certificate2 certificate, X509Certificate2Collection chain) => SslStreamCertificateContext.Create(certificate, chain, offline: true);
}
