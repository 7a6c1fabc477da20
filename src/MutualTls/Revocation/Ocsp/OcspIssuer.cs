using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Revocation.Crl;
using MutualTls.Trust;

namespace MutualTls.Revocation.Ocsp;

/// <summary>Holds the name and key of the issuer that a question is about, taken from a verified path, or from a credential of our own.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class OcspIssuer
{
    private readonly ParsedCertificate? _certificate;
    private readonly TrustAnchor? _anchor;

    private OcspIssuer(ParsedCertificate? certificate, TrustAnchor? anchor)
    {
        _certificate = certificate;
        _anchor = anchor;
    }

    public ReadOnlySpan<byte> Name => _certificate is null ? _anchor!.SubjectName : _certificate.SubjectName;

    /// <summary>Gets the whole SubjectPublicKeyInfo.</summary>
    public ReadOnlySpan<byte> EncodedKey => _certificate is null ? _anchor!.EncodedKey : _certificate.SubjectPublicKeyInfo;

    /// <summary>Gets the bits of the key, without tag, length and unused bits: what RFC 6960 hashes.</summary>
    public ReadOnlySpan<byte> KeyBits =>
        _certificate is null ? _anchor!.PublicKey.Key.Of(_anchor.EncodedKey) : _certificate.PublicKey.Key.Of(_certificate.Bytes);

    /// <summary>Gets the imported key; null if the platform cannot use it.</summary>
    public VerificationKey? Key => _certificate is null ? _anchor!.GetVerificationKey() : _certificate.GetVerificationKey();

    /// <summary>Gets the same as a signer of CRLs.</summary>
    public CrlSigner AsSigner() => _certificate is null ? new CrlSigner(_anchor!) : new CrlSigner(_certificate);

    /// <summary>Gets the issuer of a certificate of our own, which is trusted as we were given it.</summary>
    public static OcspIssuer Of(ParsedCertificate issuer) => new(issuer, anchor: null);

    /// <summary>Gets the issuer of the certificate at one depth of a path.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The path has no certificate at that depth.</exception>
    public static OcspIssuer Of(VerifiedPath path, int depth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(depth, path.Span.Length);
        return depth + 1 < path.Span.Length ? new OcspIssuer(path.Span[depth + 1], anchor: null) : new OcspIssuer(certificate: null, path.Anchor);
    }
}
