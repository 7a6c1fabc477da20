using MutualTls.Certificates;
using MutualTls.Encoding;

namespace MutualTls.Revocation.Crl;

/// <summary>One place that a certificate names for its CRLs. RFC 5280 section 4.2.1.13.</summary>
internal readonly ref struct DistributionPoint
{
    /// <summary>Gets the content of fullName; empty if absent.</summary>
    public ReadOnlySpan<byte> FullName { get; init; }

    /// <summary>Gets the relative name of nameRelativeToCRLIssuer; empty if absent.</summary>
    public ReadOnlySpan<byte> RelativeName { get; init; }

    /// <summary>Gets the reasons that its CRL covers, or null for all.</summary>
    public RevocationReasons? Reasons { get; init; }

    /// <summary>Gets the content of cRLIssuer; empty if the certificate's issuer signs the CRL.</summary>
    public ReadOnlySpan<byte> CrlIssuer { get; init; }

    /// <summary>Gets one more name of this point: that of the certificate's issuer, where the certificate names no point. RFC 5280 section 6.3.3, last paragraph.</summary>
    public ReadOnlySpan<byte> DirectoryName { get; init; }

    /// <summary>Gets the point that every certificate has without saying so: its issuer's names. RFC 5280 section 6.3.3, last paragraph.</summary>
    public static DistributionPoint Implied(ParsedCertificate certificate)
    {
        DerReader alternative = new(certificate.ExtensionValue(ExtensionKind.IssuerAlternativeName));
        ReadOnlySpan<byte> names = alternative.TryRead(DerTag.Sequence, out DerRange content) ? alternative.Bytes(content) : default;
        return new DistributionPoint { FullName = names, DirectoryName = certificate.IssuerName };
    }

    /// <summary>Reads the next point from the content of a CRLDistributionPoints or FreshestCRL extension. False: it is malformed.</summary>
    public static bool TryRead(ref DerReader points, out DistributionPoint point)
    {
        point = default;
        if (!points.TryOpen(DerTag.Sequence, out DerReader fields))
        {
            return false;
        }

        DerRange fullName = default, relativeName = default;
        if (fields.NextIs(DerTag.ContextConstructed(0))
            && !(fields.TryOpen(DerTag.ContextConstructed(0), out DerReader name) && PointNames.TryRead(name, out fullName, out relativeName)))
        {
            return false;
        }

        if (!fields.TryReadOptional(DerTag.Context(1), out DerRange reasonBits, out bool hasReasons)
            || !fields.TryReadOptional(DerTag.ContextConstructed(2), out DerRange crlIssuer, out bool hasCrlIssuer) || !fields.IsEmpty)
        {
            return false;
        }

        ushort bits = 0;
        if ((hasReasons && !DerValue.TryReadNamedBits(fields.Bytes(reasonBits), out bits)) || (hasCrlIssuer && !PointNames.AreWellFormed(fields.At(crlIssuer))))
        {
            return false;
        }

        // "A DistributionPoint MUST NOT consist of only the reasons field": such a one names nothing, and is passed over where it is used.
        point = new DistributionPoint
        {
            FullName = fields.Bytes(fullName),
            RelativeName = fields.Bytes(relativeName),
            Reasons = hasReasons ? (RevocationReasons)bits & RevocationReasons.All : null,
            CrlIssuer = fields.Bytes(crlIssuer),
        };
        return true;
    }
}
