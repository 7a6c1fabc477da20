using MutualTls.Testing;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Tests.Paths.Rfc5280Suite.SuitePath;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>RFC 9525 section 6: whether a server has the name that was dialled.</summary>
internal static class IdentityCases
{
    private static readonly (string Presented, string Dialled, bool Matches)[] Dns =
    [
        ("host.test", "host.test", true),
        ("HOST.test", "host.TEST", true),
        ("host.test", "host.test.", true),
        ("host.test.", "host.test", false),
        ("host.test", "a.host.test", false),
        ("a.host.test", "host.test", false),
        ("host.test", "other.test", false),
        ("*.host.test", "a.host.test", true),
        ("*.HOST.test", "A.host.test", true),
        ("*.host.test", "host.test", false),
        ("*.host.test", "a.b.host.test", false),
        ("a*.host.test", "ab.host.test", false),
        ("*a.host.test", "ba.host.test", false),
        ("a.*.test", "a.host.test", false),
        ("*.*.test", "a.host.test", false),
        ("*", "host", false),
        ("*.test", "host.test", false),
        ("*.", "host", false),
        ("xn--bcher-kva.test", "bücher.test", true),
        ("xn--bcher-kva.test", "xn--bcher-kva.test", true),
        ("XN--BCHER-KVA.test", "bücher.test", true),
        ("*.test.example", "xn--bcher-kva.test.example", true),
        ("xn--*.host.test", "xn--bcher-kva.host.test", false),
        ("10.0.0.7", "10.0.0.7", false),
        ("host_a.test", "host_a.test", true),
    ];

    private static readonly (string Presented, string Dialled, bool Matches)[] Ip =
    [
        ("10.0.0.7", "10.0.0.7", true),
        ("10.0.0.7", "10.0.0.8", false),
        ("::1", "::1", true),
        ("2001:db8::1", "2001:0db8:0:0:0:0:0:1", true),
        ("2001:db8::1", "[2001:db8::1]", true),
        ("2001:db8::1", "2001:db8::2", false),
        ("10.0.0.7", "::ffff:10.0.0.7", true),
        ("::ffff:10.0.0.7", "10.0.0.7", false),
    ];

    public static SuiteTable Table { get; } = Make();

    private static SuiteTable Make()
    {
        SuiteTable table = new("ReferenceIdentity");
        foreach ((string presented, string dialled, bool matches) in Dns)
        {
            Add(table, $"6.3: DNS '{presented}' for '{dialled}'", Server(n => n.Dns(presented), dialled), matches);
        }

        foreach ((string presented, string dialled, bool matches) in Ip)
        {
            Add(table, $"6.4: IP '{presented}' for '{dialled}'", Server(n => n.Ip(presented), dialled), matches);
        }

        return table
            .Accept("6.2: the second of several names", Server(n => n.Dns("first.test").Dns("host.test"), "host.test"))
            .Refuse("6.4.4 of RFC 6125, gone in RFC 9525: the common name never counts", NameMismatch, 0,
                Chain(c => c.WithSubject("host.test"), Plain, Plain).Dialled("host.test"))
            .Refuse("6.2: the common name does not help a name that does not match", NameMismatch, 0,
                Chain(c => c.WithSubject("host.test").WithSan(n => n.Dns("other.test")), Plain, Plain).Dialled("host.test"))
            .Refuse("6.2: a URI is no DNS name", NameMismatch, 0, Server(n => n.Uri("https://host.test/"), "host.test"))
            .Refuse("6.2: an email address is no DNS name", NameMismatch, 0, Server(n => n.Email("host.test"), "host.test"))
            .Refuse("6.4: no address for an address that was dialled", NameMismatch, 0, Server(n => n.Dns("10.0.0.7"), "10.0.0.7"));
    }

    private static SuitePath Server(Action<TestGeneralNames> san, string dialled) => Chain(c => c.WithSan(san), Plain, Plain).Dialled(dialled);

    private static void Add(SuiteTable table, string name, SuitePath path, bool matches) =>
        _ = matches ? table.Accept(name, path) : table.Refuse(name, NameMismatch, 0, path);
}
