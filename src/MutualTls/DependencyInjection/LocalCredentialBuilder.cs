using System.Security.Cryptography.X509Certificates;
using MutualTls.Credentials;
using MutualTls.Sources;

namespace MutualTls.DependencyInjection;

/// <summary>Says where a credential comes from, the last call holds, and whether it presents the OCSP answer about itself.</summary>
public sealed class LocalCredentialBuilder
{
    internal LocalCredentialBuilder()
    {
    }

    internal Func<CredentialOrigin>? Origin { get; private set; }

    internal OcspStapling Stapling { get; private set; }

    /// <summary>Presents the responder's answer that the certificate is not revoked in handshakes with clients that want one (OCSP stapling), so that they need not ask themselves.</summary>
    /// <returns>This builder.</returns>
    /// <remarks>
    /// For clients that cannot reach the responder, or that insist on an answer (RFC 7633). The responder that the certificate names is asked beside the handshakes, within the limits
    /// of <see cref="MutualTlsBuilder.ConfigureRevocation"/>, and again at half of the time that the answer has left. No handshake waits for it: while there is none, none is presented.
    /// Only an answer that is verified and says good is. Needs the certificate of the issuer with the credential, even a root, which is not sent; see
    /// <see cref="LocalCredential.Stapling"/> for how far it is. Linux only: Windows does the same by itself, macOS cannot. <rfc>6066 8</rfc>
    /// </remarks>
    public LocalCredentialBuilder StapleOcsp()
    {
        Stapling = OcspStapling.Enabled;
        return this;
    }

    /// <summary>Follows PEM files: what takes their place is presented on new connections.</summary>
    /// <param name="certificateFile">The certificate first, then its intermediates.</param>
    /// <param name="privateKeyFile">The private key; null if it stands in <paramref name="certificateFile"/>.</param>
    /// <param name="password">The password of an encrypted key, or null.</param>
    /// <returns>This builder.</returns>
    public LocalCredentialBuilder FromPem(string certificateFile, string? privateKeyFile = null, string? password = null) =>
        From(() => CredentialOrigin.Pem(certificateFile, privateKeyFile, password));

    /// <summary>Follows a PFX (PKCS#12) file: what takes its place is presented on new connections.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Its password, or null.</param>
    /// <returns>This builder.</returns>
    public LocalCredentialBuilder FromPfx(string path, string? password) => From(() => CredentialOrigin.Pfx(path, password));

    /// <summary>Takes a certificate from the personal store of the operating system.</summary>
    /// <param name="sha256Fingerprint">The SHA-256 of the certificate as hexadecimal.</param>
    /// <param name="location">Whose store. The default is the current user's.</param>
    /// <returns>This builder.</returns>
    public LocalCredentialBuilder FromStore(string sha256Fingerprint, StoreLocation location = StoreLocation.CurrentUser) =>
        From(() => CredentialOrigin.Once(clock => LocalCredential.FromStore(sha256Fingerprint, location, clock)));

    /// <summary>Follows the personal store of the operating system: the newest certificate with a subject, looked for every minute.</summary>
    /// <param name="subject">The whole subject (<c>CN=web,O=Acme</c>, RFC 4514).</param>
    /// <param name="location">Whose store. The default is the current user's.</param>
    /// <returns>This builder.</returns>
    public LocalCredentialBuilder FromStoreBySubject(string subject, StoreLocation location = StoreLocation.CurrentUser) =>
        From(() => CredentialOrigin.Asked(clock => LocalCredential.FromStoreBySubject(subject, location, clock)));

    /// <summary>Takes a certificate that is in memory.</summary>
    /// <param name="certificate">The certificate with its private key.</param>
    /// <param name="intermediates">Its intermediates, or null.</param>
    /// <returns>This builder.</returns>
    public LocalCredentialBuilder FromCertificate(X509Certificate2 certificate, X509Certificate2Collection? intermediates = null) =>
        From(() => CredentialOrigin.Once(clock => LocalCredential.FromCertificate(certificate, intermediates, clock)));

    /// <summary>Asks a delegate at start and every minute, for keys that come from a vault or an agent.</summary>
    /// <param name="load">Gets the credential; if it throws, the last good one stays. It should not take long.</param>
    /// <returns>This builder.</returns>
    public LocalCredentialBuilder From(Func<LocalCredential> load)
    {
        ArgumentNullException.ThrowIfNull(load);
        return From(() => CredentialOrigin.Asked(_ => load()));
    }

    /// <summary>Takes whatever a source of the application has at each moment.</summary>
    /// <param name="source">The source.</param>
    /// <returns>This builder.</returns>
    public LocalCredentialBuilder FromSource(SnapshotSource<LocalCredential> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return From(() => CredentialOrigin.Of(source));
    }

    private LocalCredentialBuilder From(Func<CredentialOrigin> origin)
    {
        Origin = origin;
        return this;
    }
}
