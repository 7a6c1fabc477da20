using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Testing.TestOids;
using static MutualTls.Tests.Paths.Rfc5280Suite.SuitePath;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>Certificate policies: 6.1.1 (c), (e) to (g), 6.1.3 (d) to (f), 6.1.4 (a), (b), (h) to (j), 6.1.5 (a), (b), (g); RFC 9618.</summary>
internal static class PolicyCases
{
    private const string Gold = "1.3.6.1.4.1.99999.1", Silver = "1.3.6.1.4.1.99999.2", Bronze = "1.3.6.1.4.1.99999.3";

    public static SuiteTable Table { get; } = Make();

    private static SuiteTable Make()
    {
        SuiteTable table = new SuiteTable("CertificatePoliciesRule")
            .Accept("no policies, none asked for", Chain(Plain, Plain, Plain))
            .Accept("6.1.3 (d)(1)(i): the same policy all the way", Explicit(Has(Gold), Has(Gold), Plain), Gold)
            .Refuse("6.1.5 (g): the end-entity has none", CertificatePolicyMissing, 0, Explicit(Plain, Has(Gold), Plain))
            .Refuse("6.1.3 (f): the intermediate has none", CertificatePolicyMissing, 1, Explicit(Has(Gold), Plain, Plain))
            .Refuse("6.1.3 (f): policies that do not meet", CertificatePolicyMissing, 0, Explicit(Has(Silver), Has(Gold), Plain))
            .Accept("policies that meet in one", Explicit(Has(Silver, Gold), Has(Bronze, Gold), Plain), Gold)
            .Accept("6.1.3 (d)(1)(ii): anyPolicy above a policy", Explicit(Has(Gold), Has(AnyPolicy), Plain), Gold)
            .Accept("6.1.3 (d)(2): anyPolicy below a policy", Explicit(Has(AnyPolicy), Has(Gold), Plain), Gold)
            .Accept("6.1.3 (d)(2): anyPolicy beside one of two", Explicit(Has(AnyPolicy, Gold), Has(Gold, Silver), Plain), Gold, Silver)
            .Accept("anyPolicy all the way", Explicit(Has(AnyPolicy), Has(AnyPolicy), Plain), AnyPolicy)
            .Accept("two policies all the way", Explicit(Has(Gold, Silver), Has(Gold, Silver), Plain), Gold, Silver)

            .Accept("6.1.1 (c): an accepted policy", Explicit(Has(Gold), Has(Gold), Plain).Accepting(Gold, Bronze), Gold)
            .Refuse("6.1.1 (c): a policy that is not accepted", CertificatePolicyMissing, 0, Explicit(Has(Gold), Has(Gold), Plain).Accepting(Silver))
            .Accept("6.1.1 (c): accepted, of several", Explicit(Has(Gold, Silver), Has(Gold, Silver), Plain).Accepting(Silver), Silver)
            .Accept("6.1.5 (g): anyPolicy becomes what is accepted", Explicit(Has(AnyPolicy), Has(AnyPolicy), Plain).Accepting(Silver), Silver)
            .Accept("6.1.1 (c) without (f): a policy that is not accepted is not asked for", Chain(Has(Gold), Has(Gold), Plain).Accepting(Silver))

            .Refuse("6.1.1 (g): the end-entity's anyPolicy counts for nothing", CertificatePolicyMissing, 0,
                Explicit(Has(AnyPolicy), Has(Gold), Plain).Ruled(CertificatePolicyRules.InhibitAnyPolicy))
            .Refuse("6.1.1 (g): the intermediate's anyPolicy counts for nothing", CertificatePolicyMissing, 1,
                Explicit(Has(Gold), Has(AnyPolicy), Plain).Ruled(CertificatePolicyRules.InhibitAnyPolicy))
            .Accept("6.1.1 (g): named policies still count", Explicit(Has(Gold), Has(Gold), Plain).Ruled(CertificatePolicyRules.InhibitAnyPolicy), Gold)
            .Refuse("6.1.4 (j): inhibitAnyPolicy 0 holds below", CertificatePolicyMissing, 1, Explicit(Has(Gold), Has(AnyPolicy), Any(0), Plain))
            .Accept("6.1.4 (j): inhibitAnyPolicy 1 spares the next", Explicit(Has(Gold), Has(AnyPolicy), Any(1), Plain), Gold)
            .Refuse("6.1.4 (j): inhibitAnyPolicy 1 spares only the next", CertificatePolicyMissing, 0, Explicit(Has(AnyPolicy), Has(AnyPolicy), Any(1), Plain))
            .Accept("6.1.4 (j): inhibitAnyPolicy 2 spares two", Explicit(Has(AnyPolicy), Has(AnyPolicy), Any(2), Plain), AnyPolicy)
            .Refuse("6.1.4 (j): a lower CA cannot raise it", CertificatePolicyMissing, 0, Explicit(Has(AnyPolicy), Any(5).And(Has(Gold)), Any(0).And(Has(Gold)), Plain))
            .Accept("6.1.3 (d)(2): a self-issued intermediate's anyPolicy counts always", Explicit(Has(Gold), SelfIssued(AnyPolicy), Named(Any(0).And(Has(Gold))), Plain), Gold)
            .Refuse("6.1.3 (d)(2): a self-issued end-entity's does not", CertificatePolicyMissing, 0, Explicit(SelfIssued(AnyPolicy), Named(Any(0).And(Has(Gold))), Plain))

            .Accept("6.1.4 (b)(1): a mapped policy, in the first CA's terms", Explicit(Has(Silver), Maps(Gold, Silver), Plain), Gold)
            .Refuse("6.1.4 (b)(1): the policy that was mapped away", CertificatePolicyMissing, 0, Explicit(Has(Gold), Maps(Gold, Silver), Plain))
            .Accept("6.1.4 (b)(1): one policy to two", Explicit(Has(Bronze), MapsTwo(), Plain), Gold)
            .Accept("6.1.4 (b)(1): mapped twice", Explicit(Has(Bronze), Has(Silver).And(Mapping(Silver, Bronze)), Maps(Gold, Silver), Plain), Gold)
            .Accept("6.1.4 (b)(1): a mapping below anyPolicy", Explicit(Has(Silver), Has(AnyPolicy).And(Mapping(Gold, Silver)), Plain), Gold)
            .Refuse("6.1.4 (b)(1): a mapping of a policy that is not there", CertificatePolicyMissing, 0, Explicit(Has(Silver), Has(Bronze).And(Mapping(Gold, Silver)), Plain))
            .Accept("6.1.4 (b)(1): anyPolicy below a mapping stands for its target", Explicit(Has(AnyPolicy), Maps(Gold, Silver), Plain), Gold)
            .Accept("6.1.5 (g): the mapped policy accepted by its first name", Explicit(Has(Silver), Maps(Gold, Silver), Plain).Accepting(Gold), Gold)
            .Refuse("6.1.5 (g): the mapped policy not accepted by its second", CertificatePolicyMissing, 0, Explicit(Has(Silver), Maps(Gold, Silver), Plain).Accepting(Silver))
            .Refuse("6.1.1 (e): mapping inhibited from the start", CertificatePolicyMissing, 0,
                Explicit(Has(Silver), Maps(Gold, Silver), Plain).Ruled(CertificatePolicyRules.InhibitPolicyMapping))
            .Refuse("6.1.4 (b)(2): the policy of an inhibited mapping is gone too", CertificatePolicyMissing, 0,
                Explicit(Has(Gold), Maps(Gold, Silver), Plain).Ruled(CertificatePolicyRules.InhibitPolicyMapping))
            .Refuse("6.1.4 (i): inhibitPolicyMapping 0 holds below", CertificatePolicyMissing, 0, Explicit(Has(Silver), Maps(Gold, Silver), Constrains(mapping: 0), Plain))
            .Accept("6.1.4 (i): inhibitPolicyMapping 1 spares the next", Explicit(Has(Silver), Maps(Gold, Silver), Constrains(mapping: 1), Plain), Gold)
            .Refuse("6.1.4 (i): inhibitPolicyMapping 1 spares only the next", CertificatePolicyMissing, 0,
                Explicit(Has(Silver), Maps(Gold, Silver), Has(Gold), Constrains(mapping: 1), Plain))
            .Accept("6.1.4 (b) comes before (i): a CA's own mapping counts", Explicit(Has(Silver), Maps(Gold, Silver).And(Constrains(mapping: 0, Gold)), Plain), Gold)
            .Refuse("6.1.4 (a): anyPolicy mapped", PolicyMappingInvalid, 1, Chain(Plain, Has(Gold).And(Mapping(AnyPolicy, Gold)), Plain))
            .Refuse("6.1.4 (a): mapped to anyPolicy", PolicyMappingInvalid, 1, Chain(Plain, Has(Gold).And(Mapping(Gold, AnyPolicy)), Plain))
            .Accept("6.1.4 (a): an end-entity's mapping is not read", Chain(Has(Gold).And(Mapping(AnyPolicy, Gold)), Plain, Plain))

            .Accept("6.1.5 (b): the end-entity requires a policy and has one", Chain(Requires(0, Gold), Has(Gold), Plain), Gold)
            .Refuse("6.1.5 (b): the end-entity requires a policy and has none", CertificatePolicyMissing, 0, Chain(c => c.WithPolicyConstraints(0), Plain, Plain))
            .Accept("6.1.5 (b): a skip above zero in the end-entity asks nothing", Chain(c => c.WithPolicyConstraints(1), Plain, Plain))
            .Refuse("RFC 5937: the anchor requires a policy", CertificatePolicyMissing, 1, Chain(Plain, Plain, c => c.WithPolicyConstraints(0)))
            .Refuse("RFC 5937: the anchor limits the policies", CertificatePolicyMissing, 0, Explicit(Has(Silver), Has(Silver), Has(Gold)))
            .Accept("RFC 5937: inside what the anchor states", Explicit(Has(Gold), Has(Gold), Has(Gold, Silver)), Gold)
            .Refuse("RFC 5937: the anchor inhibits anyPolicy", CertificatePolicyMissing, 1, Explicit(Has(Gold), Has(AnyPolicy), c => c.WithInhibitAnyPolicy(0)));

        // 6.1.4 (h)(1) and (i)(1) count each certificate below; 6.1.5 (a) counts the last once more. Three certificates without policies below the CA that asks.
        (int Skip, ValidationReason Reason, int Depth)[] skips =
            [(0, CertificatePolicyMissing, 2), (1, CertificatePolicyMissing, 1), (2, CertificatePolicyMissing, 0), (3, CertificatePolicyMissing, 0), (4, None, -1)];
        foreach ((int skip, ValidationReason reason, int depth) in skips)
        {
            SuitePath path = Chain(Plain, Plain, Plain, c => c.WithPolicyConstraints(skip).WithPolicies(Gold), Plain);
            string name = $"6.1.4 (i): requireExplicitPolicy {skip}, three certificates without below";
            _ = reason == None ? table.Accept(name, path) : table.Refuse(name, reason, depth, path);
        }

        return table
            .Refuse("6.1.4 (i): a lower CA cannot raise requireExplicitPolicy", CertificatePolicyMissing, 1,
                Chain(Plain, Plain, c => c.WithPolicyConstraints(9).WithPolicies(Gold), c => c.WithPolicyConstraints(1).WithPolicies(Gold), Plain))
            .Accept("6.1.4 (h): a self-issued certificate does not count down", Chain(Plain, SelfIssued(), Named(c => c.WithPolicyConstraints(2)), Plain))
            .Refuse("6.1.4 (h): what is not self-issued does", CertificatePolicyMissing, 0, Chain(Plain, Plain, Named(c => c.WithPolicyConstraints(2)), Plain));
    }

