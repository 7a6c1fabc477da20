using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing;
using MutualTls.Trust;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Testing.TestOids;
using static MutualTls.Tests.Paths.Rfc5280Suite.SuitePath;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>What an issuer must be: 6.1.4 (k) to (o), 6.1.5 (f), 4.1.2.1, 4.2.1.12; RFC 5937 for the anchor.</summary>
internal static class IssuerCases
{
    public static SuiteTable BasicConstraints { get; } = new SuiteTable("BasicConstraintsRule")
        .Accept("6.1.4 (k): the intermediate is a CA", Chain(Plain, Plain, Plain))
        .Refuse("6.1.4 (k): cA is FALSE", IssuerNotCa, 1, Chain(Plain, c => c.WithBasicConstraints(isCa: false), Plain))
        .Refuse("6.1.4 (k): no basic constraints", IssuerNotCa, 1, Chain(Plain, c => c.WithoutBasicConstraints(), Plain))
        .Refuse("6.1.4 (k): the upper of two intermediates is no CA", IssuerNotCa, 2, Chain(Plain, Plain, c => c.WithoutBasicConstraints(), Plain))
        .Refuse("6.1.4 (k): a version 1 intermediate, known as a CA by nothing", IssuerNotCa, 1, Chain(Plain, Old(1), Plain))
        .Refuse("6.1.4 (k): a version 2 intermediate, known as a CA by nothing", IssuerNotCa, 1, Chain(Plain, Old(2), Plain))
        .Accept("4.2.1.9: cA TRUE that is not critical", Chain(Plain, c => c.ExtensionCritical(TestOids.BasicConstraints, critical: false), Plain))
        .Accept("6.1.1 (d): a version 1 root as the anchor", Chain(Plain, Plain, Old(1)))
        .Accept("4.1.2.1: a version 1 end-entity", Chain(Old(1), Plain, Plain))
        .Accept("4.1.2.8: a version 2 end-entity with unique identifiers", Chain(c => c.Version(2).WithoutExtensions().WithUniqueIds(), Plain, Plain))
        .Refuse("4.1.2.8: unique identifiers in version 1", CertificateMalformed, 0, Chain(c => c.Version(1).WithoutExtensions().WithUniqueIds(), Plain, Plain))
        .Refuse("4.1.2.9: extensions in version 1", CertificateMalformed, 0, Chain(c => c.Version(1), Plain, Plain))
        .Refuse("4.1.2.9: extensions in version 2", CertificateMalformed, 0, Chain(c => c.Version(2), Plain, Plain))
        .Refuse("4.1.2.1: version 4", CertificateMalformed, 0, Chain(c => c.Version(4), Plain, Plain))
        .Refuse("4.2: an extension twice", ExtensionDuplicated, 0, Chain(c => c.ExtensionDuplicated(TestOids.KeyUsage), Plain, Plain))
        .Refuse("4.2: an unknown extension twice", ExtensionDuplicated, 0,
            Chain(c => c.WithExtension(TestOids.Unknown, critical: false, [5, 0]).ExtensionDuplicated(TestOids.Unknown), Plain, Plain))
        .Accept("an end-entity that says cA FALSE", Chain(c => c.WithBasicConstraints(isCa: false), Plain, Plain))
        .Accept("an end-entity that is a CA", Chain(c => c.WithBasicConstraints(isCa: true), Plain, Plain));

    public static SuiteTable PathLength { get; } = new SuiteTable("PathLengthRule")
        .Accept("6.1.4 (l): root allows 0, none there", Chain(Plain, Length(0)))
        .Refuse("6.1.4 (l): root allows 0, one there", PathLengthExceeded, 2, Chain(Plain, Plain, Length(0)))
        .Accept("6.1.4 (m): root allows 1, one there", Chain(Plain, Plain, Length(1)))
        .Refuse("6.1.4 (m): root allows 1, two there", PathLengthExceeded, 3, Chain(Plain, Plain, Plain, Length(1)))
        .Accept("6.1.4 (m): an intermediate allows 0, none below", Chain(Plain, Length(0), Plain))
        .Refuse("6.1.4 (m): an intermediate allows 0, one below", PathLengthExceeded, 2, Chain(Plain, Plain, Length(0), Plain))
        .Refuse("6.1.4 (m): a lower CA cannot raise it", PathLengthExceeded, 3, Chain(Plain, Plain, Length(9), Length(0), Plain))
        .Refuse("6.1.4 (m): a lower CA can lower it", PathLengthExceeded, 2, Chain(Plain, Plain, Length(0), Length(9), Plain))
        .Accept("4.2.1.9: the last certificate is not counted, CA or not", Chain(c => c.WithBasicConstraints(isCa: true), Length(0), Plain))
        .Accept("6.1.4 (l): a self-issued intermediate is not counted", Chain(Plain, Named(Plain), Named(Length(0)), Plain))
        .Refuse("6.1.4 (l): but what it issued is", PathLengthExceeded, 3, Chain(Plain, Plain, Named(Plain), Named(Length(0)), Plain))
        .Accept("a length of 2^40 is no limit", Chain(Plain, Plain, c => c.WithExtension(TestOids.BasicConstraints, true, [0x30, 11, 1, 1, 0xFF, 2, 6, 1, 0, 0, 0, 0, 0])))
        .Refuse("4.2.1.9: a negative length cannot be read", IssuerUnknown, 0, Chain(Plain, c => c.WithExtension(TestOids.BasicConstraints, true, [0x30, 6, 1, 1, 0xFF, 2, 1, 0xFF]), Plain))
        .Refuse("the policy allows 0", PathLengthExceeded, 2, Chain(Plain, Plain, Plain).Asking(o => o.MaxIntermediates = 0))
        .Accept("the policy allows 1", Chain(Plain, Plain, Plain).Asking(o => o.MaxIntermediates = 1))
        .Accept("sixteen intermediates", Chain([.. Enumerable.Repeat(Plain, 18)]))
        .Refuse("seventeen intermediates are more than any policy allows", PathLengthExceeded, 18, Chain([.. Enumerable.Repeat(Plain, 19)]));

