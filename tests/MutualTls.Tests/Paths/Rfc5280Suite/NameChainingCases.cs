using System.Formats.Asn1;
using MutualTls.Testing;
using MutualTls.Trust;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Tests.Paths.Rfc5280Suite.SuitePath;
using static MutualTls.Testing.TestOids;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>6.1.3 (a)(4): the issuer name is the working issuer name, compared as 7.1 says. The search links only names that match, so one that does not leaves no issuer.</summary>
internal static class NameChainingCases
{
    private static readonly TestName Acme = TestName.Empty.And(Country, "CH").And(Organization, "Acme Ltd").And(CommonName, "Issuing CA");

    public static SuiteTable Table { get; } = new SuiteTable("NameChainingRule")
        .Accept("equal octets", Linked(Acme, Acme))
        .Refuse("another name", IssuerUnknown, 0, Linked(Acme, TestName.Cn("Somebody else")))
        .Accept("7.1: case does not count", Linked(Acme, TestName.Empty.And(Country, "ch").And(Organization, "ACME ltd").And(CommonName, "issuing ca")))
        .Accept("7.1: leading and trailing spaces do not count", Linked(TestName.Cn("Issuing CA"), TestName.Cn("  Issuing CA ")))
        .Accept("7.1: a run of spaces is one", Linked(TestName.Cn("Issuing CA"), TestName.Cn("Issuing   CA")))
        .Refuse("7.1: a space is not nothing", IssuerUnknown, 0, Linked(TestName.Cn("Issuing CA"), TestName.Cn("IssuingCA")))
        .Accept("7.1: PrintableString and UTF8String", Linked(Cn("Issuing CA", UniversalTagNumber.PrintableString), Cn("Issuing CA", UniversalTagNumber.UTF8String)))
        .Accept("7.1: PrintableString and UTF8String, other case", Linked(Cn("Issuing CA", UniversalTagNumber.PrintableString), Cn("ISSUING ca", UniversalTagNumber.UTF8String)))
        .Accept("7.1: BMPString and UTF8String", Linked(Cn("Zürich", UniversalTagNumber.BMPString), Cn("Zürich", UniversalTagNumber.UTF8String)))
        .Accept("7.1: IA5String and UTF8String", Linked(Cn("Issuing CA", UniversalTagNumber.IA5String), Cn("Issuing CA", UniversalTagNumber.UTF8String)))
        .Accept("7.1: case beyond ASCII", Linked(TestName.Cn("ZÜRICH"), TestName.Cn("zürich")))
        .Refuse("7.1: an umlaut is not its base letter", IssuerUnknown, 0, Linked(TestName.Cn("Zürich"), TestName.Cn("Zurich")))
        .Accept("7.3: domain components without case", Linked(Dc("example", "com"), Dc("EXAMPLE", "Com")))
        .Refuse("the order of relative names counts", IssuerUnknown, 0, Linked(Dc("example", "com"), Dc("com", "example")))
        .Refuse("a name that only starts alike", IssuerUnknown, 0, Linked(Acme, Acme.And(OrganizationalUnit, "Unit")))
        .Refuse("a name that is the start of it", IssuerUnknown, 0, Linked(Acme.And(OrganizationalUnit, "Unit"), Acme))
        .Refuse("the same text in another attribute", IssuerUnknown, 0, Linked(TestName.Empty.And(Organization, "Acme"), TestName.Empty.And(CommonName, "Acme")))
        .Accept("7.1: attributes of one relative name, whatever their spelling", Linked(Together("Acme", "Unit"), Together("ACME", "unit")))
        .Accept("7.1: attributes of one relative name in another order", Linked(Together("Acme", "Unit"), Swapped("Acme", "Unit")))
        .Refuse("7.1: two attributes together are not two relative names", IssuerUnknown, 0,
            Linked(Together("Acme", "Unit"), TestName.Empty.And(Organization, "Acme").And(OrganizationalUnit, "Unit")))
        .Refuse("7.1: a relative name with an attribute more", IssuerUnknown, 0, Linked(TestName.Empty.And(Organization, "Acme"), Together("Acme", "Unit")))
        .Accept("octets of no string type, equal", Linked(Raw(0x04, [1, 2, 3]), Raw(0x04, [1, 2, 3])))
        .Refuse("octets of no string type, other", IssuerUnknown, 0, Linked(Raw(0x04, [1, 2, 3]), Raw(0x04, [1, 2, 4])))
        .Refuse("equal octets of another type that is no string", IssuerUnknown, 0, Linked(Raw(0x04, [1, 2, 3]), Raw(0x80, [1, 2, 3])))
        .Refuse("X.690 8.23: a UTF8String that is not UTF-8", CertificateMalformed, 0, Chain(c => c.WithSubject(Raw(0x0C, [0xEC, 0x41])), Plain, Plain))
        .Refuse("X.690 10.2: a string that is constructed", CertificateMalformed, 0, Chain(c => c.WithSubject(Raw(0x2C, [0x0C, 1, 0x41])), Plain, Plain))
        .Refuse("4.1.2.4: an empty issuer name", CertificateMalformed, 0, Linked(Acme, TestName.Empty))
        .Accept("RFC 4158 3.5.12: another authority key identifier is only a hint", Chain(c => c.WithAuthorityKeyIdentifier([1, 2, 3]), Plain, Plain))
        .Accept("RFC 4158 3.5.14: another issuer and serial number are only a hint",
            Chain(c => c.WithAuthorityKeyIdentifier(null, n => n.Directory(TestName.Cn("nobody")), [1]), Plain, Plain))
        .Accept("no key identifiers at all", Chain(c => c.WithoutAuthorityKeyIdentifier(), c => c.WithoutAuthorityKeyIdentifier().WithoutSubjectKeyIdentifier(), Plain))
        .Refuse("the name of the anchor, in another spelling and one letter more", IssuerUnknown, 1, Chain(Plain, c => c.WithIssuerName(TestName.Cn("Roott")), Plain))
        .Accept("the name of the anchor in another spelling", Chain(Plain, c => c.WithIssuerName(TestName.Cn(" ROOT")), Plain));

    private static SuitePath Linked(TestName subjectOfIssuer, TestName issuerOfSubject) =>
        Chain(c => c.WithIssuerName(issuerOfSubject), c => c.WithSubject(subjectOfIssuer), Plain);

    private static TestName Cn(string value, UniversalTagNumber type) => TestName.Empty.And(CommonName, value, type);

    private static TestName Dc(string first, string second) => TestName.Empty.And(DomainComponent, first).And(DomainComponent, second);

    private static TestName Together(string organization, string unit) => TestName.Empty.AndTogether(
        (Organization, organization, UniversalTagNumber.UTF8String), (OrganizationalUnit, unit, UniversalTagNumber.UTF8String));

    // A SET OF that is not sorted: not DER, and still the same set.
    private static TestName Swapped(string organization, string unit)
    {
        byte[] set = Together(organization, unit).Encoded.ToArray()[4..];
        int first = set[1] + 2;
        byte[] swapped = [.. set[first..], .. set[..first]];
        return TestName.FromDer([0x30, (byte)(swapped.Length + 2), 0x31, (byte)swapped.Length, .. swapped]);
    }

    private static TestName Raw(byte tag, byte[] value)
    {
        byte[] attribute = [0x06, 3, 0x55, 4, 3, tag, (byte)value.Length, .. value];
        return TestName.FromDer([0x30, (byte)(attribute.Length + 4), 0x31, (byte)(attribute.Length + 2), 0x30, (byte)attribute.Length, .. attribute]);
    }
}
