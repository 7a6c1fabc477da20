using MutualTls.Certificates;
using MutualTls.Findings;

namespace MutualTls.Paths.Rules;

/// <summary>Each certificate names as its issuer the subject of the next. RFC 5280 section 6.1.3 (a)(4).</summary>
internal static class NameChainingRule
{
    public static void Check(ref PathCheck path)
    {
        for (int depth = 0; depth < path.AnchorDepth; depth++)
        {
            ParsedCertificate certificate = path.Certificates[depth];
            ReadOnlySpan<byte> subject = depth + 1 < path.AnchorDepth ? path.Certificates[depth + 1].SubjectName : path.Anchor.SubjectName;
            if (!DistinguishedName.AreEqual(certificate.IssuerName, subject))
            {
                path.Add(ValidationReason.NameChainBroken, depth, $"issuer '{certificate.Issuer}'", causedAt: depth + 1);
            }
        }
    }
}
