using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>The certificate extensions that this library reads. RFC 5280 section 4.2; RFC 7633 for <see cref="TlsFeature"/>, RFC 6960 for <see cref="OcspNoCheck"/>.</summary>
internal enum ExtensionKind
{
    Unknown = -1,
    AuthorityKeyIdentifier,
    SubjectKeyIdentifier,
    KeyUsage,
    CertificatePolicies,
    PolicyMappings,
    SubjectAlternativeName,
    IssuerAlternativeName,
    BasicConstraints,
    NameConstraints,
    PolicyConstraints,
    ExtendedKeyUsage,
    CrlDistributionPoints,
    InhibitAnyPolicy,
    FreshestCrl,
    AuthorityInformationAccess,
    TlsFeature,
    OcspNoCheck,
}

internal static class ExtensionKinds
{
    /// <summary>Names the extension that an OBJECT IDENTIFIER stands for.</summary>
    public static ExtensionKind FromOid(ReadOnlySpan<byte> oid) => oid switch
    {
        // id-ce, 2.5.29.n
        [0x55, 0x1D, 14] => ExtensionKind.SubjectKeyIdentifier,
        [0x55, 0x1D, 15] => ExtensionKind.KeyUsage,
        [0x55, 0x1D, 17] => ExtensionKind.SubjectAlternativeName,
        [0x55, 0x1D, 18] => ExtensionKind.IssuerAlternativeName,
        [0x55, 0x1D, 19] => ExtensionKind.BasicConstraints,
        [0x55, 0x1D, 30] => ExtensionKind.NameConstraints,
        [0x55, 0x1D, 31] => ExtensionKind.CrlDistributionPoints,
        [0x55, 0x1D, 32] => ExtensionKind.CertificatePolicies,
        [0x55, 0x1D, 33] => ExtensionKind.PolicyMappings,
        [0x55, 0x1D, 35] => ExtensionKind.AuthorityKeyIdentifier,
        [0x55, 0x1D, 36] => ExtensionKind.PolicyConstraints,
        [0x55, 0x1D, 37] => ExtensionKind.ExtendedKeyUsage,
        [0x55, 0x1D, 46] => ExtensionKind.FreshestCrl,
        [0x55, 0x1D, 54] => ExtensionKind.InhibitAnyPolicy,

        // id-pe, 1.3.6.1.5.5.7.1.n
        [0x2B, 6, 1, 5, 5, 7, 1, 1] => ExtensionKind.AuthorityInformationAccess,
        [0x2B, 6, 1, 5, 5, 7, 1, 24] => ExtensionKind.TlsFeature,

        // id-pkix-ocsp-nocheck, 1.3.6.1.5.5.7.48.1.5
        [0x2B, 6, 1, 5, 5, 7, 48, 1, 5] => ExtensionKind.OcspNoCheck,
        _ => ExtensionKind.Unknown,
    };
}
