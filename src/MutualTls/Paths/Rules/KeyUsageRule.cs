using MutualTls.Certificates;
using MutualTls.Findings;

namespace MutualTls.Paths.Rules;

/// <summary>An issuer that states key usage asserts keyCertSign. RFC 5280 section 6.1.4 (n); RFC 5937 for the anchor.</summary>
internal static class KeyUsageRule
{
    public static void Check(ref PathCheck path)
    {
        for (int depth = 1; depth <= path.AnchorDepth; depth++)
        {
            if (path.At(depth) is { KeyUsages: { } usages } && (usages & KeyUsages.KeyCertSign) == 0)
            {
                path.Add(ValidationReason.IssuerKeyUsage, depth, usages.ToString());
            }
        }
    }
}
