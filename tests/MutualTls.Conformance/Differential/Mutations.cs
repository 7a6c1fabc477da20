using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing;
using static MutualTls.Conformance.Differential.Baselines;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Conformance.Differential;

/// <summary>What can be done to one certificate before it is signed, or to its signature.</summary>
internal static class Mutations
{
    private static readonly string[] Extensions =
    [
        TestOids.BasicConstraints, TestOids.KeyUsage, TestOids.ExtendedKeyUsage, TestOids.SubjectKeyIdentifier, TestOids.AuthorityKeyIdentifier,
        TestOids.SubjectAlternativeName, TestOids.NameConstraints, TestOids.CertificatePolicies, TestOids.PolicyConstraints, TestOids.PolicyMappings, TestOids.InhibitAnyPolicy,
    ];

    private static readonly string[] Purposes = [TestOids.ClientAuthentication, TestOids.ServerAuthentication, TestOids.CodeSigning, TestOids.AnyExtendedKeyUsage];

    private static readonly string[] Policies = [Gold, Silver, TestOids.AnyPolicy];

    private static readonly Action<TestGeneralNames>[] Names =
    [
        n => n.Dns("leaf.test"), n => n.Dns("leaf.example"), n => n.Dns("*.test"), n => n.Dns("*.leaf.test"), n => n.Dns("LEAF.Test"), n => n.Dns("nul\0.test"), n => n.Dns(""),
        n => n.Dns("ümlaut.test"), n => n.Dns("leaf.test."), n => n.Ip("10.0.0.7"), n => n.Ip("11.0.0.7"), n => n.Ip("2001:db8::7"), n => n.IpOctets(10, 0, 0), n => n.Email("leaf@test"),
        n => n.Email("leaf@example"), n => n.Email("leaf"), n => n.Uri("spiffe://mesh.test/leaf"), n => n.Uri("spiffe://example/leaf"), n => n.Uri("urn:leaf"), n => n.Upn("leaf@test"),
        n => n.RegisteredId("1.2.3.4"), n => n.Directory(TestName.Cn("leaf")), n => n.Directory(TestName.Cn("other")),
    ];

    private static readonly Action<TestGeneralNames>[] Subtrees =
    [
        n => n.Dns("test"), n => n.Dns("example"), n => n.Dns("leaf.test"), n => n.Dns(".test"), n => n.Dns(""), n => n.IpRange("10.0.0.0/8"), n => n.IpRange("2001:db8::/32"),
        n => n.IpOctets(10, 0, 0, 0, 255, 0, 255, 0), n => n.Email("test"), n => n.Email("leaf@test"), n => n.Uri(".test"), n => n.Uri("example"), n => n.Upn("leaf@test"),
        n => n.RegisteredId("1.2.3"), n => n.Directory(TestName.Cn("leaf")), n => n.Directory(TestName.Cn("LEAF")), n => n.Directory(TestName.Cn("CA 1")), n => n.Directory(TestName.Empty),
    ];

    private static readonly byte[][] Serials = [[0], [1], [0x80, 1], [0x40, .. new byte[20]], [0, 1], []];

    private static readonly string[] IssuerNames = ["Root", "ROOT", " root  ", "Rooot", "CA 1", "ca 1", "CA  1", "CA 2", "leaf"];

