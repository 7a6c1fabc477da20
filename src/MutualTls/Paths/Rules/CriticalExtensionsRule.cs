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
            if (path.At(depth) is { } certificate && !certificate.Extensions.UnknownCritical.IsEmpty)
            {
                string oid = DerValue.ObjectIdentifierText(certificate.Extensions.UnknownCritical.Of(certificate.Bytes));
                path.Add(ValidationReason.CriticalExtensionUnknown, depth, oid);
            }
        }
    }
}
