using MutualTls.Testing;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Testing.TestOids;
using static MutualTls.Tests.Paths.Rfc5280Suite.SuitePath;
using Names = System.Action<MutualTls.Testing.TestGeneralNames>;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>6.1.3 (b) and (c) for addresses, directory names and the forms that cannot be judged. 4.2.1.10.</summary>
internal static class AddressConstraintCases
{
    private static readonly TestName Acme = TestName.Empty.And(Organization, "Acme"), Other = TestName.Empty.And(Organization, "Other");

    public static SuiteTable Table { get; } = new SuiteTable("NameConstraintsRule")
        .Accept("IP 10.1.2.3, permitted 10.0.0.0/8", Of(n => n.Ip("10.1.2.3"), permitted: n => n.IpRange("10.0.0.0/8")))
        .Refuse("IP 11.0.0.1, permitted 10.0.0.0/8", NameNotPermitted, 0, Of(n => n.Ip("11.0.0.1"), permitted: n => n.IpRange("10.0.0.0/8")))
        .Accept("IP 10.0.0.7, permitted 10.0.0.7/32", Of(n => n.Ip("10.0.0.7"), permitted: n => n.IpRange("10.0.0.7/32")))
        .Refuse("IP 10.0.0.8, permitted 10.0.0.7/32", NameNotPermitted, 0, Of(n => n.Ip("10.0.0.8"), permitted: n => n.IpRange("10.0.0.7/32")))
        .Accept("IP 203.0.113.9, permitted 0.0.0.0/0", Of(n => n.Ip("203.0.113.9"), permitted: n => n.IpRange("0.0.0.0/0")))
        .Accept("IP 172.16.5.4, permitted 172.16.4.0/23", Of(n => n.Ip("172.16.5.4"), permitted: n => n.IpRange("172.16.4.0/23")))
        .Refuse("IP 172.16.6.0, permitted 172.16.4.0/23", NameNotPermitted, 0, Of(n => n.Ip("172.16.6.0"), permitted: n => n.IpRange("172.16.4.0/23")))
        .Refuse("IP 10.1.2.3, excluded 10.0.0.0/8", NameExcluded, 0, Of(n => n.Ip("10.1.2.3"), excluded: n => n.IpRange("10.0.0.0/8")))
        .Accept("IP 11.0.0.1, excluded 10.0.0.0/8", Of(n => n.Ip("11.0.0.1"), excluded: n => n.IpRange("10.0.0.0/8")))
        .Accept("IP 2001:db8::1, permitted 2001:db8::/32", Of(n => n.Ip("2001:db8::1"), permitted: n => n.IpRange("2001:db8::/32")))
        .Refuse("IP 2001:db9::1, permitted 2001:db8::/32", NameNotPermitted, 0, Of(n => n.Ip("2001:db9::1"), permitted: n => n.IpRange("2001:db8::/32")))
        .Refuse("IP 2001:db8::1, excluded 2001:db8::/32", NameExcluded, 0, Of(n => n.Ip("2001:db8::1"), excluded: n => n.IpRange("2001:db8::/32")))
        .Refuse("IP 10.0.0.1, permitted only 2001:db8::/32", NameNotPermitted, 0, Of(n => n.Ip("10.0.0.1"), permitted: n => n.IpRange("2001:db8::/32")))
        .Refuse("IP 2001:db8::1, permitted only 10.0.0.0/8", NameNotPermitted, 0, Of(n => n.Ip("2001:db8::1"), permitted: n => n.IpRange("10.0.0.0/8")))
        .Accept("IP 10.0.0.1, excluded ::/0", Of(n => n.Ip("10.0.0.1"), excluded: n => n.IpRange("::/0")))
        .Accept("IP of both families, permitted one range each",
            Of(n => n.Ip("10.0.0.1").Ip("2001:db8::1"), permitted: n => n.IpRange("10.0.0.0/8").IpRange("2001:db8::/32")))
        .Refuse("RFC 4632: a mask with a hole", NameConstraintUnsupported, 0, Of(n => n.Ip("10.0.0.1"), permitted: n => n.IpOctets(10, 0, 0, 0, 255, 0, 255, 0)))
        .Refuse("RFC 4632: an excluded mask with a hole", NameConstraintUnsupported, 0, Of(n => n.Ip("11.0.0.1"), excluded: n => n.IpOctets(10, 0, 0, 0, 255, 253, 0, 0)))
        .Refuse("a range of 4 octets", NameConstraintUnsupported, 0, Of(n => n.Ip("10.0.0.1"), permitted: n => n.IpOctets(10, 0, 0, 0)))
        .Refuse("a range of no octets", NameConstraintUnsupported, 0, Of(n => n.Ip("10.0.0.1"), excluded: n => n.IpOctets()))
        .Refuse("4.2.1.6: an address of 5 octets", ExtensionMalformed, 0, Of(n => n.IpOctets(10, 0, 0, 1, 0), permitted: n => n.IpRange("10.0.0.0/8")))

