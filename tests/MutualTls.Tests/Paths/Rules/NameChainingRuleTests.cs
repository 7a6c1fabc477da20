using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Paths.Rules;
using MutualTls.Testing;
using MutualTls.Trust;

namespace MutualTls.Tests.Paths.Rules;

/// <summary>The search offers only paths whose names chain, so the rule is asked here without it. RFC 5280 section 6.1.3 (a)(4).</summary>
public class NameChainingRuleTests
{
    [Fact]
    public void Check_NamesChain_FindsNothing() => Assert.Null(Check(new TestPki(), new TestPki(), mixed: false));

    [Fact]
    public void Check_IssuerIsNotTheNextSubject_RefusesAtThatDepth()
    {
        FindingCollection findings = Check(new TestPki(), new TestPki(), mixed: true)!;
        Assert.Equal([(ValidationReason.NameChainBroken, 0), (ValidationReason.NameChainBroken, 1)], findings.Select(f => (f.Reason, f.Depth)));
    }

    private static FindingCollection? Check(TestPki pki, TestPki other, bool mixed)
    {
        ParsedCertificate[] certificates = [Read(pki.Client), Read(mixed ? other.Issuing : pki.Issuing)];
        TrustAnchor anchor = TrustAnchor.FromCertificate(pki.Root.Der.Span);
        PathParameters parameters = new() { Anchors = new TrustAnchorSet([anchor]) };
        PathBudget budget = default;
        PathCheck path = new(certificates, anchor, parameters, PathPurpose.ClientAuth, TimeProvider.System.GetUtcNow(), ref budget);
        NameChainingRule.Check(ref path);
        return path.Findings;
    }

    private static ParsedCertificate Read(TestCertificate certificate)
    {
        Assert.True(ParsedCertificate.TryParse(certificate.Der.Span, out ParsedCertificate? parsed, out _));
        return parsed!;
    }
}
