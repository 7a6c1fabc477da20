using MutualTls.Certificates;
using MutualTls.Trust;

namespace MutualTls.Revocation.Crl;

/// <summary>Reads all CRLs of a policy and tells what is wrong with them.</summary>
internal static class CrlLoader
{
    /// <summary>Reads them. What cannot be used is told, each with its place in the options.</summary>
    public static CrlSet Load(RevocationOptions options, TrustAnchorSet anchors, List<string> errors)
    {
        List<ParsedCrl> crls = [];
        for (int i = 0; i < options.Crls.Count; i++)
        {
            CrlReader.Read(options.Crls[i].Span, $"Revocation.Crls:{i}", crls, errors);
        }

        for (int i = 0; i < options.CrlFiles.Count; i++)
        {
            CrlReader.ReadPath(options.CrlFiles[i], $"Revocation.CrlFiles:{i} '{options.CrlFiles[i]}'", crls, errors);
        }

        foreach (ParsedCrl crl in crls)
        {
            if (IsForged(crl, anchors))
            {
                errors.Add($"Revocation: the {crl} is not signed by the trust anchor of that name.");
            }
        }

        return new CrlSet(crls);
    }

    // An intermediate is known only once a peer presents it; the signature of its CRL is checked then.
    private static bool IsForged(ParsedCrl crl, TrustAnchorSet anchors)
    {
        bool known = false;
        foreach (TrustAnchor anchor in anchors.Named(crl.IssuerNameHash))
        {
            if (DistinguishedName.AreEqual(anchor.SubjectName, crl.IssuerName))
            {
                known = true;
                if (crl.Signature.IsBy(new CrlSigner(anchor)))
                {
                    return false;
                }
            }
        }

        return known;
    }
}