    /// <summary>Each draws its details when it is chosen.</summary>
    public static (string Name, Func<Random, Spec> Make)[] All { get; } =
    [
        ("extension dropped", r => Of(c => c.WithoutExtension(Pick(r, Extensions)))),
        ("extension dropped", r => Of(c => c.WithoutExtension(Pick(r, Extensions)))),
        ("extension doubled", r => Of(c => c.ExtensionDuplicated(Pick(r, Extensions)))),
        ("criticality changed", r => Of(c => c.ExtensionCritical(Pick(r, Extensions), r.Next(2) == 0))),
        ("unknown extension", r => Of(c => c.WithExtension(TestOids.Unknown, critical: r.Next(2) == 0, [5, 0]))),
        ("dates shifted", r => Of(c => c.Validity(ChainMutator.Now.AddSeconds(Shift(r)), ChainMutator.Now.AddSeconds(Shift(r))))),
        ("end shifted", r => Of(c => c.Validity(ChainMutator.Now.AddDays(-1), ChainMutator.Now.AddSeconds(Shift(r))))),
        ("basic constraints", r => Of(c => c.WithBasicConstraints(r.Next(3) > 0, r.Next(3) == 0 ? null : r.Next(3)))),
        ("key usage", r => Of(c => c.WithKeyUsage((X509KeyUsageFlags)(r.Next(512) is var bits ? ((bits & 0xFF) | ((bits & 0x100) << 7)) : 0)))),
        ("key usage", r => Of(c => c.WithKeyUsage(Pick(r, X509KeyUsageFlags.KeyCertSign, X509KeyUsageFlags.CrlSign, X509KeyUsageFlags.DigitalSignature, X509KeyUsageFlags.None)))),
        ("extended key usage", r => Of(c => c.WithEku(Some(r, Purposes)))),
        ("alternative names", r => Of(c => c.WithSan(n => Array.ForEach(Some(r, Names), add => add(n))))),
        ("name constraints permitted", r => Of(c => c.WithNameConstraints(permitted: n => Array.ForEach(Some(r, Subtrees), add => add(n))))),
        ("name constraints excluded", r => Of(c => c.WithNameConstraints(excluded: n => Array.ForEach(Some(r, Subtrees), add => add(n))))),
        ("policies", r => Of(c => c.WithPolicies(Some(r, Policies)))),
        ("policy constraints", r => Of(c => c.WithPolicyConstraints(r.Next(3) == 0 ? null : r.Next(4), r.Next(2) == 0 ? null : r.Next(3)))),
        ("policy mappings", r => Of(c => c.WithPolicyMappings((Pick(r, Policies), Pick(r, Policies))))),
        ("inhibitAnyPolicy", r => Of(c => c.WithInhibitAnyPolicy(r.Next(3)))),
        ("serial number", r => Of(c => c.WithSerial(Pick(r, Serials)))),
        ("version", r => Of(c => c.Version(1 + r.Next(4)))),
        ("version without extensions", r => Of(c => c.Version(1 + r.Next(3)).WithoutExtensions())),
        ("unique identifiers", _ => c => c.WithUniqueIds()),
        ("issuer name", r => Of(c => c.WithIssuerName(TestName.Cn(Pick(r, IssuerNames))))),
        ("subject", r => Of(c => c.WithSubject(r.Next(3) == 0 ? TestName.Empty : TestName.Cn(Pick(r, IssuerNames))))),
        ("email in the subject", r => Of(c => c.WithSubject(TestName.Cn("leaf").And(TestOids.EmailAddress, r.Next(2) == 0 ? "leaf@test" : "leaf@example")))),
        ("authority key identifier", r => Of(c => c.WithAuthorityKeyIdentifier(r.Next(2) == 0 ? null : [1, 2, 3]))),
        ("subject key identifier", _ => c => c.WithSubjectKeyIdentifier([1, 2, 3])),
        ("signature tampered", _ => c => c.SignatureTampered()),
        ("signed by another key", _ => c => c.SignedByWrongKey()),
        ("signature algorithms differ", _ => c => c.SignatureAlgorithmMismatch()),
        ("signature algorithm", r => Of(c => c.SignedWith(Pick(r, TestSignatureKind.EcdsaSha1, TestSignatureKind.EcdsaSha384, TestSignatureKind.EcdsaSha512)))),
        ("unknown signature algorithm", _ => c => c.SignedWithUnknownAlgorithm()),
        ("key", r => Of(c => _ = r.Next(2) == 0 ? c.WithP192Key() : c.WithUnknownKeyAlgorithm())),
        ("bit flipped", r => Of(c => c.MutateTbs(tbs => DerSurgery.FlipBit(tbs, r)))),
        ("bit flipped", r => Of(c => c.MutateTbs(tbs => DerSurgery.FlipBit(tbs, r)))),
        ("octet replaced", r => Of(c => c.MutateTbs(tbs => DerSurgery.ReplaceOctet(tbs, r)))),
        ("field dropped", r => Of(c => c.MutateTbs(tbs => DerSurgery.DropChild(tbs, r)))),
        ("fields swapped", r => Of(c => c.MutateTbs(tbs => DerSurgery.SwapChildren(tbs, r)))),
        ("field doubled", r => Of(c => c.MutateTbs(tbs => DerSurgery.DoubleChild(tbs, r)))),
        ("length in the long form", r => Of(c => c.MutateTbs(tbs => DerSurgery.LengthenLength(tbs, r)))),
        ("octets behind", _ => c => c.TrailingData()),
    ];

    // Details are drawn when the certificate is written; certificates are written in a fixed order, so the same seed draws the same.
    private static Spec Of(Action<TestCertificateSpec> change) => new(change);

    private static int Shift(Random random) => Pick(random, -86400 * 400, -86400, -2, -1, 0, 1, 2, 86400, 86400 * 400, int.MaxValue);

    private static T Pick<T>(Random random, params T[] from) => from[random.Next(from.Length)];

    private static T[] Some<T>(Random random, T[] from) => [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Pick(random, from))];
}
