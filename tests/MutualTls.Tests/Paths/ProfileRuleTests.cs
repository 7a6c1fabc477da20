using System.Security.Cryptography.X509Certificates;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Paths;

/// <summary>One row a rule that RFC 5280 section 4 sets for issuing CAs: only the preset Strict asks for it.</summary>
public class ProfileRuleTests
{
    private static readonly byte[] GeneralizedDates =
        [0x30, 0x22, 0x18, 0x0F, .. "20240101000000Z"u8, 0x18, 0x0F, .. "20490101000000Z"u8];

    private static readonly Dictionary<string, (Func<TestPki> Pki, int Depth)> Rows = new()
    {
        ["4.1.2.2: serial zero"] = (() => TestPki.With(client: c => c.WithZeroSerial()), 0),
        ["4.1.2.2: serial negative"] = (() => TestPki.With(intermediate: c => c.WithNegativeSerial()), 1),
        ["4.1.2.2: serial too long"] = (() => TestPki.With(client: c => c.WithTooLongSerial()), 0),
        ["4.1.2.5: GeneralizedTime before 2050"] = (() => TestPki.With(client: c => c.WithRawValidity(GeneralizedDates)), 0),
        ["4.1.2.6: SAN not critical without subject"] = (() => TestPki.With(client: c => c.WithSubject(TestName.Empty).ExtensionCritical(TestOids.SubjectAlternativeName, critical: false)), 0),
        ["4.1.2.8: unique identifiers"] = (() => TestPki.With(client: c => c.WithUniqueIds()), 0),
        ["4.2.1.1: no authority key identifier"] = (() => TestPki.With(client: c => c.WithoutAuthorityKeyIdentifier()), 0),
        ["4.2.1.2: root without subject key identifier"] = (() => TestPki.With(root: c => c.WithoutSubjectKeyIdentifier()), 2),
        ["4.2.1.3: key usage without a use"] = (() => TestPki.With(client: c => c.WithKeyUsage(X509KeyUsageFlags.None)), 0),
        ["4.2.1.6: underscore"] = (() => TestPki.With(client: c => c.WithSan(n => n.Dns("a_b.test"))), 0),
        ["4.2.1.6: no DNS name at all"] = (() => TestPki.With(client: c => c.WithSan(n => n.Dns("a b.test"))), 0),
        ["4.2.1.9: basic constraints of a CA not critical"] = (() => TestPki.With(root: c => c.ExtensionCritical(TestOids.BasicConstraints, critical: false)), 2),
        ["4.2.1.10: name constraints not critical"] = (
            () => TestPki.With(intermediate: c => c.WithNameConstraints(permitted: n => n.Dns("test")).ExtensionCritical(TestOids.NameConstraints, critical: false)), 1),
        ["4.2.1.10: leading dot"] = (() => TestPki.With(intermediate: c => c.WithNameConstraints(permitted: n => n.Dns(".test"))), 1),
        ["4.2.1.10: in an end-entity"] = (() => TestPki.With(client: c => c.WithNameConstraints(permitted: n => n.Dns("test"))), 0),
        ["4.2.1.11: policy constraints not critical"] = (
            () => TestPki.With(intermediate: c => c.WithPolicyConstraints(5).ExtensionCritical(TestOids.PolicyConstraints, critical: false)), 1),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_RuleBroken_IsRefusedByStrictOnly(string row)
    {
        (Func<TestPki> make, int depth) = Rows[row];
        TestPki pki = make();

        PeerVerdict strict = Judge(pki, RulePreset.Strict), standard = Judge(pki, RulePreset.Rfc5280);

        Assert.Contains(strict.Findings, f => (f.Reason, f.Depth) == (ValidationReason.ProfileViolation, depth));
        Assert.True(standard.IsAccepted, standard.ToString());
    }

    [Fact]
    public void Judge_NothingBroken_IsAcceptedByStrict() => Assert.True(Judge(new TestPki(), RulePreset.Strict).IsAccepted);

    // Roots in use have it, and nobody looks up an anchor by its serial number.
    [Fact]
    public void Judge_RootWithSerialZero_IsAcceptedByStrict() => Assert.True(Judge(TestPki.With(root: c => c.WithZeroSerial()), RulePreset.Strict).IsAccepted);

    // 4.2.1.1: only a certificate signed with its own key may leave the identifier out, and that is told by its signature, not by its names.
    [Fact]
    public void Judge_AnchorWithoutAuthorityKeyIdentifier_IsAcceptedByStrictIfSelfSigned()
    {
        TestPki selfSigned = TestPki.With(root: c => c.WithIssuerName(TestName.Cn("another name")));
        TestPki crossSigned = TestPki.With(intermediate: c => c.WithoutAuthorityKeyIdentifier());

        Assert.True(Judge(selfSigned, RulePreset.Strict).IsAccepted);
        Assert.Equal(ValidationReason.ProfileViolation, Pair.JudgeClient(crossSigned, policy: Pair.Trusting(crossSigned.Issuing, p => p.UseRules(RulePreset.Strict))).Primary!.Value.Reason);
    }

    private static PeerVerdict Judge(TestPki pki, RulePreset preset) => Pair.JudgeClient(pki, policy: Pair.Trusting(pki.Root, p => p.UseRules(preset)));
}
