using MutualTls.Certificates;
using MutualTls.Encoding;

namespace MutualTls.Revocation.Crl;

/// <summary>The extensions of a CRL and of its entries that this library reads. RFC 5280 sections 5.2 and 5.3.</summary>
internal enum CrlExtensionKind
{
    Unknown,
    AuthorityKeyIdentifier,
    IssuerAlternativeName,
    CrlNumber,
    DeltaCrlIndicator,
    IssuingDistributionPoint,
    FreshestCrl,
    AuthorityInformationAccess,
    ReasonCode,
    InvalidityDate,
    CertificateIssuer,
}

/// <summary>One extension of a CRL or of an entry.</summary>
internal readonly ref struct CrlExtension
{
    public CrlExtensionKind Kind { get; private init; }

    public bool IsCritical { get; private init; }

    public ReadOnlySpan<byte> Oid { get; private init; }

    /// <summary>Gets the content of extnValue.</summary>
    public ReadOnlySpan<byte> Value { get; private init; }

    /// <summary>Reads the next extension. False: it is malformed.</summary>
    public static bool TryRead(scoped ref DerReader list, out CrlExtension extension)
    {
        bool read = DerExtension.TryRead(ref list, out DerExtension found);
        ReadOnlySpan<byte> oid = read ? list.Bytes(found.Oid) : default;
        extension = read ? new CrlExtension { Kind = KindOf(oid), IsCritical = found.Critical, Oid = oid, Value = list.Bytes(found.Value) } : default;
        return read;
    }

    private static CrlExtensionKind KindOf(ReadOnlySpan<byte> oid) => oid switch
    {
        // id-ce, 2.5.29.n
        [0x55, 0x1D, 18] => CrlExtensionKind.IssuerAlternativeName,
        [0x55, 0x1D, 20] => CrlExtensionKind.CrlNumber,
        [0x55, 0x1D, 21] => CrlExtensionKind.ReasonCode,
        [0x55, 0x1D, 24] => CrlExtensionKind.InvalidityDate,
        [0x55, 0x1D, 27] => CrlExtensionKind.DeltaCrlIndicator,
        [0x55, 0x1D, 28] => CrlExtensionKind.IssuingDistributionPoint,
        [0x55, 0x1D, 29] => CrlExtensionKind.CertificateIssuer,
        [0x55, 0x1D, 35] => CrlExtensionKind.AuthorityKeyIdentifier,
        [0x55, 0x1D, 46] => CrlExtensionKind.FreshestCrl,

        // id-pe, 1.3.6.1.5.5.7.1.n
        [0x2B, 6, 1, 5, 5, 7, 1, 1] => CrlExtensionKind.AuthorityInformationAccess,
        _ => CrlExtensionKind.Unknown,
    };
}
