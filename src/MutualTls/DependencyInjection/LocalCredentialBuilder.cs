using System.Security.Cryptography.X509Certificates;
using MutualTls.Credentials;

namespace MutualTls.DependencyInjection;

/// <summary>Says where a credential comes from; the last call holds.</summary>
public sealed class LocalCredentialBuilder
{
    internal LocalCredentialBuilder()
    {
    }

    internal Func<TimeProvider, LocalCredential>? Source { get; private set; }

    /// <summary>Reads PEM files when the application starts.</summary>
    /// <param name="certificateFile">The certificate first, then its intermediates.</param>
    /// <param name="privateKeyFile">The private key; null if it stands in <paramref name="certificateFile"/>.</param>
    /// <param name="password">The password of an encrypted key, or null.</param>
    /// <returns>This builder.</returns>
    public LocalCredentialBuilder FromPem(string certificateFile, string? privateKeyFile = null, string? password = null) =>
        From(clock => LocalCredential.FromPemFile(certificateFile, privateKeyFile, password, clock));

    /// <summary>Reads a PFX (PKCS#12) file when the application starts.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Its password, or null.</param>
    /// <returns>This builder.</returns>
    public LocalCredentialBuilder FromPfx(string path, string? password) => From(clock => LocalCredential.FromPfxFile(path, password, clock));

    /// <summary>Takes a certificate from the personal store of the operating system.</summary>
    /// <param name="sha256Fingerprint">The SHA-256 of the certificate as hexadecimal.</param>
    /// <param name="location">Whose store. The default is the current user's.</param>
    /// <returns>This builder.</returns>
    public LocalCredentialBuilder FromStore(string sha256Fingerprint, StoreLocation location = StoreLocation.CurrentUser) =>
        From(clock => LocalCredential.FromStore(sha256Fingerprint, location, clock));

    /// <summary>Takes a certificate that is in memory.</summary>
    /// <param name="certificate">The certificate with its private key.</param>
    /// <param name="intermediates">Its intermediates, or null.</param>
    /// <returns>This builder.</returns>
    public LocalCredentialBuilder FromCertificate(X509Certificate2 certificate, X509Certificate2Collection? intermediates = null) =>
        From(clock => LocalCredential.FromCertificate(certificate, intermediates, clock));

    private LocalCredentialBuilder From(Func<TimeProvider, LocalCredential> source)
    {
        Source = source;
        return this;
    }
}
