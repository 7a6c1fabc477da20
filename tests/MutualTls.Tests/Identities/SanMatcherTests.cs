using System.Diagnostics;
using MutualTls.Certificates;
using MutualTls.Identities;
using MutualTls.Testing;

namespace MutualTls.Tests.Identities;

/// <summary>Patterns: which are refused, and what matching costs. What they match is in the table of decisions.</summary>
public class SanMatcherTests
{
    public static TheoryData<string, string> Malformed => new()
    {
        { "a.example", "kinds are dns" },
        { "host:a.example", "kinds are dns" },
        { "DNS:a.example", "kinds are dns" },
        { "dns:", "empty" },
        { "dns:a.*.example", "whole first label" },
        { "dns:*a.example", "whole first label" },
        { "dns:a*.example", "whole first label" },
        { "dns:*.*.example", "whole first label" },
        { "dns:*", "whole first label" },
        { "dns:a..example", "labels of letters" },
        { "dns:a.example.", "labels of letters" },
        { "dns:a b.example", "labels of letters" },
        { "dns:bücher.example", "A-labels" },
        { "dns:a.example\0.evil", "NUL" },
        { "ip:10.0.0.256", "not an IP address" },
        { "ip:127.1", "four decimal numbers" },
        { "ip:0x7f000001", "four decimal numbers" },
        { "ip:10.0.0.0/33", "0 to 32" },
        { "ip:10.0.0.0/-1", "0 to 32" },
        { "ip:10.0.0.7/8", "10.0.0.0/8" },
        { "ip:2001:db8::1/32", "2001:db8::/32" },
        { "ip:*", "not an IP address" },
        { "email:acme.example", "name@domain" },
        { "email:@acme.example", "name@domain" },
        { "email:ann@*.example", "without a wildcard" },
        { "email:a*n@acme.example", "one *" },
        { "uri:orders", "not a URI" },
        { "uri:https://a.example/x y", "not a URI" },
        { "uri:https://*.example/x", "in the path" },
        { "uri:*://a.example/x", "in the path" },
        { "uri:urn:device:*", "in the path" },
        { "uri:https://a.example/**/x", "last part" },
        { "uri:https://a.example/a*b", "one *" },
        { "uri:https://a.example/***", "one *" },
        { "uri:https://a.example/x**", "one *" },
        { "uri:https://a.example//*", "empty" },
        { "uri:spiffe://partners.example", "/**" },
        { "uri:spiffe://Partners.example/a", "trust domain" },
        { "uri:spiffe://partners.example:80/a", "trust domain" },
        { "uri:spiffe://partners.example/a?b", "letters, digits" },
        { "uri:spiffe://partners.example/a/", "empty segment" },
        { "uri:SPIFFE://partners.example/a", "spiffe://" },
        { "upn:ann", "name@domain" },
        { "other:badge=7", "1.2.3=value" },
        { "other:1.2.3", "1.2.3=value" },
        { "other:1.2.3=#0C0", "hexadecimal" },
        { "subject:Acme", "TYPE=value" },
        { "subject:X=Acme", "TYPE=value" },
        { "subject:O=", "no value" },
        { "subject:O=Acme\\", "backslash" },
        { "subject:O=Acme;OU=x", "written \\;" },
        { "subject:O=\\FF", "UTF-8" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void AnyOf_Malformed_IsRefusedAndSaysWhatWouldBeRight(string pattern, string says) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => SanMatcher.AnyOf("dns:good.example", pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public void AnyOf_SeveralMalformed_TellsAll()
    {
        string message = Assert.Throws<ArgumentException>(() => SanMatcher.AnyOf("dns:*", "ip:x")).Message;
        Assert.Contains("'dns:*'", message, StringComparison.Ordinal);
        Assert.Contains("'ip:x'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Matches_EveryKind_AllocatesNothing()
    {
        ParsedCertificate peer = Peer(n => n.Dns("host5.example").Uri("spiffe://mesh.example/ns/5/sa/a").Email("u5@acme.example").Ip("10.0.5.1").Upn("u5@corp.example"));
        SanMatcher[] matchers =
        [
            SanMatcher.AnyOf("dns:host5.example"), SanMatcher.AnyOf("dns:*.example.test", "dns:**.example"), SanMatcher.AnyOf("uri:spiffe://mesh.example/ns/*/sa/*"),
            SanMatcher.AnyOf("uri:spiffe://mesh.example/**"), SanMatcher.AnyOf("email:u*@acme.example"), SanMatcher.AnyOf("ip:10.0.0.0/16"), SanMatcher.AnyOf("upn:*@corp.example"),
            SanMatcher.AnyOf("subject:O=Acme,OU=Devices"), SanMatcher.AnyOf("dns:nobody.example"),
        ];
        Assert.Equal(8, matchers.Count(matcher => matcher.Matches(peer)));

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (SanMatcher matcher in matchers)
        {
            matcher.Matches(peer);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // Budget B9: the same at 10 and at 10,000. A table that is searched from end to end would be some hundred times slower.
    [Theory]
    [InlineData("dns:host{0}.example", "dns:*.d{0}.example", "dns:**.e{0}.example")]
    [InlineData("uri:spiffe://mesh.example/ns/{0}/sa/a", "uri:spiffe://mesh.example/w/{0}-*", "uri:https://h{0}.example/**")]
    [InlineData("email:u{0}@acme.example", "email:*@d{0}.example", "upn:u{0}@corp.example")]
    [InlineData("ip:10.1.0.1", "ip:10.{1}.{2}.0/24", "other:1.2.3=badge-{0}-*")]
    [InlineData("subject:O=Acme,SERIALNUMBER={0}", "subject:SERIALNUMBER=x{0}", "subject:OU=Team {0}")]
    public void Matches_TenThousandPatterns_CostsAsMuchAsTen(string first, string second, string third)
    {
        ParsedCertificate peer = Peer(n => n.Dns("a.b.c.nobody.example").Uri("spiffe://mesh.example/ns/nobody/sa/a").Email("nobody@acme.example").Ip("10.255.255.255").Upn("x@corp.example"));
        SanMatcher few = Of(10), many = Of(10_000);
        Assert.False(few.Matches(peer) || many.Matches(peer));

        double best = double.MaxValue;
        for (int round = 0; round < 20 && best > 3; round++)
        {
            best = Math.Min(best, Time(many, peer) / (double)Time(few, peer));
        }

        Assert.True(best <= 3, $"{best:0.0} times");

        SanMatcher Of(int count) => SanMatcher.AnyOf(Enumerable.Range(0, count).SelectMany(i => new[] { first, second, third }.Select(
            pattern => string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, i, i / 250, i % 250))).Distinct());
    }

    private static long Time(SanMatcher matcher, ParsedCertificate peer)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 2_000; i++)
        {
            matcher.Matches(peer);
        }

        return Stopwatch.GetTimestamp() - start;
    }

    private static ParsedCertificate Peer(Action<TestGeneralNames> names)
    {
        TestCertificate certificate = TestCertificateAuthority.CreateRoot().IssueClient("peer", c => c.WithSan(names)
            .WithSubject(TestName.Empty.And(TestOids.Organization, "Acme").And(TestOids.OrganizationalUnit, "Devices").And(TestOids.SerialNumber, "nobody")));
        Assert.True(ParsedCertificate.TryParse(certificate.Der.Span, out ParsedCertificate? parsed, out _));
        return parsed;
    }
}
