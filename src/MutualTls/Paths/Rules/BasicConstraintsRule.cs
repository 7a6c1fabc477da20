using MutualTls.Certificates;
using MutualTls.Findings;

namespace MutualTls.Paths.Rules;

/// <summary>Every intermediate is a CA certificate. RFC 5280 section 6.1.4 (k).</summary>
/// <remarks>The RFC lets a version 1 intermediate be known as a CA by other means; there are none here, so it is refused.</remarks>
internal static class BasicConstraintsRule
{
    public static void Check(ref PathCheck path)
    {
        for (int depth = 1; depth < path.AnchorDepth; depth++)
        {
            if (!path.Certificates[depth].IsCa)
            {
                path.Add(ValidationReason.IssuerNotCa, depth, path.Certificates[depth].Subject);
            }
        }
    }
}
