using System.Formats.Asn1;
using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Holds certificate policies by the hexadecimal of their content octets: exact, unlike the dotted text of a hostile number.</summary>
internal static class PolicyOids
{
    /// <summary>Gets anyPolicy, 2.5.29.32.0. RFC 5280 section 4.2.1.4.</summary>
    public static string Any { get; } = Convert.ToHexString(Oids.AnyPolicy);

    /// <summary>Reads the dotted form.</summary>
    /// <exception cref="ArgumentException"><paramref name="dotted"/> is no OBJECT IDENTIFIER.</exception>
    public static string FromDotted(string dotted)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(dotted);
        byte[] encoded = writer.Encode();
        return encoded.Length > 0x7F ? throw new ArgumentException("The object identifier is too long.", nameof(dotted)) : Convert.ToHexString(encoded, 2, encoded.Length - 2);
    }

    /// <summary>Tells whether a text is an OBJECT IDENTIFIER in dotted form.</summary>
    public static bool IsDotted(string text)
    {
        try
        {
            FromDotted(text);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Writes the dotted form.</summary>
    public static string ToDotted(string policy) => DerValue.ObjectIdentifierText(Convert.FromHexString(policy));

    /// <summary>Gets the policies of a certificate, or null if it has no such extension. RFC 5280 section 4.2.1.4.</summary>
    public static HashSet<string>? Of(ParsedCertificate certificate)
    {
        if (!certificate.Extensions.Has(ExtensionKind.CertificatePolicies))
        {
            return null;
        }

        HashSet<string> policies = [];
        DerReader outer = new(certificate.ExtensionValue(ExtensionKind.CertificatePolicies));
        outer.TryOpen(DerTag.Sequence, out DerReader list);
        while (list.TryOpen(DerTag.Sequence, out DerReader policy) && policy.TryRead(DerTag.ObjectIdentifier, out DerRange oid))
        {
            policies.Add(Convert.ToHexString(policy.Bytes(oid)));
        }

        return policies;
    }

    /// <summary>Gets what each policy of the issuer's domain maps to in the subject's; empty without the extension. RFC 5280 section 4.2.1.5.</summary>
    public static Dictionary<string, HashSet<string>> MappingsOf(ParsedCertificate certificate)
    {
        Dictionary<string, HashSet<string>> mappings = [];
        DerReader outer = new(certificate.ExtensionValue(ExtensionKind.PolicyMappings));
        if (outer.TryOpen(DerTag.Sequence, out DerReader list))
        {
            while (list.TryOpen(DerTag.Sequence, out DerReader mapping)
                && mapping.TryRead(DerTag.ObjectIdentifier, out DerRange from) && mapping.TryRead(DerTag.ObjectIdentifier, out DerRange to))
            {
                string issuerDomain = Convert.ToHexString(mapping.Bytes(from));
                if (!mappings.TryGetValue(issuerDomain, out HashSet<string>? targets))
                {
                    mappings.Add(issuerDomain, targets = []);
                }

                targets.Add(Convert.ToHexString(mapping.Bytes(to)));
            }
        }

        return mappings;
    }
}
