using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies;

/// <summary>One row a defect: what is wrong, where, and the reason that must be given first.</summary>
public class JudgementTests
{
    private static readonly Dictionary<string, (Func<TestPki> Pki, ValidationReason Reason, int Depth)> Rows = new()
    {
        ["end-entity expired"] = (() => TestPki.With(client: c => c.Expired()), ValidationReason.NotAfterPassed, 0),
        ["end-entity not yet valid"] = (() => TestPki.With(client: c => c.NotYetValid()), ValidationReason.NotBeforeAhead, 0),
        ["intermediate expired"] = (() => TestPki.With(intermediate: c => c.Expired()), ValidationReason.NotAfterPassed, 1),
        ["root expired"] = (() => TestPki.With(root: c => c.Expired()), ValidationReason.NotAfterPassed, 2),
        ["end-entity signature tampered"] = (() => TestPki.With(client: c => c.SignatureTampered()), ValidationReason.SignatureInvalid, 0),
        ["intermediate signature tampered"] = (() => TestPki.With(intermediate: c => c.SignatureTampered()), ValidationReason.SignatureInvalid, 1),
        ["end-entity signed by another key"] = (() => TestPki.With(client: c => c.SignedByWrongKey()), ValidationReason.SignatureInvalid, 0),
        ["signature algorithm fields differ"] = (() => TestPki.With(client: c => c.SignatureAlgorithmMismatch()), ValidationReason.SignatureAlgorithmMismatch, 0),
        ["server-only client (pitfall 9)"] = (() => TestPki.With(client: c => c.WithEku(TestOids.ServerAuthentication)), ValidationReason.PurposeNotAllowed, 0),
        ["client without purpose"] = (() => TestPki.With(client: c => c.WithoutEku()), ValidationReason.PurposeMissing, 0),
        ["client with any purpose only (pitfall 9)"] = (() => TestPki.With(client: c => c.WithEku(TestOids.AnyExtendedKeyUsage)), ValidationReason.PurposeMissing, 0),
        ["CA certificate as client (pitfall 9)"] = (() => TestPki.With(client: c => c.WithBasicConstraints(isCa: true)), ValidationReason.EndEntityIsCa, 0),
        ["client with keyCertSign (pitfall 9)"] = (
            () => TestPki.With(client: c => c.WithKeyUsage(System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.KeyCertSign | System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.DigitalSignature)),
            ValidationReason.EndEntityIsCa, 0),
        ["client that may not sign"] = (
            () => TestPki.With(client: c => c.WithKeyUsage(System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.KeyEncipherment)),
            ValidationReason.EndEntityKeyUsage, 0),
        ["intermediate limited to servers (pitfall 9)"] = (() => TestPki.With(intermediate: c => c.WithEku(TestOids.ServerAuthentication)), ValidationReason.PurposeNotAllowed, 1),
        ["intermediate no CA"] = (() => TestPki.With(intermediate: c => c.WithBasicConstraints(isCa: false)), ValidationReason.IssuerNotCa, 1),
        ["intermediate without basic constraints"] = (() => TestPki.With(intermediate: c => c.WithoutBasicConstraints()), ValidationReason.IssuerNotCa, 1),
        ["intermediate may not sign certificates"] = (
            () => TestPki.With(intermediate: c => c.WithKeyUsage(System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.CrlSign)), ValidationReason.IssuerKeyUsage, 1),
        ["root allows no intermediate"] = (() => TestPki.With(root: c => c.WithBasicConstraints(isCa: true, pathLength: 0)), ValidationReason.PathLengthExceeded, 2),
        ["weak key"] = (() => TestPki.With(client: c => c.WithKey(TestKeyKind.Rsa1024)), ValidationReason.KeyWeak, 0),
        ["weak signature"] = (
            () => TestPki.With(root: c => c.WithKey(TestKeyKind.Rsa2048), intermediate: c => c.SignedWith(TestSignatureKind.RsaPkcs1Sha1)), ValidationReason.SignatureAlgorithmWeak, 1),
        ["unknown critical extension"] = (() => TestPki.With(client: c => c.WithExtension("1.2.3.4", critical: true, [5, 0])), ValidationReason.CriticalExtensionUnknown, 0),
        ["unknown critical extension in the root"] = (() => TestPki.With(root: c => c.WithExtension("1.2.3.4", critical: true, [5, 0])), ValidationReason.CriticalExtensionUnknown, 2),
        ["extension twice"] = (() => TestPki.With(client: c => c.ExtensionDuplicated(TestOids.KeyUsage)), ValidationReason.ExtensionDuplicated, 0),
        ["name outside the permitted subtree"] = (() => TestPki.With(intermediate: c => c.WithNameConstraints(permitted: n => n.Dns("example.com"))), ValidationReason.NameNotPermitted, 0),
        ["name inside an excluded subtree"] = (() => TestPki.With(intermediate: c => c.WithNameConstraints(excluded: n => n.Dns("client.test"))), ValidationReason.NameExcluded, 0),
        ["wildcard that covers an excluded name (pitfall 11)"] = (
            () => TestPki.With(intermediate: c => c.WithNameConstraints(excluded: n => n.Dns("a.test")), client: c => c.WithSan(n => n.Dns("*.test.test").Dns("*.test"))),
            ValidationReason.NameExcluded, 0),
        ["URI outside the permitted subtree (pitfall 11)"] = (
            () => TestPki.With(intermediate: c => c.WithNameConstraints(permitted: n => n.Uri("mesh.example")), client: c => c.WithSan(n => n.Uri("spiffe://other.example/a"))),
            ValidationReason.NameNotPermitted, 0),
        ["constraint that cannot be judged"] = (
            () => TestPki.With(intermediate: c => c.WithNameConstraints(permitted: n => n.Dns("*.test"))), ValidationReason.NameConstraintUnsupported, 0),
        ["certificate policy required and missing"] = (() => TestPki.With(intermediate: c => c.WithPolicyConstraints(requireExplicitPolicy: 0)), ValidationReason.CertificatePolicyMissing, 0),
        ["anyPolicy mapped"] = (
            () => TestPki.With(intermediate: c => c.WithPolicies("1.2.3").WithPolicyMappings((TestOids.AnyPolicy, "1.2.3"))), ValidationReason.PolicyMappingInvalid, 1),
        ["name with a NUL (pitfall 10)"] = (() => TestPki.With(client: c => c.WithSan(n => n.Dns("good.test\0.evil.test"))), ValidationReason.ExtensionMalformed, 0),
        ["trailing data"] = (() => TestPki.With(client: c => c.TrailingData()), ValidationReason.CertificateMalformed, 0),
        ["times that are none"] = (() => TestPki.With(client: c => c.WithRawValidity([0x30, 0])), ValidationReason.CertificateMalformed, 0),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_Defect_IsRefusedWithItsReason(string row)
    {
        (Func<TestPki> make, ValidationReason reason, int depth) = Rows[row];
        TestPki pki = make();

        PeerVerdict verdict = Pair.JudgeClient(pki);

        Assert.Equal(VerdictOutcome.Refused, verdict.Outcome);
        Assert.Equal((reason, depth), (verdict.Primary!.Value.Reason, verdict.Primary.Value.Depth));
    }

    [Fact]
    public void Judge_NothingWrong_IsAccepted()
    {
        TestPki pki = new();
        Assert.True(Pair.JudgeClient(pki).IsAuthenticated);
        Assert.True(Pair.JudgeServer(pki).IsAuthenticated);
    }

    [Theory]
    [InlineData(TestKeyKind.P256)]
    [InlineData(TestKeyKind.P384)]
    [InlineData(TestKeyKind.P521)]
    [InlineData(TestKeyKind.Rsa2048)]
    public void Judge_EachKindOfKey_IsAccepted(TestKeyKind kind) => Assert.True(Pair.JudgeClient(new TestPki(new TestPkiOptions { KeyKind = kind })).IsAuthenticated);

    [Theory]
    [InlineData(TestSignatureKind.RsaPkcs1Sha256)]
    [InlineData(TestSignatureKind.RsaPkcs1Sha384)]
    [InlineData(TestSignatureKind.RsaPkcs1Sha512)]
    [InlineData(TestSignatureKind.RsaPssSha256)]
    [InlineData(TestSignatureKind.RsaPssSha384)]
    [InlineData(TestSignatureKind.RsaPssSha512)]
    public void Judge_EachRsaSignature_IsAccepted(TestSignatureKind kind) =>
        Assert.True(Pair.JudgeClient(new TestPki(new TestPkiOptions { KeyKind = TestKeyKind.Rsa2048, Client = c => c.SignedWith(kind) })).IsAuthenticated);

    // Pitfall 8: required is required.
    [Fact]
    public void Judge_NoCertificate_IsRefusedWhereRequiredAndAnonymousWhereOptional()
    {
        TestPki pki = new();
        PeerPolicyEngine engine = new();

        PeerVerdict required = engine.Judge(Pair.Trusting(pki.Root), PeerRole.Client, PresentedChain.None);
        PeerVerdict optional = engine.Judge(Pair.Trusting(pki.Root, p => p.CertificateOptional()), PeerRole.Client, PresentedChain.None);
        PeerVerdict server = engine.Judge(Pair.Trusting(pki.Root, p => p.CertificateOptional()), PeerRole.Server, PresentedChain.None);

        Assert.Equal(ValidationReason.CertificateMissing, required.Primary!.Value.Reason);
        Assert.True(optional.IsAccepted);
        Assert.False(optional.IsAuthenticated);
        Assert.Equal(ValidationReason.CertificateMissing, server.Primary!.Value.Reason);
    }

    // Optional is not lax: a bad certificate is refused.
    [Fact]
    public void Judge_OptionalAndBad_IsRefused()
    {
        TestPki pki = TestPki.With(client: c => c.Expired());
        Assert.Equal(VerdictOutcome.Refused, Pair.JudgeClient(pki, policy: Pair.Trusting(pki.Root, p => p.CertificateOptional())).Outcome);
    }

    // Pitfall 7: an unrelated root of the same subject, and a partial chain.
    [Fact]
    public void Judge_RootOfTheSameNameWithAnotherKey_IsRefused()
    {
        TestCertificateAuthority real = TestCertificateAuthority.CreateRoot("Root"), fake = TestCertificateAuthority.CreateRoot("Root");
        TestCertificate client = fake.IssueClient("client.test");

        PeerVerdict verdict = new PeerPolicyEngine().Judge(Pair.Trusting(real), PeerRole.Client, Pair.Presented(client));

        Assert.Equal(ValidationReason.SignatureInvalid, verdict.Primary!.Value.Reason);
    }

    [Fact]
    public void Judge_IntermediateNotSent_IsRefusedAndSaysWhoIsMissing()
    {
        TestPki pki = new();
        PeerVerdict verdict = new PeerPolicyEngine().Judge(Pair.Trusting(pki.Root), PeerRole.Client, new PresentedChain(pki.Client.Der));
        Assert.Equal(ValidationReason.IssuerUnknown, verdict.Primary!.Value.Reason);
        Assert.Contains("Test Intermediate", verdict.Primary.Value.Detail);
    }

    // Pitfall 3: what a verified path taught helps a peer that sends its end-entity alone.
    [Fact]
    public void Judge_IntermediateKnownFromBefore_IsAccepted()
    {
        TestPki pki = new();
        PeerPolicyEngine engine = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        Assert.True(engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).IsAccepted);
        Assert.True(engine.Judge(policy, PeerRole.Client, new PresentedChain(pki.Client.Der)).IsAccepted);
    }

