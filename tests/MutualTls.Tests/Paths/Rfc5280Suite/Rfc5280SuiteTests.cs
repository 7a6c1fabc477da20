using MutualTls.Findings;
using MutualTls.Paths.Rules;
using MutualTls.Policies;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>Path validation, step by step of RFC 5280 section 6.1: each is met once and broken once. Every expectation is the RFC's.</summary>
public class Rfc5280SuiteTests
{
    private static readonly Dictionary<string, SuiteCase> Cases = ((IEnumerable<SuiteTable>)[
        SignatureCases.Signatures, SignatureCases.Algorithms,
        ValidityCases.Table, NameChainingCases.Table,
        DnsConstraintCases.Table, AddressConstraintCases.Table, ConstraintScopeCases.Table,
        PolicyCases.Table,
        IssuerCases.BasicConstraints, IssuerCases.PathLength, IssuerCases.KeyUsage, IssuerCases.Critical, IssuerCases.Purpose,
        SearchCases.Table, PresetCases.Table, IdentityCases.Table,
    ]).SelectMany(t => t.Cases).ToDictionary(c => $"{c.Rule}: {c.Name}");

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_Case_IsAsTheStandardSays(string name)
    {
        SuiteCase row = Cases[name];

        PeerVerdict verdict = row.Path.Judge();

        if (row.IsAccepted)
        {
            Assert.True(verdict.IsAuthenticated, verdict.ToString());
            if (row.Policies is not null)
            {
                Assert.Equal(row.Policies.Order(StringComparer.Ordinal), verdict.Path!.CertificatePolicies.Order(StringComparer.Ordinal));
            }
        }
        else
        {
            Assert.Equal(VerdictOutcome.Refused, verdict.Outcome);
            Assert.Equal((row.Reason, row.Depth), (verdict.Primary!.Value.Reason, verdict.Primary.Value.Depth));

            // The defect under test is the only one there is.
            Assert.Equal([row.Reason], verdict.Findings.Select(f => f.Reason).Distinct());
        }
    }

    [Fact]
    public void Suite_HoldsAtLeastTheCasesPromised() => Assert.InRange(Cases.Count, 300, int.MaxValue);

    /// <summary>A new rule comes with a case that meets it and one that breaks it.</summary>
    [Fact]
    public void Suite_EveryRule_IsMetAndBroken()
    {
        string[] rules = [.. typeof(SignatureRule).Assembly.GetTypes().Where(t => t.Namespace == typeof(SignatureRule).Namespace && t.Name.EndsWith("Rule", StringComparison.Ordinal)).Select(t => t.Name)];
        Assert.InRange(rules.Length, 12, int.MaxValue);
        Assert.All(rules, rule =>
        {
            Assert.Contains(Cases.Values, c => c.Rule == rule && c.IsAccepted);
            Assert.Contains(Cases.Values, c => c.Rule == rule && !c.IsAccepted);
        });
    }
}
