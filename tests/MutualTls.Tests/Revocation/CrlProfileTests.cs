using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>One row a rule that RFC 5280 section 5.2 sets for issuers of CRLs: only the preset Strict asks for it.</summary>
public class CrlProfileTests
{
    private static readonly Dictionary<string, Action<TestCrlSpec>> Rows = new()
    {
        ["5.2.1: no authority key identifier"] = c => c.WithoutAuthorityKeyIdentifier(),
        ["5.2.3: no CRL number"] = c => c.WithoutNumber(),
        ["5.2.3: CRL number critical"] = c => c.ExtensionCritical(TestOids.CrlNumber, critical: true),
        ["5.2.5: issuing distribution point not critical"] =
            c => c.WithIssuingDistributionPoint(d => d.OnlyEndEntityCertificates()).ExtensionCritical(TestOids.IssuingDistributionPoint, critical: false),
        ["5.2.6: freshest CRL critical"] = c => c.WithFreshestCrl("http://crl.test/delta.crl").ExtensionCritical(TestOids.FreshestCrl, critical: true),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_RuleBroken_IsRefusedByStrictOnly(string row)
    {
        Assert.Equal(ValidationReason.CrlMalformed, Judge(Rows[row], RulePreset.Strict).Primary?.Reason);
        Assert.True(Judge(Rows[row], RulePreset.Rfc5280).IsAccepted);
    }

    [Fact]
    public void Judge_NothingBroken_IsAcceptedByStrict() => Assert.True(Judge(_ => { }, RulePreset.Strict).IsAccepted);

    private static PeerVerdict Judge(Action<TestCrlSpec> crl, RulePreset preset)
    {
        TestPki pki = new();
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(pki.Root.ToPem()).UseRules(preset).CheckRevocation(r =>
        {
            r.Crls.Add(pki.Root.IssueCrl().Der);
            r.Crls.Add(pki.Issuing.IssueCrl(crl).Der);
        }));
        return Pair.JudgeClient(pki, policy: policy);
    }
}