    // Sessions are the process's; what an engine says that serves none does not depend on what others have seen.
    [Fact]
    public void Judge_IntermediateKnownToAnotherEngine_IsAcceptedWhereSessionsAreServed()
    {
        TestPki pki = new();
        PeerPolicyEngine serving = new(), other = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        serving.ServeSessions();
        Assert.True(serving.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).IsAccepted);
        Assert.Equal(ValidationReason.IssuerUnknown, other.Judge(policy, PeerRole.Client, new PresentedChain(pki.Client.Der)).Primary!.Value.Reason);
        other.ServeSessions();
        Assert.True(other.Judge(policy, PeerRole.Client, new PresentedChain(pki.Client.Der)).IsAccepted);
    }

    // The memory grants nothing: another policy's anchors decide for themselves.
    [Fact]
    public void Judge_IntermediateKnownButItsRootNotTrusted_IsRefused()
    {
        TestPki pki = new(), other = new();
        PeerPolicyEngine engine = new();
        Assert.True(engine.Judge(Pair.Trusting(pki.Root), PeerRole.Client, Pair.Presented(pki.Client)).IsAccepted);
        Assert.False(engine.Judge(Pair.Trusting(other.Root), PeerRole.Client, Pair.Presented(pki.Client)).IsAccepted);
    }

    [Fact]
    public void Judge_IssuerKeyOffItsCurve_IsRefused()
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), issuing = root.IssueIntermediate();
        TestCertificate broken = root.Issue(c => c.WithSubject(issuing.Subject).WithPublicKey(OffCurve())
            .WithBasicConstraints(isCa: true).WithoutKeyUsage().WithoutEku());

        PeerVerdict verdict = new PeerPolicyEngine().Judge(
            Pair.Trusting(root), PeerRole.Client, new PresentedChain(issuing.IssueClient("client.test").Der, broken.Der));

        Assert.Equal(ValidationReason.KeyUnsupported, verdict.Primary!.Value.Reason);
    }

    private static byte[] OffCurve()
    {
        byte[] key = TestKey.Generate().SubjectPublicKeyInfo.ToArray();
        key[^1] ^= 1;
        return key;
    }
}