    public static SuiteTable KeyUsage { get; } = new SuiteTable("KeyUsageRule")
        .Accept("6.1.4 (n): keyCertSign", Chain(Plain, Usage(X509KeyUsageFlags.KeyCertSign), Plain))
        .Accept("6.1.4 (n): no key usage at all", Chain(Plain, c => c.WithoutKeyUsage(), Plain))
        .Refuse("6.1.4 (n): key usage without keyCertSign", IssuerKeyUsage, 1, Chain(Plain, Usage(X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature), Plain))
        .Refuse("6.1.4 (n): key usage without any bit", IssuerKeyUsage, 1, Chain(Plain, Usage(X509KeyUsageFlags.None), Plain))
        .Refuse("6.1.4 (n): not critical, and still", IssuerKeyUsage, 1,
            Chain(Plain, c => c.WithKeyUsage(X509KeyUsageFlags.CrlSign).ExtensionCritical(TestOids.KeyUsage, critical: false), Plain))
        .Refuse("RFC 5937: the anchor's key usage without keyCertSign", IssuerKeyUsage, 2, Chain(Plain, Plain, Usage(X509KeyUsageFlags.CrlSign)))
        .Accept("RFC 5937: an anchor without key usage", Chain(Plain, Plain, c => c.WithoutKeyUsage()))
        .Refuse("4.2.1.3: a key usage that is no bit string", ExtensionMalformed, 0, Chain(c => c.WithExtension(TestOids.KeyUsage, true, [4, 1, 0x80]), Plain, Plain))
        .Refuse("X.690 11.2.1: unused bits that are not zero", ExtensionMalformed, 0, Chain(c => c.WithExtension(TestOids.KeyUsage, true, [3, 2, 7, 0x81]), Plain, Plain));

    public static SuiteTable Critical { get; } = new SuiteTable("CriticalExtensionsRule")
        .Accept("4.2: unknown and not critical, everywhere", Chain(Unknown(false), Unknown(false), Unknown(false)))
        .Refuse("6.1.5 (f): unknown and critical in the end-entity", CriticalExtensionUnknown, 0, Chain(Unknown(true), Plain, Plain))
        .Refuse("6.1.4 (o): unknown and critical in the intermediate", CriticalExtensionUnknown, 1, Chain(Plain, Unknown(true), Plain))
        .Refuse("6.1.4 (o): unknown and critical in the upper of two", CriticalExtensionUnknown, 2, Chain(Plain, Plain, Unknown(true), Plain))
        .Refuse("RFC 5937: unknown and critical in the anchor", CriticalExtensionUnknown, 2, Chain(Plain, Plain, Unknown(true)))
        .Accept("RFC 5937: the anchor as bare name and key says nothing", BareAnchor(Unknown(true)))
        .Accept("6.1.4 (o): known and critical", Chain(
            c => c.WithSan(n => n.Dns("leaf.test")).ExtensionCritical(SubjectAlternativeName, true).ExtensionCritical(ExtendedKeyUsage, true),
            c => c.WithNameConstraints(n => n.Dns("test")).WithPolicies("1.2.3").ExtensionCritical(CertificatePolicies, true).WithInhibitAnyPolicy(0), Plain))
        .Refuse("4.2.1.1: a critical authority key identifier is more than a hint", CriticalExtensionUnknown, 0,
            Chain(c => c.ExtensionCritical(AuthorityKeyIdentifier, critical: true), Plain, Plain))
        .Refuse("4.2.1.2: a critical subject key identifier is more than a hint", CriticalExtensionUnknown, 1,
            Chain(Plain, c => c.ExtensionCritical(SubjectKeyIdentifier, critical: true), Plain))
        .Refuse("4.2: a known extension that cannot be read", ExtensionMalformed, 0, Chain(c => c.WithExtension(CertificatePolicies, critical: false, [0x30, 0]), Plain, Plain))
        .Refuse("4.2.1.6: no names in the alternative names", ExtensionMalformed, 0, Chain(c => c.WithSan(_ => { }), Plain, Plain))
        .Refuse("4.2.1.6: an empty DNS name", ExtensionMalformed, 0, Chain(c => c.WithSan(n => n.Dns("")), Plain, Plain))
        .Refuse("4.2.1.6: a NUL in a DNS name", ExtensionMalformed, 0, Chain(c => c.WithSan(n => n.Dns("good.test\0.evil.test")), Plain, Plain))
        .Refuse("4.2.1.6: a DNS name beyond IA5", ExtensionMalformed, 0, Chain(c => c.WithSan(n => n.Dns("bücher.test")), Plain, Plain))
        .Refuse("4.2.1.6: a URI beyond IA5", ExtensionMalformed, 0, Chain(c => c.WithSan(n => n.Uri("https://bücher.test")), Plain, Plain))
        .Refuse("4.2.1.6: an email address beyond IA5", ExtensionMalformed, 0, Chain(c => c.WithSan(n => n.Email("bücher@test")), Plain, Plain));

