namespace MutualTls.Revocation.Crl;

/// <summary>The reasons that a CRL or a distribution point covers, bit 0 as the highest. RFC 5280 section 4.2.1.13, ReasonFlags.</summary>
[Flags]
internal enum RevocationReasons : ushort
{
    None = 0,
    KeyCompromise = 0x4000,
    CaCompromise = 0x2000,
    AffiliationChanged = 0x1000,
    Superseded = 0x0800,
    CessationOfOperation = 0x0400,
    CertificateHold = 0x0200,
    PrivilegeWithdrawn = 0x0100,
    AttributeAuthorityCompromise = 0x0080,

    /// <summary>The special value all-reasons of RFC 5280 section 6.3.2 (a).</summary>
    All = 0x7F80,
}
