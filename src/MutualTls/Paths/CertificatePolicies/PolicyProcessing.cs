using MutualTls.Certificates;
using MutualTls.Trust;

namespace MutualTls.Paths.CertificatePolicies;

/// <summary>Names how the processing of certificate policies ended.</summary>
internal enum PolicyOutcome
{
    Valid,

    /// <summary>A policy is required and none is valid. RFC 5280 sections 6.1.3 (f) and 6.1.5.</summary>
    NoneValid,

    /// <summary>anyPolicy is mapped. RFC 5280 section 6.1.4 (a).</summary>
    AnyPolicyMapped,

    BudgetExhausted,
}

/// <summary>Processes the certificate policies of a path from the anchor down. RFC 5280 section 6.1, with the graph of RFC 9618; RFC 5937 for the anchor.</summary>
internal static class PolicyProcessing
{
    /// <summary>Runs it.</summary>
    /// <param name="certificates">The path, end-entity first.</param>
    /// <param name="anchor">The anchor; what its certificate says limits the inputs.</param>
    /// <param name="inputs">The inputs of section 6.1.1.</param>
    /// <param name="budget">Bounds nodes and edges.</param>
    /// <param name="userConstrained">The user-constrained-policy-set, where the outcome is <see cref="PolicyOutcome.Valid"/>.</param>
    /// <param name="depth">Where it ended otherwise.</param>
    public static PolicyOutcome Run(
        ReadOnlySpan<ParsedCertificate> certificates, TrustAnchor anchor, CertificatePolicyInputs inputs, ref PathBudget budget,
        out IReadOnlySet<string> userConstrained, out int depth)
    {
        // 6.1.2 (d), (e), (f): n + 1 means "not yet".
        int unlimited = certificates.Length + 1;
        Counters counters = new()
        {
            ExplicitPolicy = inputs.RequireExplicit ? 0 : unlimited,
            PolicyMapping = inputs.InhibitMapping ? 0 : unlimited,
            InhibitAnyPolicy = inputs.InhibitAnyPolicy ? 0 : unlimited,
        };
        if (anchor.Certificate is { } anchorCertificate)
        {
            counters.Lower(anchorCertificate.Extensions);
        }

        PolicyGraph graph = new();
        userConstrained = new HashSet<string>();
        for (depth = certificates.Length - 1; depth >= 0; depth--)
        {
            ParsedCertificate certificate = certificates[depth];

            // 6.1.3 (d)(2): anyPolicy counts while not inhibited, and in a self-issued intermediate always.
            bool anyPolicyCounts = counters.InhibitAnyPolicy > 0 || (depth > 0 && certificate.IsSelfIssued);
            if (!graph.TryAdd(PolicyOids.Of(certificate), anyPolicyCounts, ref budget))
            {
                return PolicyOutcome.BudgetExhausted;
            }

            // 6.1.3 (f)
            if (counters.ExplicitPolicy == 0 && graph.IsNull)
            {
                return PolicyOutcome.NoneValid;
            }

            if (depth == 0)
            {
                break;
            }

            // 6.1.4 (a) and (b)
            Dictionary<string, HashSet<string>> mappings = PolicyOids.MappingsOf(certificate);
            if (MapsAnyPolicy(mappings))
            {
                return PolicyOutcome.AnyPolicyMapped;
            }

            if (!graph.TryMap(mappings, counters.PolicyMapping > 0, ref budget))
            {
                return PolicyOutcome.BudgetExhausted;
            }

            // 6.1.4 (h), (i), (j)
            if (!certificate.IsSelfIssued)
            {
                counters.CountDown();
            }

            counters.Lower(certificate.Extensions);
        }

        // 6.1.5 (a) and (b)
        depth = 0;
        int explicitPolicy = Math.Max(counters.ExplicitPolicy - 1, 0);
        if (certificates[0].Extensions.RequireExplicitPolicy == 0)
        {
            explicitPolicy = 0;
        }

        // 6.1.5 (g)
        userConstrained = UserConstrained(graph.AuthorityConstrained(), Initial(inputs, anchor));
        return explicitPolicy > 0 || userConstrained.Count > 0 ? PolicyOutcome.Valid : PolicyOutcome.NoneValid;
    }

    public static bool MapsAnyPolicy(Dictionary<string, HashSet<string>> mappings) =>
        mappings.ContainsKey(PolicyOids.Any) || mappings.Values.Any(targets => targets.Contains(PolicyOids.Any));

    // RFC 5937 section 3: what the anchor's certificate states is all that may be asked for below it.
    private static IReadOnlySet<string>? Initial(CertificatePolicyInputs inputs, TrustAnchor anchor)
    {
        HashSet<string>? ofAnchor = anchor.Certificate is { } certificate ? PolicyOids.Of(certificate) : null;
        if (ofAnchor is null || ofAnchor.Contains(PolicyOids.Any))
        {
            return inputs.InitialPolicies;
        }

        if (inputs.InitialPolicies is not null)
        {
            ofAnchor.IntersectWith(inputs.InitialPolicies);
        }

        return ofAnchor;
    }

    // RFC 9618 section 5.5 (g)(5) and (6).
    private static HashSet<string> UserConstrained(HashSet<string> authority, IReadOnlySet<string>? initial)
    {
        if (initial is null || initial.Contains(PolicyOids.Any))
        {
            return authority;
        }

        HashSet<string> user = [.. authority.Where(initial.Contains)];
        if (authority.Contains(PolicyOids.Any))
        {
            user.UnionWith(initial);
        }

        return user;
    }

    /// <summary>The three state variables that count down. RFC 5280 section 6.1.2 (d), (e), (f).</summary>
    private record struct Counters
    {
        public int ExplicitPolicy { get; set; }

        public int PolicyMapping { get; set; }

        public int InhibitAnyPolicy { get; set; }

        public void CountDown()
        {
            ExplicitPolicy = Math.Max(ExplicitPolicy - 1, 0);
            PolicyMapping = Math.Max(PolicyMapping - 1, 0);
            InhibitAnyPolicy = Math.Max(InhibitAnyPolicy - 1, 0);
        }

        public void Lower(CertificateExtensions extensions)
        {
            ExplicitPolicy = Math.Min(ExplicitPolicy, extensions.RequireExplicitPolicy ?? int.MaxValue);
            PolicyMapping = Math.Min(PolicyMapping, extensions.InhibitPolicyMapping ?? int.MaxValue);
            InhibitAnyPolicy = Math.Min(InhibitAnyPolicy, extensions.InhibitAnyPolicy ?? int.MaxValue);
        }
    }
}
