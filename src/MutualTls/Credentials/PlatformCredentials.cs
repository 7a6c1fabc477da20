using System.Security.Cryptography.X509Certificates;

namespace MutualTls.Credentials;

/// <summary>The one place where private keys differ by operating system.</summary>
internal static class PlatformCredentials
{
    /// <summary>Gets how keys of a PFX are kept: on Windows SChannel cannot use a key that lives in memory only.</summary>
    public static X509KeyStorageFlags KeyStorage => OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;

    /// <summary>Makes a certificate with a key read from PEM usable for TLS.</summary>
    public static X509Certificate2 MakeUsable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null, KeyStorage);
        }
    }
}
