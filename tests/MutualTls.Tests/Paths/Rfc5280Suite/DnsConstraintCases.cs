using MutualTls.Findings;
using MutualTls.Testing;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Tests.Paths.Rfc5280Suite.SuitePath;
using Names = System.Action<MutualTls.Testing.TestGeneralNames>;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>6.1.3 (b) and (c) for host names and what holds one: DNS names, email addresses, URIs. 4.2.1.10.</summary>
internal static class DnsConstraintCases
{
    private static readonly (string Name, string? Permitted, string? Excluded, ValidationReason Reason)[] Dns =
    [
        ("example.com", "example.com", null, None),
        ("a.example.com", "example.com", null, None),
        ("a.b.example.com", "example.com", null, None),
        ("A.EXAMPLE.com", "example.COM", null, None),
        ("badexample.com", "example.com", null, NameNotPermitted),
        ("example.org", "example.com", null, NameNotPermitted),
        ("com", "example.com", null, NameNotPermitted),
        ("example.com.evil.org", "example.com", null, NameNotPermitted),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", null, None),
        ("a_b.example.com", "example.com", null, None),
        ("*.example.com", "example.com", null, None),
        ("*.a.example.com", "example.com", null, None),
        ("*.com", "example.com", null, NameNotPermitted),
        ("*.example.com", "a.example.com", null, NameNotPermitted),
        ("example.com", null, "example.com", NameExcluded),
        ("a.example.com", null, "example.com", NameExcluded),
        ("A.Example.Com", null, "example.com", NameExcluded),
        ("example.org", null, "example.com", None),
        ("badexample.com", null, "example.com", None),
        ("*.example.com", null, "example.com", NameExcluded),
        ("*.com", null, "example.com", NameExcluded),
        ("*.example.com", null, "a.example.com", NameExcluded),
        ("*.example.com", null, "b.a.example.com", None),
        ("*.example.com", null, "example.org", None),
        ("a.example.com", "example.com", "a.example.com", NameExcluded),
        ("b.example.com", "example.com", "a.example.com", None),
        ("anything.test", "", null, None),
        ("anything.test", null, "", NameExcluded),

        // A leading dot has no meaning for DNS names in the RFC. Read as "below only", and never so that a name escapes an exclusion.
        ("a.example.com", ".example.com", null, None),
        ("example.com", ".example.com", null, NameNotPermitted),
        ("example.com", null, ".example.com", NameExcluded),
        ("a.example.com", null, ".example.com", NameExcluded),

        // 4.2.1.6 wants the preferred name syntax; what is none cannot be judged.
        ("example.com.", "example.com", null, NameConstraintUnsupported),
        ("a..example.com", "example.com", null, NameConstraintUnsupported),
        ("a*.example.com", null, "example.org", NameConstraintUnsupported),
        ("a.*.example.com", null, "example.org", NameConstraintUnsupported),
        ("a b.example.com", "example.com", null, NameConstraintUnsupported),
        ("a.example.com", "example.com.", null, NameConstraintUnsupported),
        ("a.example.com", "*.example.com", null, NameConstraintUnsupported),
        ("a.example.com", null, "*.example.com", NameConstraintUnsupported),
        ("a.example.com", null, "exa mple", NameConstraintUnsupported),
    ];

    private static readonly (string Name, string? Permitted, string? Excluded, ValidationReason Reason)[] Email =
    [
        ("user@example.com", "user@example.com", null, None),
        ("other@example.com", "user@example.com", null, NameNotPermitted),
        ("user@EXAMPLE.com", "user@example.com", null, None),
        ("User@example.com", "user@example.com", null, NameNotPermitted),
        ("user@a.example.com", "user@example.com", null, NameNotPermitted),
        ("user@example.com", "example.com", null, None),
        ("user@Example.com", "example.COM", null, None),
        ("user@a.example.com", "example.com", null, NameNotPermitted),
        ("user@a.example.com", ".example.com", null, None),
        ("user@a.b.example.com", ".example.com", null, None),
        ("user@example.com", ".example.com", null, NameNotPermitted),
        ("user@badexample.com", ".example.com", null, NameNotPermitted),
        ("user@example.com", null, "user@example.com", NameExcluded),
        ("other@example.com", null, "user@example.com", None),
        ("user@example.com", null, "example.com", NameExcluded),
        ("user@a.example.com", null, "example.com", None),
        ("user@a.example.com", null, ".example.com", NameExcluded),
        ("user@example.com", null, ".example.com", None),
        ("\"a@b\"@example.com", "example.com", null, None),
        ("user@evil.test@example.com", "evil.test", null, NameNotPermitted),
        ("no-host", "example.com", null, NameConstraintUnsupported),
        ("user@", "example.com", null, NameConstraintUnsupported),
        ("@example.com", "example.com", null, NameConstraintUnsupported),
        ("user@[10.0.0.1]", "example.com", null, NameConstraintUnsupported),
        ("user@example.com", "user@", null, NameConstraintUnsupported),
    ];

