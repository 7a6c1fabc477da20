using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths.CertificatePolicies;

namespace MutualTls.Paths.Rules;

/// <summary>Where a certificate policy is required, one is valid for the path; and no CA maps anyPolicy. RFC 5280 sections 6.1.3 (d) to (f), 6.1.4 (a) to (j) and 6.1.5 (a), (b), (g).</summary>
internal static class CertificatePoliciesRule
{
    public static void Check(ref PathCheck path)
    {
        bool required = path.Parameters.CertificatePolicies.RequireExplicit, mapped = false;
        for (int depth = 0; depth <= path.AnchorDepth; depth++)
        {
            if (path.At(depth) is { } certificate)
            {
                required |= certificate.Extensions.RequireExplicitPolicy is not null;
                mapped |= depth > 0 && depth < path.AnchorDepth && certificate.Extensions.Has(ExtensionKind.PolicyMappings);
            }
        }

        // Nothing asks for a policy, so none can be missing: the usual case, and it costs nothing.
        if (!required && !mapped)
        {
            return;
        }

        PolicyOutcome outcome = PolicyProcessing.Run(
            path.Certificates, path.Anchor, path.Parameters.CertificatePolicies, ref path.Budget, out _, out int at);
        ValidationReason reason = outcome switch
        {
            PolicyOutcome.Valid => ValidationReason.None,
            PolicyOutcome.NoneValid => ValidationReason.CertificatePolicyMissing,
            PolicyOutcome.AnyPolicyMapped => ValidationReason.PolicyMappingInvalid,
            _ => ValidationReason.WorkBudgetExhausted,
        };
        if (reason != ValidationReason.None)
        {
            path.Add(reason, at, causedAt: path.AnchorDepth);
        }
    }
}
