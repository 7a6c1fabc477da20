using MutualTls.Testing;
using MutualTls.Trust;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Testing.TestOids;
using static MutualTls.Tests.Paths.Rfc5280Suite.SuitePath;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>Which names of which certificates a constraint holds for: 6.1.3 (b) and (c), 6.1.4 (g), 4.2.1.10.</summary>
internal static class ConstraintScopeCases
{
    private static readonly TestName Acme = TestName.Empty.And(Organization, "Acme"), Other = TestName.Empty.And(Organization, "Other");

    public static SuiteTable Table { get; } = new SuiteTable("NameConstraintsRule")
        .Accept("6.1.4 (g): inside both CAs' permitted subtrees", Chain(Dns("x.a.example.com"), Permit("a.example.com"), Permit("example.com"), Plain))
        .Refuse("6.1.4 (g): outside the lower CA's", NameNotPermitted, 0, Chain(Dns("b.example.com"), Permit("a.example.com"), Permit("example.com"), Plain))
        .Refuse("6.1.4 (g): a lower CA cannot widen", NameNotPermitted, 0, Chain(Dns("b.example.com"), Permit("example.com"), Permit("a.example.com"), Plain))
        .Refuse("6.1.4 (g): two that do not meet permit nothing", NameNotPermitted, 0, Chain(Dns("example.com"), Permit("example.org"), Permit("example.com"), Plain))
        .Refuse("6.1.4 (g): excluded by the upper CA", NameExcluded, 0, Chain(Dns("a.example.com"), Exclude("b.example.com"), Exclude("a.example.com"), Plain))
        .Refuse("6.1.4 (g): excluded by the lower CA", NameExcluded, 0, Chain(Dns("b.example.com"), Exclude("b.example.com"), Exclude("a.example.com"), Plain))
        .Accept("6.1.4 (g): excluded by neither CA", Chain(Dns("c.example.com"), Exclude("b.example.com"), Exclude("a.example.com"), Plain))
        .Accept("two permitted subtrees, a name in the second", Chain(Dns("a.example.org"), c => c.WithNameConstraints(n => n.Dns("example.com").Dns("example.org")), Plain))
        .Refuse("one name of two is outside", NameNotPermitted, 0, Chain(c => c.WithSan(n => n.Dns("example.com").Dns("example.org")), Permit("example.com"), Plain))
        .Accept("a constraint on DNS names leaves other forms alone", Chain(c => c.WithSan(n => n.Email("user@example.org").Ip("10.0.0.1").Uri("urn:a")), Permit("example.com"), Plain))
        .Accept("a constraint on DNS names with no DNS name there", Chain(Plain, Permit("example.com"), Plain))
        .Accept("a host in the common name is no DNS name", Chain(c => c.WithSubject("host.example.org"), Permit("example.com"), Plain))
        .Refuse("one form right, another outside", NameNotPermitted, 0,
            Chain(c => c.WithSan(n => n.Dns("example.com").Ip("10.0.0.1")), c => c.WithNameConstraints(n => n.Dns("example.com").IpRange("192.0.2.0/24")), Plain))
        .Refuse("a constraint that is not critical holds too", NameNotPermitted, 0,
            Chain(Dns("example.org"), c => c.WithNameConstraints(n => n.Dns("example.com")).ExtensionCritical(NameConstraints, critical: false), Plain))
        .Accept("RFC 5937: inside the anchor's", Chain(Dns("example.com"), Plain, Permit("example.com")))
        .Refuse("RFC 5937: outside the anchor's", NameNotPermitted, 0, Chain(Dns("example.org"), Plain, Permit("example.com")))
        .Refuse("RFC 5937: the anchor's exclude", NameExcluded, 0, Chain(Dns("example.com"), Plain, Exclude("example.com")))
        .Accept("an end-entity that is a CA is not bound by its own", Chain(c => c.WithSan(n => n.Dns("example.org")).WithBasicConstraints(isCa: true)
            .WithNameConstraints(n => n.Dns("example.com")), Plain, Plain))
        .Accept("an intermediate is not bound by its own", Chain(Plain, c => c.WithSan(n => n.Dns("example.org")).WithNameConstraints(n => n.Dns("example.com")), Plain))
        .Refuse("an intermediate's alternative name is outside", NameNotPermitted, 1, Chain(Plain, Dns("example.org"), Permit("example.com"), Plain))
        .Refuse("an intermediate's subject is outside", NameNotPermitted, 1, Chain(Subject(Acme), Subject(Other), PermitDirectory(Acme), Plain))
        .Accept("an intermediate's subject is inside", Chain(Subject(Acme), Subject(Acme.And(CommonName, "CA")), PermitDirectory(Acme), Plain))

