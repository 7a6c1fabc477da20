using MutualTls.Certificates;
using MutualTls.Findings;

namespace MutualTls.Paths.Rules;

/// <summary>Each certificate's signature verifies with the key of the next. RFC 5280 section 6.1.3 (a)(1).</summary>
/// <remarks>
/// Runs last and from the anchor down, and stops at the first that fails: a stranger cannot forge the top one, so a bad chain costs one verification.
/// </remarks>
internal static class SignatureRule
{
    public static void Check(ref PathCheck path, SignatureChecks checks)
    {
        for (int depth = path.AnchorDepth - 1; depth >= 0; depth--)
        {
            ParsedCertificate certificate = path.Certificates[depth];
            SignatureOutcome outcome = depth + 1 < path.AnchorDepth
                ? checks.Check(certificate, path.Certificates[depth + 1], ref path.Budget)
                : checks.Check(certificate, path.Anchor, ref path.Budget);
            switch (outcome)
            {
                case SignatureOutcome.Valid:
                    continue;
                case SignatureOutcome.Invalid:
                    path.Add(ValidationReason.SignatureInvalid, depth, $"issuer '{certificate.Issuer}'", causedAt: depth + 1);
                    return;
                case SignatureOutcome.KeyUnusable:
                    path.Add(ValidationReason.KeyUnsupported, depth + 1);
                    return;
                default:
                    path.Add(ValidationReason.WorkBudgetExhausted, depth, $"{PathBudget.MaxSignatureChecks} signatures");
                    return;
            }
        }
    }
}
