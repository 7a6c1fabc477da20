using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MutualTls.Encoding;
using MutualTls.Findings;

namespace MutualTls.Certificates;

/// <summary>Holds what one certificate says, as read from its DER. RFC 5280 section 4.</summary>
/// <remarks>Reading checks form only: nothing here has been verified, and nothing says that the certificate is trusted.</remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class ParsedCertificate
{
    private readonly ReadOnlyMemory<byte> _der;
    private byte[]? _fingerprint;
    private VerificationKey? _key;
    private ReadOnlyMemory<byte>[]? _alone;
    private int _subjectHash;
    private int _issuerHash;
    private int _selfIssued;

    internal ParsedCertificate(ReadOnlyMemory<byte> der) => _der = der;

    /// <summary>Gets the certificate as it was presented.</summary>
    public ReadOnlyMemory<byte> Der => _der;

    /// <summary>Gets the first moment at which the certificate is valid.</summary>
    public DateTimeOffset NotBefore => new(NotBeforeTicks, TimeSpan.Zero);

    /// <summary>Gets the last moment at which the certificate is valid.</summary>
    public DateTimeOffset NotAfter => new(NotAfterTicks, TimeSpan.Zero);

    /// <summary>Gets the subject as text, RFC 4514 style, for people; never compare it.</summary>
    public string Subject => DistinguishedNameText.Of(SubjectName);

    /// <summary>Gets the issuer as text, RFC 4514 style, for people; never compare it.</summary>
    public string Issuer => DistinguishedNameText.Of(IssuerName);

    /// <summary>Gets the serial number as upper-case hexadecimal octets.</summary>
    public string SerialNumber => Convert.ToHexString(SerialNumberBytes);

    /// <summary>Gets the SHA-256 of the whole certificate as upper-case hexadecimal.</summary>
    public string Sha256Fingerprint => Convert.ToHexString(_fingerprint ??= SHA256.HashData(_der.Span));

    /// <summary>Gets whether basic constraints mark this as a CA certificate.</summary>
    public bool IsCa => Extensions.IsCa;

    /// <summary>Gets how many intermediates may follow below this CA, or null if it sets no limit.</summary>
    public int? PathLength => Extensions.PathLength;

    /// <summary>Gets the key usages, or null if the certificate states none.</summary>
    public KeyUsages? KeyUsages => Extensions.KeyUsages;

    /// <summary>Gets the extended key usages this library knows, or null if the certificate has no such extension.</summary>
    public ExtendedKeyUsages? ExtendedKeyUsages => Extensions.ExtendedKeyUsages;

    /// <summary>Gets the kind of the public key.</summary>
    public PublicKeyAlgorithm PublicKeyAlgorithm => PublicKey.Algorithm;

    /// <summary>Gets the length of the RSA modulus, or of the curve, in bits; 0 if unknown.</summary>
    public int PublicKeySize => PublicKey.KeySize;

    /// <summary>Gets how the certificate was signed.</summary>
    public SignatureAlgorithm SignatureAlgorithm { get; internal init; }

    /// <summary>Gets a list of this certificate alone, always the same.</summary>
    internal ReadOnlyMemory<byte>[] Alone => _alone ??= [_der];

    internal ReadOnlySpan<byte> Bytes => _der.Span;

    /// <summary>Gets <see cref="NotBefore"/> as <see cref="DateTimeOffset.UtcTicks"/>: half as long, and compared at once.</summary>
    internal long NotBeforeTicks { get; init; }

    internal long NotAfterTicks { get; init; }

    internal int Version { get; init; }

    internal DerRange TbsRange { get; init; }

    internal DerRange SerialRange { get; init; }

    internal DerRange IssuerRange { get; init; }

    internal DerRange SubjectRange { get; init; }

    internal DerRange SignatureRange { get; init; }

    internal SubjectPublicKeyInfo PublicKey { get; init; }

    /// <summary>Gets whether the signed and the unsigned algorithm identifier are the same octets. RFC 5280 section 4.1.1.2.</summary>
    internal bool SignatureAlgorithmsAgree { get; init; }

    /// <summary>Gets whether subject and issuer are the same name. RFC 5280 section 3.2. Compared once, when it is first asked.</summary>
    internal bool IsSelfIssued => (_selfIssued != 0 ? _selfIssued : _selfIssued = DistinguishedName.AreEqual(IssuerName, SubjectName) ? 1 : -1) > 0;

    internal CertificateExtensions Extensions { get; init; } = CertificateExtensions.None;

    internal ReadOnlySpan<byte> Tbs => TbsRange.Of(Bytes);

    internal ReadOnlySpan<byte> SerialNumberBytes => SerialRange.Of(Bytes);

    internal ReadOnlySpan<byte> IssuerName => IssuerRange.Of(Bytes);

    internal ReadOnlySpan<byte> SubjectName => SubjectRange.Of(Bytes);

    /// <summary>Gets <see cref="DistinguishedName.PreparedHash"/> of the subject; read once, and two threads read the same.</summary>
    internal int SubjectNameHash => _subjectHash != 0 ? _subjectHash : _subjectHash = NameHashes.Of(SubjectName);

    /// <summary>Gets <see cref="DistinguishedName.PreparedHash"/> of the issuer; read once, and two threads read the same.</summary>
    internal int IssuerNameHash => _issuerHash != 0 ? _issuerHash : _issuerHash = NameHashes.Of(IssuerName);

    internal ReadOnlySpan<byte> Signature => SignatureRange.Of(Bytes);

    internal ReadOnlySpan<byte> SubjectPublicKeyInfo => PublicKey.Encoded.Of(Bytes);

    /// <summary>Reads one certificate from its own copy of <paramref name="der"/>.</summary>
    /// <param name="der">Exactly one DER certificate.</param>
    /// <param name="certificate">The certificate, or null.</param>
    /// <param name="finding">What is wrong with it, where null is returned.</param>
    /// <returns>False if it is malformed; no exception is thrown for what it holds.</returns>
    public static bool TryParse(ReadOnlySpan<byte> der, [NotNullWhen(true)] out ParsedCertificate? certificate, out Finding finding) =>
        CertificateParser.TryParse(der.ToArray(), out certificate, out finding);

    /// <summary>Finds the value of a known extension; empty if absent.</summary>
    internal ReadOnlySpan<byte> ExtensionValue(ExtensionKind kind)
    {
        DerReader list = new(Bytes, Extensions.List);
        while (Extensions.Has(kind) && DerExtension.TryRead(ref list, out DerExtension extension))
        {
            if (ExtensionKinds.FromOid(extension.Oid.Of(Bytes)) == kind)
            {
                return extension.Value.Of(Bytes);
            }
        }

        return default;
    }

    /// <summary>Finds any extension by the content octets of its OID.</summary>
    internal bool TryFindExtension(ReadOnlySpan<byte> oid, out ReadOnlySpan<byte> value)
    {
        DerReader list = new(Bytes, Extensions.List);
        while (DerExtension.TryRead(ref list, out DerExtension extension))
        {
            if (extension.Oid.Of(Bytes).SequenceEqual(oid))
            {
                value = extension.Value.Of(Bytes);
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Gets the imported public key, importing it once; null if the platform cannot use it.</summary>
    /// <remarks>Two threads may both import on the first call; one result is kept, the other is left to the collector.</remarks>
    internal VerificationKey? GetVerificationKey()
    {
        if (_key is { } known)
        {
            return known;
        }

        VerificationKey? imported = VerificationKey.Import(PublicKey, Bytes);
        return imported is null ? null : Interlocked.CompareExchange(ref _key, imported, null) ?? imported;
    }

    /// <summary>Writes subject and serial number, for logs.</summary>
    public override string ToString() => $"{Subject} ({SerialNumber})";
}
