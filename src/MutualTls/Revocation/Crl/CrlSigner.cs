using MutualTls.Certificates;
using MutualTls.Trust;

namespace MutualTls.Revocation.Crl;

/// <summary>Whose key a CRL is verified with: a certificate's or an anchor's.</summary>
internal readonly struct CrlSigner
{
    private readonly ParsedCertificate? _certificate;
    private readonly TrustAnchor? _anchor;

    public CrlSigner(ParsedCertificate certificate) => _certificate = certificate;

    public CrlSigner(TrustAnchor anchor) => _anchor = anchor;

    public ReadOnlySpan<byte> Name => _certificate is not null ? _certificate.SubjectName : _anchor!.SubjectName;

    public ReadOnlySpan<byte> EncodedKey => _certificate is not null ? _certificate.SubjectPublicKeyInfo : _anchor!.EncodedKey;

    /// <summary>Gets whether its certificate, if it has one and that states key usage, lets it sign CRLs. RFC 5280 section 6.3.3 (f).</summary>
    public bool MaySignCrls => (_certificate ?? _anchor!.Certificate)?.KeyUsages is not { } usages || (usages & KeyUsages.CrlSign) != 0;

    public VerificationKey? GetVerificationKey() => _certificate is not null ? _certificate.GetVerificationKey() : _anchor!.GetVerificationKey();
}