    private static SuitePath Explicit(params Spec[] byDepth) => Chain(byDepth).Ruled(CertificatePolicyRules.RequireExplicitPolicy);

    private static SuitePath Ruled(this SuitePath path, CertificatePolicyRules rules) => path.Asking(path.Options + (o => o.CertificatePolicyRules |= rules));

    private static SuitePath Accepting(this SuitePath path, params string[] policies) =>
        path.Asking(path.Options + (o => Array.ForEach(policies, o.CertificatePolicies.Add)));

    private static Spec And(this Spec first, Spec second) => first + second;

    private static Spec Has(params string[] policies) => c => c.WithPolicies(policies);

    private static Spec Any(int skip) => c => c.WithInhibitAnyPolicy(skip).WithPolicies(AnyPolicy);

    private static Spec Mapping(string from, string to) => c => c.WithPolicyMappings((from, to));

    private static Spec Maps(string from, string to) => Has(from).And(Mapping(from, to));

    private static Spec MapsTwo() => c => c.WithPolicies(Gold).WithPolicyMappings((Gold, Silver), (Gold, Bronze));

    private static Spec Requires(int skip, string policy) => c => c.WithPolicyConstraints(skip).WithPolicies(policy);

    private static Spec Constrains(int mapping, params string[] policies) =>
        c => c.WithPolicyConstraints(null, mapping).WithPolicies(policies.Length == 0 ? [Gold] : policies);

    private static Spec Named(Spec spec) => spec + (c => c.WithSubject("Rolled"));

    private static Spec SelfIssued(params string[] policies) => c =>
    {
        c.WithSubject("Rolled");
        _ = policies.Length == 0 ? c : c.WithPolicies(policies);
    };
}
