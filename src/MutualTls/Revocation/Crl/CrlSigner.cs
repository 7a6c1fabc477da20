using MutualTls.Certificates;
using MutualTls.Trust;

namespace MutualTls.Revocation.Crl;

/// <summary>Whose key a CRL is verified with: a certificate's or an anchor's.</summary>
internal readonly struct CrlSigner
{
    private readonly ParsedCertificate? _certificate;
    private readonly TrustAnchor? _anchor;

    /// <summary>Takes a certificate that is already relied on, or is still to be judged.</summary>
    public CrlSigner(ParsedCertificate certificate)
        : this(certificate, DateTimeOffset.MaxValue)
    {
    }

    /// <summary>Takes the certificate at the end of a path of its own.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="until">The first moment at which that path, or what is known of its revocation, no longer holds.</param>
    public CrlSigner(ParsedCertificate certificate, DateTimeOffset until)
    {
        _certificate = certificate;
        Until = until;
    }

    public CrlSigner(TrustAnchor anchor)
    {
        _anchor = anchor;
        Until = DateTimeOffset.MaxValue;
    }

    /// <summary>Gets the first moment at which the signer is no longer one, beside what limits the verdict anyway.</summary>
    public DateTimeOffset Until { get; }

    public ReadOnlySpan<byte> Name => _certificate is not null ? _certificate.SubjectName : _anchor!.SubjectName;

    public ReadOnlySpan<byte> EncodedKey => _certificate is not null ? _certificate.SubjectPublicKeyInfo : _anchor!.EncodedKey;

    /// <summary>Gets whether its certificate, if it has one and that states key usage, lets it sign CRLs. RFC 5280 section 6.3.3 (f).</summary>
    public bool MaySignCrls => (_certificate ?? _anchor!.Certificate)?.KeyUsages is not { } usages || (usages & KeyUsages.CrlSign) != 0;

    public VerificationKey? GetVerificationKey() => _certificate is not null ? _certificate.GetVerificationKey() : _anchor!.GetVerificationKey();
}
