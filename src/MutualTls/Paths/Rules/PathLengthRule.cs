using System.Globalization;
using MutualTls.Certificates;
using MutualTls.Findings;

namespace MutualTls.Paths.Rules;

/// <summary>No more intermediates follow an issuer than it allows. RFC 5280 sections 4.2.1.9, 6.1.4 (l) and (m); RFC 5937 for the anchor.</summary>
internal static class PathLengthRule
{
    public static void Check(ref PathCheck path)
    {
        // Walks up from the end-entity with the number of intermediates passed. Self-issued ones count for nothing, and the last certificate is no intermediate.
        int below = 0;
        for (int depth = 1; depth <= path.AnchorDepth; depth++)
        {
            if (path.At(depth) is { PathLength: int limit } && below > limit)
            {
                path.Add(ValidationReason.PathLengthExceeded, depth, Detail(below, limit));
            }

            below += depth < path.AnchorDepth && !path.Certificates[depth].IsSelfIssued ? 1 : 0;
        }

        if (below > path.Parameters.MaxIntermediates)
        {
            path.Add(ValidationReason.PathLengthExceeded, path.AnchorDepth, Detail(below, path.Parameters.MaxIntermediates));
        }
    }

    private static string Detail(int below, int limit) => string.Create(CultureInfo.InvariantCulture, $"{below} intermediates below, {limit} allowed");
}
