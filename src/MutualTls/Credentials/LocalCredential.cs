using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Findings;

namespace MutualTls.Credentials;

/// <summary>Holds what we present to peers: a certificate, its private key and its intermediates.</summary>
/// <remarks>Checked when made: the key belongs to the certificate, the certificate is in date, and the intermediates given lead on from it.</remarks>
/// <threadsafety>
/// Immutable but for <see cref="Stapling"/>; safe from any thread. It lives as long as the connections that use it, so it is left to the collector.
/// </threadsafety>
public sealed class LocalCredential
{
    private StaplingState _stapling = StaplingState.Off;
    private OcspStaple? _staple;

    private LocalCredential(X509Certificate2 certificate, ParsedCertificate parsed, X509Certificate2Collection intermediates, ParsedCertificate? issuer)
    {
        Certificate = certificate;
        Parsed = parsed;
        Intermediates = intermediates;
        Issuer = issuer;

        // Made once: for a bare certificate SslStream would build a chain on each connection, with downloads (so .NET 10 does on Linux).
        Context = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }

    /// <summary>Gets the certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Gets the intermediates that are sent with it.</summary>
    public X509Certificate2Collection Intermediates { get; }

    /// <summary>Gets the last moment at which the certificate is valid.</summary>
    public DateTimeOffset NotAfter => Parsed.NotAfter;

    /// <summary>Gets how far it is with presenting the OCSP answer about itself, which a registered credential may be told to do.</summary>
    /// <value>Changes as answers come and end. The default is <see cref="StaplingStatus.Off"/>.</value>
    public StaplingState Stapling
    {
        get => Volatile.Read(ref _stapling);
        internal set => Volatile.Write(ref _stapling, value);
    }

    internal ParsedCertificate Parsed { get; }

    /// <summary>Gets the issuer of the certificate; null if it was not given.</summary>
    internal ParsedCertificate? Issuer { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>Takes a certificate that has its private key.</summary>
    /// <param name="certificate">The certificate; it must not be disposed while the credential is in use.</param>
    /// <param name="intermediates">The intermediates in any order; a root among them is not sent.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <returns>The credential.</returns>
    /// <exception cref="MutualTlsConfigurationException">It cannot be used; the exception lists everything that is wrong.</exception>
    public static LocalCredential FromCertificate(X509Certificate2 certificate, X509Certificate2Collection? intermediates = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        List<string> errors = [];
        if (!ParsedCertificate.TryParse(certificate.RawDataMemory.Span, out ParsedCertificate? parsed, out Finding finding))
        {
            throw Unusable($"the certificate cannot be read: {finding}");
        }

        if (!certificate.HasPrivateKey)
        {
            errors.Add("the certificate has no private key");
        }

        DateTimeOffset now = (timeProvider ?? TimeProvider.System).GetUtcNow();
        if (now < parsed.NotBefore)
        {
            errors.Add($"the certificate is not valid before {parsed.NotBefore:u}");
        }
        else if (now > parsed.NotAfter)
        {
            errors.Add($"the certificate expired at {parsed.NotAfter:u}");
        }

        X509Certificate2Collection toSend = CredentialChain.Order(parsed, intermediates ?? [], errors, out ParsedCertificate? issuer);
        return errors.Count == 0 ? new LocalCredential(certificate, parsed, toSend, issuer) : throw Unusable([.. errors]);
    }

    /// <summary>Reads PEM text.</summary>
    /// <param name="certificates">The certificate first, then its intermediates.</param>
    /// <param name="privateKey">The private key; null if it stands in <paramref name="certificates"/>.</param>
    /// <param name="password">The password of an encrypted key, or null.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <returns>The credential.</returns>
    /// <exception cref="MutualTlsConfigurationException">It cannot be used.</exception>
    public static LocalCredential FromPem(string certificates, string? privateKey = null, string? password = null, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(certificates);
        try
        {
            string key = privateKey ?? certificates;
            X509Certificate2 certificate = password is null
                ? X509Certificate2.CreateFromPem(certificates, key)
                : X509Certificate2.CreateFromEncryptedPem(certificates, key, password);
            X509Certificate2Collection all = [];
            all.ImportFromPem(certificates);
            return FromCertificate(PlatformCredentials.MakeUsable(certificate), all, timeProvider);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw Unusable($"the PEM text cannot be used: {exception.Message}");
        }
    }

    /// <summary>Reads PEM files.</summary>
    /// <param name="certificateFile">The certificate first, then its intermediates.</param>
    /// <param name="privateKeyFile">The private key; null if it stands in <paramref name="certificateFile"/>.</param>
    /// <param name="password">The password of an encrypted key, or null.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <returns>The credential.</returns>
    /// <exception cref="MutualTlsConfigurationException">A file cannot be read, or the credential cannot be used.</exception>
    public static LocalCredential FromPemFile(string certificateFile, string? privateKeyFile = null, string? password = null, TimeProvider? timeProvider = null) =>
        FromPem(ReadText(certificateFile), privateKeyFile is null ? null : ReadText(privateKeyFile), password, timeProvider);

    /// <summary>Reads a PFX (PKCS#12).</summary>
    /// <param name="pfx">The content: the certificate with its private key, and its intermediates.</param>
    /// <param name="password">Its password, or null.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <returns>The credential.</returns>
    /// <exception cref="MutualTlsConfigurationException">It cannot be used.</exception>
    public static LocalCredential FromPfx(ReadOnlySpan<byte> pfx, string? password, TimeProvider? timeProvider = null)
    {
        X509Certificate2Collection all;
        try
        {
            all = X509CertificateLoader.LoadPkcs12Collection(pfx, password, PlatformCredentials.KeyStorage);
        }
        catch (CryptographicException exception)
        {
            throw Unusable($"the PFX cannot be used: {exception.Message}");
        }

        return all.FirstOrDefault(c => c.HasPrivateKey) is { } certificate
            ? FromCertificate(certificate, all, timeProvider)
            : throw Unusable("the PFX holds no certificate with a private key");
    }

    /// <summary>Reads a PFX (PKCS#12) file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Its password, or null.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <returns>The credential.</returns>
    /// <exception cref="MutualTlsConfigurationException">It cannot be read or used.</exception>
    public static LocalCredential FromPfxFile(string path, string? password, TimeProvider? timeProvider = null) =>
        FromPfx(Read(path, File.ReadAllBytes), password, timeProvider);

    /// <summary>Takes a certificate from a store of the operating system.</summary>
    /// <param name="sha256Fingerprint">The SHA-256 of the certificate as hexadecimal; separators and case do not count.</param>
    /// <param name="location">Whose store. The default is the current user's.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <returns>The credential; its intermediates come from the store of intermediates.</returns>
    /// <exception cref="MutualTlsConfigurationException">It is not there or cannot be used.</exception>
    public static LocalCredential FromStore(string sha256Fingerprint, StoreLocation location = StoreLocation.CurrentUser, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sha256Fingerprint);
        string wanted = string.Concat(sha256Fingerprint.Where(char.IsAsciiHexDigit)).ToUpperInvariant();
        using X509Store personal = new(StoreName.My, location);
        personal.Open(OpenFlags.ReadOnly);
        X509Certificate2? found = personal.Certificates.FirstOrDefault(c => c.GetCertHashString(HashAlgorithmName.SHA256) == wanted);
        if (found is null)
        {
            throw Unusable($"no certificate with SHA-256 {wanted} is in the personal store of {location}");
        }

        using X509Store intermediates = new(StoreName.CertificateAuthority, location);
        intermediates.Open(OpenFlags.ReadOnly);
        return FromCertificate(found, CredentialChain.FindIssuers(found, intermediates.Certificates), timeProvider);
    }

