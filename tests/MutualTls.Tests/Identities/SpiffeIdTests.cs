using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Identities;

/// <summary>SPIFFE IDs by their specification, section 2, and in certificates by X509-SVID sections 2 and 5.2.</summary>
public class SpiffeIdTests
{
    public static TheoryData<string> Good =>
    [
        "spiffe://example.org", "spiffe://example.org/a", "spiffe://example.org/a/b.c-d_E9", "spiffe://1.2.3.4/x", "spiffe://a_b-c.d/x", "spiffe://example.org/...",
        "spiffe://" + new string('a', 255) + "/x", "spiffe://example.org/" + new string('a', 2048 - 21),
    ];

    public static TheoryData<string, string> Bad => new()
    {
        { "", "start" }, { "example.org/a", "start" }, { "http://example.org/a", "start" }, { "SPIFFE://example.org/a", "start" }, { "spiffe:/example.org/a", "start" },
        { "spiffe://", "trust domain" }, { "spiffe:///a", "trust domain" }, { "spiffe://Example.org/a", "trust domain" }, { "spiffe://example.org:80/a", "trust domain" },
        { "spiffe://user@example.org/a", "trust domain" }, { "spiffe://ex%61mple.org/a", "trust domain" }, { "spiffe://example.org?a", "trust domain" },
        { "spiffe://example.org#a", "trust domain" }, { "spiffe://bücher.org/a", "trust domain" }, { "spiffe://" + new string('a', 256) + "/x", "trust domain" },
        { "spiffe://example.org/", "empty segment" }, { "spiffe://example.org/a/", "empty segment" }, { "spiffe://example.org//a", "empty segment" },
        { "spiffe://example.org/.", "'.'" }, { "spiffe://example.org/a/../b", "'..'" }, { "spiffe://example.org/a%20b", "letters" },
        { "spiffe://example.org/a?b", "letters" }, { "spiffe://example.org/a#b", "letters" }, { "spiffe://example.org/a b", "letters" }, { "spiffe://example.org/a*", "letters" },
        { "spiffe://example.org/a\0b", "letters" }, { "spiffe://example.org/" + new string('a', 2048 - 20), "2048" },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void Parse_Good_KeepsItsText(string text)
    {
        SpiffeId id = SpiffeId.Parse(text);
        Assert.Equal(text, id.ToString());
        Assert.Equal(text, $"spiffe://{id.TrustDomain.Name}{id.Path}");
        Assert.Equal(id, SpiffeId.Parse(text));
        Assert.True(id.MemberOf(SpiffeTrustDomain.Parse(id.TrustDomain.Name)));
        Assert.False(id.MemberOf(SpiffeTrustDomain.Parse("other.example")));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Parse_Bad_SaysWhichRuleItBreaks(string text, string says)
    {
        Assert.False(SpiffeId.TryParse(text, out _));
        Assert.Contains(says, Assert.Throws<FormatException>(() => SpiffeId.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example.org", true)]
    [InlineData("spiffe://example.org", true)]
    [InlineData("spiffe://example.org/a", false)]
    [InlineData("Example.org", false)]
    [InlineData("", false)]
    [InlineData("a:1", false)]
    public void TrustDomain_Text_IsReadStrictly(string text, bool good) => Assert.Equal(good, SpiffeTrustDomain.TryParse(text, out _));

    // X509-SVID section 2: "MUST contain exactly one URI SAN"; section 5.2: a path, and no CA's.
    [Fact]
    public void Identity_OfACertificate_IsItsOnlyUri()
    {
        Assert.Equal("spiffe://mesh.example/a", IdOf(c => c.WithSan(n => n.Dns("a.example").Uri("spiffe://mesh.example/a"))));
        Assert.Null(IdOf(c => c.WithSan(n => n.Uri("spiffe://mesh.example/a").Uri("spiffe://mesh.example/b"))));
        Assert.Null(IdOf(c => c.WithSan(n => n.Uri("spiffe://mesh.example/a").Uri("https://mesh.example/"))));
        Assert.Null(IdOf(c => c.WithSan(n => n.Uri("spiffe://mesh.example"))));
        Assert.Null(IdOf(c => c.WithSan(n => n.Uri("https://mesh.example/a"))));
        Assert.Null(IdOf(c => c.WithSan(n => n.Uri("spiffe://mesh.example/a")).WithBasicConstraints(isCa: true)));
        Assert.Null(IdOf(c => c.WithoutSan()));
    }

    private static string? IdOf(Action<TestCertificateSpec> client)
    {
        TestPki pki = TestPki.With(client: client);
        return Pair.JudgeClient(pki, policy: Pair.Trusting(pki.Root, p => p.UseRules(MutualTls.Paths.RulePreset.Rfc5280))).Identity!.SpiffeId?.ToString();
    }
}