    public static SuiteTable Purpose { get; } = new SuiteTable("ExtendedKeyUsageRule")
        .Accept("4.2.1.12: a client with clientAuth", Chain(Eku(ClientAuthentication), Plain, Plain))
        .Refuse("4.2.1.12: a client with serverAuth", PurposeNotAllowed, 0, Chain(Eku(ServerAuthentication), Plain, Plain))
        .Accept("4.2.1.12: a server with serverAuth", Chain(Eku(ServerAuthentication).And(c => c.WithSan(n => n.Dns("host.test"))), Plain, Plain).Dialled("host.test"))
        .Refuse("4.2.1.12: a server with clientAuth", PurposeNotAllowed, 0,
            Chain(Eku(ClientAuthentication).And(c => c.WithSan(n => n.Dns("host.test"))), Plain, Plain).Dialled("host.test"))
        .Accept("4.2.1.12: no extended key usage rules nothing out", Chain(c => c.WithoutEku(), Plain, Plain))
        .Accept("4.2.1.12: anyExtendedKeyUsage", Chain(Eku(AnyExtendedKeyUsage), Plain, Plain))
        .Refuse("4.2.1.12: an unknown purpose only", PurposeNotAllowed, 0, Chain(Eku(TestOids.Unknown), Plain, Plain))
        .Refuse("4.2.1.12: code signing only", PurposeNotAllowed, 0, Chain(Eku(CodeSigning), Plain, Plain))
        .Refuse("4.2.1.12: no purpose at all", ExtensionMalformed, 0, Chain(c => c.WithExtension(ExtendedKeyUsage, false, [0x30, 0]), Plain, Plain))

        // The RFC leaves CAs open; here their extended key usage limits what they issue for.
        .Accept("an intermediate limited to clients", Chain(Plain, Eku(ClientAuthentication), Plain))
        .Refuse("an intermediate limited to servers", PurposeNotAllowed, 1, Chain(Plain, Eku(ServerAuthentication), Plain))
        .Accept("an intermediate with anyExtendedKeyUsage", Chain(Plain, Eku(AnyExtendedKeyUsage), Plain))
        .Refuse("the upper of two limited to servers", PurposeNotAllowed, 2, Chain(Plain, Eku(ClientAuthentication), Eku(ServerAuthentication), Plain))
        .Refuse("an end-entity without, below one limited to servers", PurposeNotAllowed, 1, Chain(c => c.WithoutEku(), Eku(ServerAuthentication), Plain))
        .Refuse("an anchor limited to servers", PurposeNotAllowed, 2, Chain(Plain, Plain, Eku(ServerAuthentication)));

    private static Spec Old(int version) => c => c.Version(version).WithoutExtensions();

    private static Spec Length(int limit) => c => c.WithBasicConstraints(isCa: true, limit);

    private static Spec Named(Spec spec) => spec + (c => c.WithSubject("Rolled"));

    private static Spec Usage(X509KeyUsageFlags usages) => c => c.WithKeyUsage(usages);

    private static Spec Unknown(bool critical) => c => c.WithExtension(TestOids.Unknown, critical, [5, 0]);

    private static Spec Eku(params string[] oids) => c => c.WithEku(oids);

    private static Spec And(this Spec first, Spec second) => first + second;

    private static SuitePath BareAnchor(Spec root) => new(() =>
    {
        TestCertificateAuthority made = Root(root), issuing = made.IssueIntermediate("CA 1");
        TrustAnchor anchor = TrustAnchor.FromNameAndKey(made.Subject.Encoded.Span, made.Key.SubjectPublicKeyInfo.Span);
        return new SuiteParts([anchor], issuing.Issue(Leaf()).Der, issuing.Der);
    });
}