        .Accept("6.1.3 (b): a self-issued intermediate is exempt", SelfIssued(Subject(Acme)))
        .Refuse("6.1.3 (b): what it issued is not", NameNotPermitted, 0, SelfIssued(Subject(Other)))
        .Refuse("6.1.3 (b): a self-issued end-entity is not exempt", NameNotPermitted, 0, Chain(Subject(Other), Subject(Other).And(PermitDirectory(Acme)), Plain))

        .Accept("4.2.1.10: an email address in the subject, inside", Chain(Subject(Mail("user@example.com")), PermitEmail("example.com"), Plain))
        .Refuse("4.2.1.10: an email address in the subject, outside", NameNotPermitted, 0, Chain(Subject(Mail("user@example.org")), PermitEmail("example.com"), Plain))
        .Refuse("4.2.1.10: an email address in the subject, excluded", NameExcluded, 0,
            Chain(Subject(Mail("user@example.com")), c => c.WithNameConstraints(excluded: n => n.Email("example.com")), Plain))

        // The RFC asks for the subject's only where there are no alternative names; whoever reads it asks nobody, so here it is always asked.
        .Refuse("4.2.1.10: an alternative name does not excuse the subject's email address", NameNotPermitted, 0,
            Chain(c => c.WithSubject(Mail("user@example.org")).WithSan(n => n.Email("user@example.com")), PermitEmail("example.com"), Plain))
        .Refuse("4.2.1.10: a DNS name does not take its place", NameNotPermitted, 0,
            Chain(c => c.WithSubject(Mail("user@example.org")).WithSan(n => n.Dns("example.org")), PermitEmail("example.com"), Plain))

        // An intermediate that cannot be read is no intermediate.
        .Refuse("4.2.1.10: minimum must be zero, and zero is left out", IssuerUnknown, 0, Chain(Plain, RawConstraints(0x80), Plain))
        .Refuse("4.2.1.10: maximum must be absent", IssuerUnknown, 0, Chain(Plain, RawConstraints(0x81), Plain))
        .Refuse("4.2.1.10: no list is empty", IssuerUnknown, 0, Chain(Plain, c => c.WithExtension(NameConstraints, critical: true, [0x30, 2, 0xA0, 0]), Plain));

    private static Spec Dns(string name) => c => c.WithSan(n => n.Dns(name));

    private static Spec Permit(string dns) => c => c.WithNameConstraints(permitted: n => n.Dns(dns));

    private static Spec Exclude(string dns) => c => c.WithNameConstraints(excluded: n => n.Dns(dns));

    private static Spec PermitEmail(string email) => c => c.WithNameConstraints(permitted: n => n.Email(email));

    private static Spec PermitDirectory(TestName name) => c => c.WithNameConstraints(permitted: n => n.Directory(name));

    private static Spec Subject(TestName name) => c => c.WithSubject(name);

    private static Spec And(this Spec first, Spec second) => first + second;

    private static TestName Mail(string address) => TestName.Cn("user").And(EmailAddress, address);

    private static Spec RawConstraints(byte bound) =>
        c => c.WithExtension(NameConstraints, critical: true, [0x30, 10, 0xA0, 8, 0x30, 6, 0x82, 1, (byte)'a', bound, 1, 1]);

    // CA "Other" constrains to Acme, rolls its key over with a certificate for itself, and issues with the new key.
    private static SuitePath SelfIssued(Spec leaf) => new(() =>
    {
        TestCertificateAuthority root = Root(), old = root.IssueIntermediate(null, c => c.WithSubject(Other).WithNameConstraints(n => n.Directory(Acme)));
        TestCertificateAuthority renewed = old.IssueIntermediate(null, Subject(Other));
        return new SuiteParts([TrustAnchor.FromCertificate(root.Der.Span)], renewed.Issue(Leaf(leaf)).Der, renewed.Der, old.Der);
    });
}
