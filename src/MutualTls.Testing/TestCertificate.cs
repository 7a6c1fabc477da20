using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Credentials;

namespace MutualTls.Testing;

/// <summary>Holds an issued test certificate, with its key and its issuers.</summary>
/// <remarks>What <see cref="TestCertificateSpec"/> was told to break is broken here: not every one of these can be loaded by the platform.</remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public class TestCertificate
{
    private readonly TestKey? _key;
    private readonly byte[] _der;
    private readonly byte[] _serial;

    private protected TestCertificate(TestCertificateSpec spec, TestCertificateAuthority? issuer, TimeProvider timeProvider)
    {
        _der = spec.Write(issuer);
        _key = spec.Key;
        _serial = spec.Serial;
        Issuer = issuer;
        Subject = spec.Subject;
        SubjectKeyId = spec.SubjectKeyId;
        TimeProvider = timeProvider;
        Chain = WithIntermediates();
        Sha256Fingerprint = Convert.ToHexString(SHA256.HashData(_der));
    }

    /// <summary>Gets the certificate as DER, defects included.</summary>
    public ReadOnlyMemory<byte> Der => _der;

    /// <summary>Gets the SHA-256 of <see cref="Der"/>, as upper-case hexadecimal digits without separators.</summary>
    public string Sha256Fingerprint { get; }

    /// <summary>Gets the subject's name.</summary>
    public TestName Subject { get; }

    /// <summary>Gets the content octets of the serial number.</summary>
    public ReadOnlyMemory<byte> SerialNumber => _serial;

    /// <summary>Gets who issued this certificate, or null where it is self-signed.</summary>
    public TestCertificateAuthority? Issuer { get; }

    /// <summary>Gets whether the private key is here.</summary>
    public bool HasKey => _key is not null;

    /// <summary>Gets the key.</summary>
    /// <exception cref="InvalidOperationException">The certificate was issued for a public key alone: see <see cref="HasKey"/>.</exception>
    public TestKey Key => _key ?? throw new InvalidOperationException("This certificate was issued for a public key; its private key is not here.");

    /// <summary>Gets what a peer would send: this certificate and the intermediates above it, without the root.</summary>
    /// <value>From this certificate upward. A self-signed certificate is alone.</value>
    public IReadOnlyList<TestCertificate> Chain { get; }

    internal byte[] SubjectKeyId { get; }

    internal TimeProvider TimeProvider { get; }

    /// <summary>Issues a certificate that signs itself and is no authority: digital signature, for servers and clients alike.</summary>
    /// <param name="configure">Changes what is issued.</param>
    /// <param name="timeProvider">The clock that validity is counted by. The default is <see cref="System.TimeProvider.System"/>.</param>
    /// <returns>The certificate.</returns>
    public static TestCertificate CreateSelfSigned(Action<TestCertificateSpec>? configure = null, TimeProvider? timeProvider = null)
    {
        timeProvider ??= TimeProvider.System;
        TestCertificateSpec spec = CertificateProfiles.EndEntity(timeProvider).WithoutExtension(TestOids.AuthorityKeyIdentifier);
        configure?.Invoke(spec);
        return new TestCertificate(spec, issuer: null, timeProvider);
    }

    /// <summary>Loads the certificate into the platform's type, with its private key where that is here.</summary>
    /// <returns>A new object; dispose it.</returns>
    /// <exception cref="CryptographicException">The platform cannot read the certificate, as some defects intend.</exception>
    public X509Certificate2 ToX509Certificate2()
    {
        X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(_der);
        if (_key is null)
        {
            return certificate;
        }

        using (certificate)
        {
            return WithPrivateKey(certificate);
        }
    }

    /// <summary>Makes what a server or client presents: this certificate with its key, and the intermediates above it.</summary>
    /// <returns>The credential, whatever the certificate's dates: in life an expired one is refused at start, in a test it is the peer that must refuse it.</returns>
    /// <exception cref="InvalidOperationException">The private key is not here.</exception>
    /// <exception cref="CryptographicException">The platform cannot read one of the certificates, as some defects intend.</exception>
    public LocalCredential ToCredential()
    {
        if (!HasKey)
        {
            throw new InvalidOperationException("This certificate was issued for a public key; its private key is not here.");
        }

        X509Certificate2 certificate = ToX509Certificate2();
        X509Certificate2Collection intermediates = [.. Chain.Skip(1).Select(issuer => X509CertificateLoader.LoadCertificate(issuer._der))];
        return LocalCredential.FromCertificate(certificate, intermediates, new ClockAt(certificate.NotBefore.ToUniversalTime()));
    }

    /// <summary>Exports the certificate as PEM.</summary>
    /// <returns>One CERTIFICATE block (RFC 7468 5) that ends with a line break.</returns>
    public string ToPem() => PemEncoding.WriteString("CERTIFICATE", _der) + "\n";

    /// <summary>Exports <see cref="Chain"/> as PEM.</summary>
    /// <returns>One CERTIFICATE block each, this certificate first.</returns>
    public string ChainToPem() => string.Concat(Chain.Select(certificate => certificate.ToPem()));

    /// <summary>Exports the private key as PEM, unencrypted.</summary>
    /// <returns>One PRIVATE KEY block (RFC 7468 10) that ends with a line break.</returns>
    /// <exception cref="InvalidOperationException">The private key is not here.</exception>
    public string ExportPrivateKeyPem() => PemEncoding.WriteString("PRIVATE KEY", Key.ExportPkcs8()) + "\n";

    /// <summary>Exports <see cref="Chain"/> and the private key as PKCS#12.</summary>
    /// <param name="password">The password; null or empty for none.</param>
    /// <returns>The PFX file.</returns>
    /// <exception cref="InvalidOperationException">The private key is not here.</exception>
    /// <exception cref="CryptographicException">The platform cannot read one of the certificates, as some defects intend.</exception>
    public byte[] ExportPfx(string? password)
    {
        var collection = new X509Certificate2Collection();
        try
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(_der);
            collection.Add(CopyWithKey(certificate));
            foreach (TestCertificate intermediate in Chain.Skip(1))
            {
                collection.Add(X509CertificateLoader.LoadCertificate(intermediate._der));
            }

            return collection.ExportPkcs12(Pkcs12ExportPbeParameters.Default, password);
        }
        finally
        {
            foreach (X509Certificate2 member in collection)
            {
                member.Dispose();
            }
        }
    }

    /// <summary>Writes PEM files for programs that want files: the chain, and the private key where that is here.</summary>
    /// <param name="directory">Where; made if it is not there.</param>
    /// <param name="name">The start of the file names: <c>name.pem</c> and <c>name.key.pem</c>, which are replaced if they are there.</param>
    /// <exception cref="ArgumentException">An argument is null or empty.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <remarks>The key is unencrypted. Outside Windows only the owner can read it.</remarks>
    public void WritePem(string directory, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, name + ".pem"), ChainToPem());
        if (HasKey)
        {
            WriteForOwner(Path.Combine(directory, name + ".key.pem"), ExportPrivateKeyPem());
        }
    }

    internal static TestCertificate Issue(TestCertificateSpec spec, TestCertificateAuthority issuer, TimeProvider timeProvider) =>
        new(spec, issuer, timeProvider);

    private List<TestCertificate> WithIntermediates()
    {
        List<TestCertificate> chain = [this];
        for (TestCertificateAuthority? above = Issuer; above?.Issuer is not null; above = above.Issuer)
        {
            chain.Add(above);
        }

        return chain;
    }

    private X509Certificate2 WithPrivateKey(X509Certificate2 certificate)
    {
        X509Certificate2 withKey = CopyWithKey(certificate);
        if (!OperatingSystem.IsWindows())
        {
            return withKey;
        }

        // SChannel, which SslStream uses on Windows, cannot use a key that lives in this process alone.
        using (withKey)
        {
            byte[] pfx = withKey.ExportPkcs12(Pkcs12ExportPbeParameters.Default, password: null);
            return X509CertificateLoader.LoadPkcs12(pfx, password: null, X509KeyStorageFlags.Exportable);
        }
    }

    private static void WriteForOwner(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }

    private X509Certificate2 CopyWithKey(X509Certificate2 certificate) => Key.Algorithm switch
    {
        ECDsa ecdsa => certificate.CopyWithPrivateKey(ecdsa),
        RSA rsa => certificate.CopyWithPrivateKey(rsa),
        _ => throw new InvalidOperationException("The key is neither ECDSA nor RSA."),
    };

    private sealed class ClockAt(DateTime now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
