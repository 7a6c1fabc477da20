using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Findings;

namespace MutualTls.Trust;

/// <summary>Holds a name and a key that are trusted outright. RFC 5280 section 6.1.1 (d).</summary>
/// <remarks>
/// An anchor given as a certificate also binds by what that certificate says: dates, constraints and critical extensions hold for
/// every path below it (RFC 5937).
/// </remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class TrustAnchor
{
    private const int Unknown = 0, Yes = 1, No = 2;

    private readonly ReadOnlyMemory<byte> _name;
    private readonly ReadOnlyMemory<byte> _keyInfo;
    private VerificationKey? _key;
    private int _selfSigned = Unknown;

    private TrustAnchor(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> keyInfo, SubjectPublicKeyInfo key, ParsedCertificate? certificate)
    {
        _name = name;
        _keyInfo = keyInfo;
        PublicKey = key;
        Certificate = certificate;
    }

    /// <summary>Gets the certificate the anchor was given as, or null if it was given as name and key.</summary>
    public ParsedCertificate? Certificate { get; }

    /// <summary>Gets the name as text, for people; never compare it.</summary>
    public string Subject => DistinguishedNameText.Of(SubjectName);

    internal ReadOnlySpan<byte> SubjectName => _name.Span;

    /// <summary>Gets the whole SubjectPublicKeyInfo.</summary>
    internal ReadOnlySpan<byte> EncodedKey => _keyInfo.Span;

    /// <summary>Gets what kind of key it is; its ranges count from the start of <see cref="EncodedKey"/>.</summary>
    internal SubjectPublicKeyInfo PublicKey { get; }

    /// <summary>Gets whether the anchor's certificate is signed with the anchor's own key, whatever its issuer is called. RFC 5280 section 4.2.1.1. Found out once.</summary>
    internal bool IsSelfSigned
    {
        get
        {
            if (_selfSigned == Unknown)
            {
                _selfSigned = Certificate is { } own && GetVerificationKey() is { } key && key.Supports(own.SignatureAlgorithm)
                    && key.Verify(own.SignatureAlgorithm, own.Tbs, own.Signature) ? Yes : No;
            }

            return _selfSigned == Yes;
        }
    }

    /// <summary>Takes a certificate of a CA, self-signed or not, as an anchor.</summary>
    /// <param name="der">Exactly one DER certificate.</param>
    /// <returns>The anchor.</returns>
    /// <exception cref="ArgumentException">The certificate is malformed, or it is an end-entity's.</exception>
    public static TrustAnchor FromCertificate(ReadOnlySpan<byte> der)
    {
        if (!ParsedCertificate.TryParse(der, out ParsedCertificate? certificate, out Finding finding))
        {
            throw new ArgumentException($"A trust anchor cannot be read: {finding}.", nameof(der));
        }

        return FromCertificate(certificate);
    }

    /// <summary>Takes a certificate of a CA, self-signed or not, as an anchor.</summary>
    /// <param name="certificate">The certificate; it may be disposed afterwards.</param>
    /// <returns>The anchor.</returns>
    /// <exception cref="ArgumentException">The certificate is malformed, or it is an end-entity's.</exception>
    public static TrustAnchor FromCertificate(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return FromCertificate(certificate.RawDataMemory.Span);
    }

    /// <summary>Takes a certificate of a CA, self-signed or not, as an anchor.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <returns>The anchor.</returns>
    /// <exception cref="ArgumentException">The certificate is an end-entity's.</exception>
    public static TrustAnchor FromCertificate(ParsedCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);

        // Versions 1 and 2 have no extension to say so in; of those only a self-issued one is taken for a root.
        if (!certificate.IsCa && !(certificate.Version < 3 && certificate.IsSelfIssued))
        {
            throw new ArgumentException(
                $"'{certificate.Subject}' is the certificate of an end-entity, not of a CA, so it cannot be a trust anchor. Trust the CA that issued it, or say AllowCertificate to trust this one certificate as itself.",
                nameof(certificate));
        }

        ReadOnlyMemory<byte> der = certificate.Der;
        DerRange key = certificate.PublicKey.Encoded;
        return FromParts(der.Slice(certificate.SubjectRange.Start, certificate.SubjectRange.Length), der.Slice(key.Start, key.Length), certificate);
    }

    /// <summary>Takes a bare name and key as an anchor; it sets no dates and no constraints.</summary>
    /// <param name="subjectName">The DER of the name.</param>
    /// <param name="subjectPublicKeyInfo">The DER of the SubjectPublicKeyInfo.</param>
    /// <returns>The anchor.</returns>
    /// <exception cref="ArgumentException">One of them is malformed, or the name is empty.</exception>
    public static TrustAnchor FromNameAndKey(ReadOnlySpan<byte> subjectName, ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        if (!DistinguishedName.IsWellFormed(subjectName) || DistinguishedName.IsEmpty(subjectName))
        {
            throw new ArgumentException("The name of a trust anchor is not a well-formed, non-empty distinguished name.", nameof(subjectName));
        }

        return FromParts(subjectName.ToArray(), subjectPublicKeyInfo.ToArray(), certificate: null);
    }

    /// <summary>Makes the anchor of a path that is one certificate, trusted as itself; it can issue nothing, since no search is ever given it.</summary>
    internal static TrustAnchor ForDirectTrust(ParsedCertificate certificate)
    {
        ReadOnlyMemory<byte> der = certificate.Der;
        DerRange key = certificate.PublicKey.Encoded;
        return FromParts(der.Slice(certificate.SubjectRange.Start, certificate.SubjectRange.Length), der.Slice(key.Start, key.Length), certificate: null);
    }

    /// <summary>Gets the imported key, importing it once; null if the platform cannot use it.</summary>
    internal VerificationKey? GetVerificationKey()
    {
        if (_key is { } known)
        {
            return known;
        }

        VerificationKey? imported = VerificationKey.Import(PublicKey, EncodedKey);
        return imported is null ? null : Interlocked.CompareExchange(ref _key, imported, null) ?? imported;
    }

    /// <summary>Writes the name, for logs.</summary>
    public override string ToString() => Subject;

    private static TrustAnchor FromParts(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> keyInfo, ParsedCertificate? certificate)
    {
        DerReader reader = new(keyInfo.Span);
        if (!SubjectPublicKeyInfo.TryRead(ref reader, out SubjectPublicKeyInfo key) || !reader.IsEmpty)
        {
            throw new ArgumentException("The key of a trust anchor is not a well-formed SubjectPublicKeyInfo.", nameof(keyInfo));
        }

        return new TrustAnchor(name, keyInfo, key, certificate);
    }
}