    /// <summary>Takes the newest certificate with a subject from a store of the operating system.</summary>
    /// <param name="subject">The whole subject (<c>CN=web,O=Acme</c>, RFC 4514).</param>
    /// <param name="location">Whose store. The default is the current user's.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <returns>The credential: of those in date that have their key, the one that became valid last.</returns>
    /// <exception cref="MutualTlsConfigurationException">There is none, or it cannot be used.</exception>
    public static LocalCredential FromStoreBySubject(string subject, StoreLocation location = StoreLocation.CurrentUser, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(subject);
        using X509Store personal = new(StoreName.My, location);
        personal.Open(OpenFlags.ReadOnly);
        X509Certificate2 found = CredentialChain.FindNewest(subject, personal.Certificates, (timeProvider ?? TimeProvider.System).GetUtcNow(), out string? error)
            ?? throw Unusable($"{error} in the personal store of {location}");
        using X509Store intermediates = new(StoreName.CertificateAuthority, location);
        intermediates.Open(OpenFlags.ReadOnly);
        return FromCertificate(found, CredentialChain.FindIssuers(found, intermediates.Certificates), timeProvider);
    }

    /// <summary>Makes it able to present an OCSP answer later; called before anybody presents it.</summary>
    internal LocalCredential PrepareStaple()
    {
        if (Stapling.Status == StaplingStatus.Off)
        {
            PlatformStaple.TryPrepare(Context);
            Stapling = new StaplingState(StaplingStatus.Asked);
        }

        return this;
    }

    /// <summary>Presents an OCSP answer from now on.</summary>
    /// <returns>False if the platform has no way to.</returns>
    internal bool TryStaple(ReadOnlyMemory<byte> answer, DateTimeOffset until)
    {
        SslStreamCertificateContext context = SslStreamCertificateContext.Create(Certificate, Intermediates, offline: true);
        if (!PlatformStaple.TryAttach(context, answer))
        {
            return false;
        }

        Volatile.Write(ref _staple, new OcspStaple(answer, until, context));
        return true;
    }

    /// <summary>Presents no OCSP answer any more.</summary>
    internal void Unstaple() => Volatile.Write(ref _staple, null);

    /// <summary>Gets the OCSP answer to present at a time; null if there is none, or it is over.</summary>
    internal OcspStaple? StapleAt(DateTimeOffset now) => Volatile.Read(ref _staple) is { } staple && now < staple.Until ? staple : null;

    /// <summary>Tells whether the same would be sent to a peer.</summary>
    internal bool IsSameAs(LocalCredential other) => Parsed.Bytes.SequenceEqual(other.Parsed.Bytes)
        && Intermediates.Select(certificate => certificate.Thumbprint).SequenceEqual(other.Intermediates.Select(certificate => certificate.Thumbprint), StringComparer.Ordinal);

    /// <summary>Writes subject and expiry, never the key.</summary>
    public override string ToString() => $"{Parsed.Subject}, until {NotAfter:u}";

    private static string ReadText(string path) => Read(path, File.ReadAllText);

    private static T Read<T>(string path, Func<string, T> read)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        try
        {
            return read(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"'{path}' cannot be read: {exception.Message}");
        }
    }

    private static MutualTlsConfigurationException Unusable(params string[] errors) => new("credential", errors);
}