        .Accept("directory: the subject is below the permitted name", Of(Acme.And(CommonName, "leaf"), permitted: n => n.Directory(Acme)))
        .Accept("directory: the subject is the permitted name", Of(Acme, permitted: n => n.Directory(Acme)))
        .Refuse("directory: the subject is elsewhere", NameNotPermitted, 0, Of(Other.And(CommonName, "leaf"), permitted: n => n.Directory(Acme)))
        .Refuse("directory: the subject is above the permitted name", NameNotPermitted, 0, Of(Acme, permitted: n => n.Directory(Acme.And(OrganizationalUnit, "Unit"))))
        .Refuse("directory: the attribute stands further down only", NameNotPermitted, 0, Of(Other.And(Organization, "Acme"), permitted: n => n.Directory(Acme)))
        .Accept("directory, 7.1: case and string type do not count",
            Of(TestName.Empty.And(Organization, "ACME", System.Formats.Asn1.UniversalTagNumber.PrintableString), permitted: n => n.Directory(Acme)))
        .Refuse("directory: the subject is below the excluded name", NameExcluded, 0, Of(Acme.And(CommonName, "leaf"), excluded: n => n.Directory(Acme)))
        .Refuse("directory, 7.1: another spelling does not escape", NameExcluded, 0,
            Of(TestName.Empty.And(Organization, " aCME ", System.Formats.Asn1.UniversalTagNumber.BMPString).And(CommonName, "leaf"), excluded: n => n.Directory(Acme)))
        .Accept("directory: the subject is not below the excluded name", Of(Other, excluded: n => n.Directory(Acme)))
        .Accept("directory: an empty name permits all", Of(Other, permitted: n => n.Directory(TestName.Empty)))
        .Refuse("directory: an empty name excludes all", NameExcluded, 0, Of(Other, excluded: n => n.Directory(TestName.Empty)))
        .Accept("directory: an empty subject is in no subtree", Of(TestName.Empty, permitted: n => n.Directory(Acme), san: n => n.Dns("leaf.test")))
        .Refuse("directory: an alternative name is elsewhere", NameNotPermitted, 0, Of(Acme, permitted: n => n.Directory(Acme), san: n => n.Directory(Other)))
        .Refuse("directory: an alternative name is excluded", NameExcluded, 0, Of(Other, excluded: n => n.Directory(Acme), san: n => n.Directory(Acme)))

        .Refuse("otherName: constrained and present", NameConstraintUnsupported, 0, Of(n => n.Upn("user@test"), permitted: n => n.Upn("user@test")))
        .Refuse("otherName: excluded and present", NameConstraintUnsupported, 0, Of(n => n.Upn("user@test"), excluded: n => n.Upn("other@test")))
        .Accept("otherName: constrained and not present", Of(n => n.Dns("leaf.test"), permitted: n => n.Upn("user@test")))
        .Accept("otherName: present and not constrained", Of(n => n.Upn("user@test").Dns("leaf.test"), permitted: n => n.Dns("test")))
        .Refuse("registeredID: constrained and present", NameConstraintUnsupported, 0, Of(n => n.RegisteredId("1.2.3.4"), permitted: n => n.RegisteredId("1.2.3")))
        .Refuse("registeredID: excluded and present", NameConstraintUnsupported, 0, Of(n => n.RegisteredId("1.2.3.4"), excluded: n => n.RegisteredId("1.2.5")))
        .Accept("registeredID: constrained and not present", Of(n => n.Dns("leaf.test"), excluded: n => n.RegisteredId("1.2.3")))
        .Refuse("x400Address: constrained and present", NameConstraintUnsupported, 0, Of(n => n.Raw([0xA3, 0]), permitted: n => n.Raw([0xA3, 0])))
        .Refuse("ediPartyName: constrained and present", NameConstraintUnsupported, 0, Of(n => n.Raw([0xA5, 0]), excluded: n => n.Raw([0xA5, 0])));

    private static SuitePath Of(Names san, Names? permitted = null, Names? excluded = null) =>
        Chain(c => c.WithSan(san), c => c.WithNameConstraints(permitted, excluded), Plain);

    private static SuitePath Of(TestName subject, Names? permitted = null, Names? excluded = null, Names? san = null) => Chain(
        c =>
        {
            c.WithSubject(subject);
            _ = san is null ? c : c.WithSan(san);
        },
        c => c.WithNameConstraints(permitted, excluded), Plain);
}
