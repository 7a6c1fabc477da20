using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Findings;

namespace MutualTls.Paths.Rules;

/// <summary>No certificate holds a critical extension that this library does not know. RFC 5280 sections 4.2, 6.1.4 (o) and 6.1.5 (f); RFC 5937 for the anchor.</summary>
internal static class CriticalExtensionsRule
{
    public static void Check(ref PathCheck path)
    {
        for (int depth = 0; depth <= path.AnchorDepth; depth++)
        {
            if (path.At(depth) is not { } certificate)
            {
                continue;
            }

            if (!certificate.Extensions.UnknownCritical.IsEmpty)
            {
                string oid = DerValue.ObjectIdentifierText(certificate.Extensions.UnknownCritical.Of(certificate.Bytes));
                path.Add(ValidationReason.CriticalExtensionUnknown, depth, oid);
            }

            // 4.2.1.1 and 4.2.1.2 want them not critical. One that is demands more than the hint they are taken for here.
            if (certificate.Extensions.IsCritical(ExtensionKind.AuthorityKeyIdentifier) || certificate.Extensions.IsCritical(ExtensionKind.SubjectKeyIdentifier))
            {
                path.Add(ValidationReason.CriticalExtensionUnknown, depth, "a key identifier");
            }
        }
    }
}
