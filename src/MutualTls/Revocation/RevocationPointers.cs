using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Revocation.Crl;

namespace MutualTls.Revocation;

/// <summary>Reads from a certificate where to ask about it: http and https URLs, in the order given.</summary>
/// <remarks>Only of a certificate on a verified path are they of interest; whoever fetches checks the addresses.</remarks>
internal static class RevocationPointers
{
    // id-ad-ocsp, 1.3.6.1.5.5.7.48.1
    private static ReadOnlySpan<byte> Ocsp => [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01];

    /// <summary>Tells whether the certificate names a place to ask by one of the means allowed.</summary>
    public static bool Any(ParsedCertificate certificate, RevocationPreference preference) =>
        (preference != RevocationPreference.OcspOnly && ReadCrls(PointsOf(certificate, ExtensionKind.CrlDistributionPoints), into: null))
        || (preference != RevocationPreference.CrlOnly && ReadOcsp(certificate, into: null));

    /// <summary>Gets the URLs of CRLs. RFC 5280 section 4.2.1.13.</summary>
    public static IReadOnlyList<string> CrlUrls(ParsedCertificate certificate)
    {
        List<string> urls = [];
        ReadCrls(PointsOf(certificate, ExtensionKind.CrlDistributionPoints), urls);
        return urls;
    }

    /// <summary>Gets the URLs of delta CRLs: those that the certificate names, and those that its CRL does. RFC 5280 sections 4.2.1.15 and 5.2.6.</summary>
    public static IReadOnlyList<string> DeltaUrls(ParsedCertificate certificate, ParsedCrl? complete)
    {
        List<string> urls = [];
        ReadCrls(PointsOf(certificate, ExtensionKind.FreshestCrl), urls);
        ReadCrls(new DerReader(complete is null ? [] : complete.FreshestCrl), urls);
        return urls;
    }

    /// <summary>Gets the URLs of OCSP responders. RFC 5280 section 4.2.2.1.</summary>
    public static IReadOnlyList<string> OcspUrls(ParsedCertificate certificate)
    {
        List<string> urls = [];
        ReadOcsp(certificate, urls);
        return urls;
    }

    private static DerReader PointsOf(ParsedCertificate certificate, ExtensionKind kind)
    {
        DerReader extension = new(certificate.ExtensionValue(kind));
        return extension.TryOpen(DerTag.Sequence, out DerReader points) ? points : default;
    }

    // Without a list to fill, stops at the first and allocates nothing.
    private static bool ReadCrls(DerReader points, List<string>? into)
    {
        bool found = false;
        while (!points.IsEmpty && DistributionPoint.TryRead(ref points, out DistributionPoint point))
        {
            DerReader names = new(point.FullName);
            while (!names.IsEmpty && GeneralName.TryRead(ref names, out GeneralName name))
            {
                found |= Take(name, names, into);
                if (found && into is null)
                {
                    return true;
                }
            }
        }

        return found;
    }

    // AuthorityInfoAccessSyntax ::= SEQUENCE OF SEQUENCE { accessMethod OID, accessLocation GeneralName }
    private static bool ReadOcsp(ParsedCertificate certificate, List<string>? into)
    {
        DerReader extension = new(certificate.ExtensionValue(ExtensionKind.AuthorityInformationAccess));
        if (!extension.TryOpen(DerTag.Sequence, out DerReader accesses))
        {
            return false;
        }

        bool found = false;
        while (accesses.TryOpen(DerTag.Sequence, out DerReader access)
            && access.TryRead(DerTag.ObjectIdentifier, out DerRange method) && GeneralName.TryRead(ref access, out GeneralName location))
        {
            found |= access.Bytes(method).SequenceEqual(Ocsp) && Take(location, access, into);
            if (found && into is null)
            {
                return true;
            }
        }

        return found;
    }

    private static bool Take(GeneralName name, DerReader reader, List<string>? into)
    {
        ReadOnlySpan<byte> url = reader.Bytes(name.Value);
        if (name.Kind != GeneralNameKind.Uri || !(StartsWith(url, "http://"u8) || StartsWith(url, "https://"u8)))
        {
            return false;
        }

        into?.Add(System.Text.Encoding.ASCII.GetString(url));
        return true;
    }

    private static bool StartsWith(ReadOnlySpan<byte> url, ReadOnlySpan<byte> scheme) =>
        url.Length > scheme.Length && System.Text.Ascii.EqualsIgnoreCase(url[..scheme.Length], scheme);
}
