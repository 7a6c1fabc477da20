using MutualTls.Certificates;
using MutualTls.Findings;

namespace MutualTls.Paths.Rules;

/// <summary>Where a certificate on the path states extended key usages, the purpose is among them. RFC 5280 section 4.2.1.12.</summary>
/// <remarks>
/// The RFC leaves open what the extension means in a CA certificate. Here, as in CryptoAPI, Go and the CA/Browser Forum's rules, it limits what
/// the CA may issue for, and the anchor's does too.
/// </remarks>
internal static class ExtendedKeyUsageRule
{
    public static void Check(ref PathCheck path)
    {
        if (path.Purpose == PathPurpose.Any)
        {
            return;
        }

        ExtendedKeyUsages wanted = ExtendedKeyUsages.Any | path.Purpose switch
        {
            PathPurpose.ServerAuth => ExtendedKeyUsages.ServerAuth,
            PathPurpose.ClientAuth => ExtendedKeyUsages.ClientAuth,
            _ => ExtendedKeyUsages.OcspSigning,
        };
        for (int depth = 0; depth <= path.AnchorDepth; depth++)
        {
            if (path.At(depth) is { ExtendedKeyUsages: { } usages } && (usages & wanted) == 0)
            {
                path.Add(ValidationReason.PurposeNotAllowed, depth, $"wanted {path.Purpose}, stated {usages}");
            }
        }
    }
}