    private static readonly (string Name, string? Permitted, string? Excluded, ValidationReason Reason)[] Uri =
    [
        ("https://host.example.com/path", "host.example.com", null, None),
        ("https://HOST.example.com", "host.EXAMPLE.com", null, None),
        ("https://host.example.com:8443/path?query#part", "host.example.com", null, None),
        ("https://user:word@host.example.com/", "host.example.com", null, None),
        ("https://a.host.example.com/", "host.example.com", null, NameNotPermitted),
        ("https://a.example.com/", ".example.com", null, None),
        ("https://a.b.example.com/", ".example.com", null, None),
        ("https://example.com/", ".example.com", null, NameNotPermitted),
        ("https://badexample.com/", ".example.com", null, NameNotPermitted),
        ("https://host.example.com/", null, "host.example.com", NameExcluded),
        ("https://a.host.example.com/", null, "host.example.com", None),
        ("https://a.example.com/", null, ".example.com", NameExcluded),
        ("https://example.com/", null, ".example.com", None),
        ("spiffe://mesh.example/ns/a/sa/b", "mesh.example", null, None),
        ("spiffe://other.example/ns/a", "mesh.example", null, NameNotPermitted),
        ("spiffe://mesh.example/ns/a", null, "mesh.example", NameExcluded),
        ("https://evil.test/?@host.example.com", "host.example.com", null, NameNotPermitted),
        ("https://evil.test#@host.example.com", "host.example.com", null, NameNotPermitted),
        ("https://host.example.com@evil.test/", "host.example.com", null, NameNotPermitted),

        // "MUST reject a URI that has no authority, or an address or no host in it."
        ("urn:example:a", "host.example.com", null, NameConstraintUnsupported),
        ("mailto:user@host.example.com", "host.example.com", null, NameConstraintUnsupported),
        ("file:///etc/hosts", "host.example.com", null, NameConstraintUnsupported),
        ("https://10.0.0.1/", "host.example.com", null, NameConstraintUnsupported),
        ("https://10.0.0.1/", null, "host.example.com", NameConstraintUnsupported),
        ("https://[2001:db8::1]/", "host.example.com", null, NameConstraintUnsupported),
        ("//host.example.com/", "host.example.com", null, NameConstraintUnsupported),
        ("https://host.example.com/", "https://host.example.com", null, NameConstraintUnsupported),

        // RFC 3986 has no backslash; who takes it for a slash reads another host here.
        ("https://evil.test\\@host.example.com/", "host.example.com", null, NameConstraintUnsupported),
        ("https://a@b@host.example.com/", "host.example.com", null, NameConstraintUnsupported),
        ("https://evil.test @host.example.com/", "host.example.com", null, NameConstraintUnsupported),
        ("https://host.example.com:port/", "host.example.com", null, NameConstraintUnsupported),
    ];

    public static SuiteTable Table { get; } = Make();

    private static SuiteTable Make()
    {
        SuiteTable table = new("NameConstraintsRule");
        Add(table, "DNS", Dns, (names, text) => names.Dns(text));
        Add(table, "email", Email, (names, text) => names.Email(text));
        Add(table, "URI", Uri, (names, text) => names.Uri(text));
        return table;
    }

    private static void Add(
        SuiteTable table, string form, (string Name, string? Permitted, string? Excluded, ValidationReason Reason)[] rows, Action<TestGeneralNames, string> write)
    {
        foreach ((string name, string? permitted, string? excluded, ValidationReason reason) in rows)
        {
            string title = $"{form} {name}{(permitted is null ? "" : $", permitted '{permitted}'")}{(excluded is null ? "" : $", excluded '{excluded}'")}";
            SuitePath path = Chain(c => c.WithSan(n => write(n, name)), c => c.WithNameConstraints(Subtree(permitted), Subtree(excluded)), Plain);
            _ = reason == None ? table.Accept(title, path) : table.Refuse(title, reason, 0, path);
        }

        Names? Subtree(string? text) => text is null ? null : names => write(names, text);
    }
}
