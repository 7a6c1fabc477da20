using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing;

namespace IntranetPortal;

/// <summary>The files that a person takes to their browser. Without a folder of the person's own they are removed at the end.</summary>
internal sealed class Handout : IDisposable
{
    private readonly bool _stays;

    private Handout(string folder, bool stays)
    {
        Folder = folder;
        _stays = stays;
    }

    public string Folder { get; }

    /// <summary>Gets the password of both devices' files: 80 bits by chance.</summary>
    public string Password { get; } = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 16);

    public string Laptop => Path.Combine(Folder, "laptop.p12");

    public string Phone => Path.Combine(Folder, "phone.p12");

    public string Root => Path.Combine(Folder, "acme-root.pem");

    public static Handout Write(Acme acme, string? folder)
    {
        // Only its owner can enter a folder that is made so.
        Handout handout = folder is null
            ? new(Directory.CreateTempSubdirectory("intranet-portal-").FullName, stays: false)
            : new(Directory.CreateDirectory(folder).FullName, stays: true);
        File.WriteAllBytes(handout.Laptop, Export(acme.Laptop, handout.Password));
        File.WriteAllBytes(handout.Phone, Export(acme.Phone, handout.Password));
        File.WriteAllText(handout.Root, acme.Root.ToPem());
        return handout;
    }

    public void Dispose()
    {
        if (!_stays)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    // Triple DES because every system that people have at home can read it; it is the password by chance that nobody guesses.
    private static byte[] Export(TestCertificate device, string password)
    {
        X509Certificate2Collection all = [device.ToX509Certificate2()];
        foreach (TestCertificate issuer in device.Chain.Skip(1))
        {
            all.Add(X509CertificateLoader.LoadCertificate(issuer.Der.Span));
        }

        return all.ExportPkcs12(Pkcs12ExportPbeParameters.Pkcs12TripleDesSha1, password);
    }
}
