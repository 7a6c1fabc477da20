using System.Formats.Asn1;
using System.Globalization;
using MutualTls.Findings;
using MutualTls.Testing;
using static MutualTls.Findings.ValidationReason;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Tests.Paths;

/// <summary>Chains made to burn time. Those of strangers need no CA's help: every signature but their own is forged. The benchmarks weigh them too.</summary>
internal static class HostileChains
{
    private static readonly TestKey Key = TestKey.Generate();

    private static readonly Spec Forged = c => c.SignedByWrongKey();

    private static readonly Spec Plain = _ => { };

    /// <summary>Gets what anybody can make, without a key that somebody trusts: why it is refused, and how many signatures may be found bad on the way.</summary>
    public static Dictionary<string, (Func<HostileChain> Make, ValidationReason Reason, int Bad)> OfStrangers { get; } = new()
    {
        ["a CA of its own"] = (() => Impostor((_, _) => TestCertificateAuthority.CreateRoot("Elsewhere")), IssuerUnknown, 0),
        ["the name of the anchor"] = (() => Impostor((root, _) => root), SignatureInvalid, 1),
        ["the name of a good intermediate, which comes along"] = (() => Impostor((_, issuing) => issuing), SignatureInvalid, 1),
        ["16 CAs in a row, the first of which names the anchor"] = (() => Policies(16, 1, mapped: 0, Forged), SignatureInvalid, 1),
        ["a broken signature on one of two ways"] = (() => TwoWays(), SignatureInvalid, 2),
        ["98 CAs of one name, each of which may have issued each"] = (() => SameName(98, reachesAnchor: false), IssuerUnknown, 0),
        ["98 CAs of one name, and each may come from the anchor"] = (() => SameName(98, reachesAnchor: true), SignatureInvalid, 2),
        ["98 CAs of one name, expired, and each may come from the anchor"] = (() => SameName(98, reachesAnchor: true, c => c.Expired()), SignatureInvalid, 1),
        ["60 CAs whose long names are equal only once prepared"] = (() => LongNames(60, reachesAnchor: false), IssuerUnknown, 0),
        ["60 CAs whose long names are equal only once prepared, and one leads to the anchor"] = (() => LongNames(60, reachesAnchor: true), WorkBudgetExhausted, 0),
        ["60 CAs whose names are 30 attributes in one"] = (() => WideNames(60, reachesAnchor: false), IssuerUnknown, 0),
        ["60 CAs whose names are 30 attributes in one, and one leads to the anchor"] = (() => WideNames(60, reachesAnchor: true), WorkBudgetExhausted, 0),
        ["3,000 DNS names under 3,000 subtrees"] = (
            () => Constrained(c => c.WithSan(n => Times(3_000, i => n.Dns($"host{i}.test"))), n => Times(3_000, i => n.Dns($"sub{i}.test")), Forged), SignatureInvalid, 1),
        ["500 long directory names under 500 long subtrees"] = (
            () => Constrained(c => c.WithSan(n => Times(500, i => n.Directory(Long(i)))), n => Times(500, i => n.Directory(Long(i + 1000))), Forged), SignatureInvalid, 1),
        ["every policy mapped to every other, 16 times over"] = (() => Policies(16, 30, mapped: 30, Forged), SignatureInvalid, 1),
        ["1,000 policies in each of 40 CAs, read along every path between them"] = (() => PolicyMesh(40, 1_000), SignatureInvalid, 2),
    };

    /// <summary>Gets what a trusted CA must have signed, or what is refused while it is read.</summary>
    public static Dictionary<string, (Func<HostileChain> Make, ValidationReason Reason)> Others { get; } = new()
    {
        ["a relative name of 5,000 attributes"] = (() => OneWide(5_000), CertificateMalformed),
        ["3,000 DNS names under 3,000 subtrees"] = (
            () => Constrained(c => c.WithSan(n => Times(3_000, i => n.Dns($"host{i}.test"))), n => Times(3_000, i => n.Dns($"sub{i}.test")), Plain), WorkBudgetExhausted),
        ["500 long directory names under 500 long subtrees"] = (
            () => Constrained(c => c.WithSan(n => Times(500, i => n.Directory(Long(i)))), n => Times(500, i => n.Directory(Long(i + 1000))), Plain), WorkBudgetExhausted),
        ["10,000 names that are all excluded"] = (
            () => Constrained(c => c.WithSan(n => Times(10_000, i => n.Dns($"host{i}.test"))), n => n.Dns("test"), Plain), NameExcluded),
        ["5,000 policies in each of 16 certificates"] = (() => Policies(16, 5_000, mapped: 0, Plain), WorkBudgetExhausted),
        ["every policy mapped to every other, 16 times over (RFC 9618's tree)"] = (() => Policies(16, 30, mapped: 30, Plain), WorkBudgetExhausted),
        ["two policies mapped to each other, 16 times over: 2^16 ways, one graph"] = (() => Policies(16, 2, mapped: 2, Plain), CertificatePolicyMissing),
        ["2,500 mappings in each of 16 certificates"] = (() => Policies(16, 50, mapped: 50, Plain), WorkBudgetExhausted),
        ["an extension nested 100,000 deep"] = (() => Lone(c => c.WithExtension("1.2.3.4", critical: false, Nested(100_000))), IssuerUnknown),
        ["an alternative name nested 100,000 deep"] = (() => Lone(c => c.WithSan(n => n.OtherName("1.2.3.4", Nested(100_000)))), IssuerUnknown),
        ["65 extensions"] = (() => Lone(c => Times(65, i => c.WithExtension($"1.2.3.{i}", critical: false, [5, 0]))), ExtensionMalformed),
        ["99 certificates of 200 KB"] = (() => Lone(c => c.WithExtension("1.2.3.4", critical: false, new byte[200_000]), copies: 99), CertificateTooLarge),
        ["an object identifier of 100 KB"] = (() => Lone(c => c.WithExtension("2.5.29.37", critical: false, Oid(100_000))), IssuerUnknown),
    };

    // Its issuer's name is one that is known, and the issuer's key another.
    private static HostileChain Impostor(Func<TestCertificateAuthority, TestCertificateAuthority, TestCertificateAuthority> issuer)
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), issuing = root.IssueIntermediate();
        return new HostileChain(root, issuer(root, issuing).IssueClient("client.test", Forged).Der, issuing.Der);
    }

    private static HostileChain TwoWays()
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), issuing = root.IssueIntermediate(null, Forged), again = root.CrossSign(issuing, Forged);
        return new HostileChain(root, issuing.IssueClient("client.test").Der, issuing.Der, again.Der, root.CrossSign(issuing, Forged).Der);
    }

    private static HostileChain SameName(int count, bool reachesAnchor, Spec? spec = null)
    {
        TestName name = TestName.Cn("Everywhere");
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(reachesAnchor ? null : "Nowhere", c => c.WithSubject(reachesAnchor ? name : TestName.Cn("Nowhere")));
        IEnumerable<ReadOnlyMemory<byte>> cas = Enumerable.Range(0, count).Select(_ => TestCertificateAuthority.CreateRoot(
            null, (spec ?? Plain) + (c => c.WithSubject(name).WithoutSubjectKeyIdentifier())).Der);
        return new HostileChain(root, [EndEntity(c => c.WithIssuerName(name)), .. cas]);
    }

    private static HostileChain LongNames(int count, bool reachesAnchor)
    {
        string text = string.Concat(Enumerable.Repeat("äöüéèà ÇÑßœ", 40));
        IEnumerable<ReadOnlyMemory<byte>> cas = Enumerable.Range(0, count).Select(i => TestCertificateAuthority.CreateRoot(
            null, c => c.WithSubject(TestName.Cn(Spelling(text, i))).WithIssuerName(reachesAnchor && i == count - 1 ? TestName.Cn("Root") : TestName.Cn(Spelling(text, i + 100))).WithoutSubjectKeyIdentifier()).Der);
        return new HostileChain(TestCertificateAuthority.CreateRoot("Root"), [EndEntity(c => c.WithIssuerName(TestName.Cn(Spelling(text, 999)))), .. cas]);
    }

    private static HostileChain WideNames(int count, bool reachesAnchor)
    {
        static TestName Wide(int i) => TestName.Empty.AndTogether(
            [.. Enumerable.Range(0, 30).Select(n => (TestOids.CommonName, Spelling($"äöüéèàçñ {n:D2}", i), UniversalTagNumber.UTF8String))]);
        IEnumerable<ReadOnlyMemory<byte>> cas = Enumerable.Range(0, count).Select(i => TestCertificateAuthority.CreateRoot(
            null, c => c.WithSubject(Wide(i)).WithIssuerName(reachesAnchor && i == count - 1 ? TestName.Cn("Root") : Wide(i + 100)).WithoutSubjectKeyIdentifier()).Der);
        return new HostileChain(TestCertificateAuthority.CreateRoot("Root"), [EndEntity(c => c.WithIssuerName(Wide(999))), .. cas]);
    }

    private static HostileChain OneWide(int attributes)
    {
        TestName Wide(bool upper) => TestName.Empty.AndTogether(
            [.. Enumerable.Range(0, attributes).Select(i => (TestOids.CommonName, i.ToString(upper ? "X6" : "x6", CultureInfo.InvariantCulture), UniversalTagNumber.UTF8String))]);
        return new HostileChain(TestCertificateAuthority.CreateRoot(), EndEntity(c => c.WithSubject(Wide(true)).WithIssuerName(Wide(false))));
    }

    private static HostileChain Constrained(Spec leaf, Action<TestGeneralNames> excluded, Spec issuer)
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), issuing = root.IssueIntermediate(null, issuer + (c => c.WithNameConstraints(excluded: excluded)));
        return new HostileChain(root, issuing.Issue(leaf).Der, issuing.Der);
    }

    // The end-entity is for no policy, so a graph that fits the budget is seen to have been worked out.
    private static HostileChain Policies(int cas, int count, int mapped, Spec first)
    {
        string[] policies = [.. Enumerable.Range(0, count).Select(i => $"1.2.3.{i}")];
        (string, string)[] mappings = [.. policies.Take(mapped).SelectMany(from => policies.Take(mapped), (from, to) => (from, to))];
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), issuer = root;
        List<ReadOnlyMemory<byte>> presented = [];
        for (int i = 0; i < cas; i++)
        {
            Spec signed = i == 0 ? first : Plain;
            issuer = issuer.IssueIntermediate(null, c =>
            {
                signed(c);
                c.WithPolicies(policies).WithPolicyConstraints(0);
                _ = mapped == 0 ? c : c.WithPolicyMappings(mappings);
            });
            presented.Add(issuer.Der);
        }

        return new HostileChain(root, [issuer.Issue().Der, .. presented]);
    }

    // Every path fails by its top CA's constraint, so every other is tried, and each would have the policies of all its CAs read.
    private static HostileChain PolicyMesh(int cas, int count)
    {
        TestName name = TestName.Cn("Everywhere");
        string[] policies = [.. Enumerable.Range(0, count).Select(i => $"1.2.3.{i}")];
        IEnumerable<ReadOnlyMemory<byte>> made = Enumerable.Range(0, cas).Select(i => TestCertificateAuthority.CreateRoot(
            null, c => c.WithSubject(name).WithPolicies(policies).WithPolicyConstraints(99).WithNameConstraints(excluded: n => n.Dns("a.test")).WithoutSubjectKeyIdentifier()).Der);
        return new HostileChain(TestCertificateAuthority.CreateRoot("Everywhere"), [EndEntity(c => c.WithIssuerName(name).WithSan(n => n.Dns("a.test"))), .. made]);
    }

    private static HostileChain Lone(Spec spec, int copies = 1) => new(TestCertificateAuthority.CreateRoot(), [.. Enumerable.Repeat(EndEntity(spec), copies)]);

    private static ReadOnlyMemory<byte> EndEntity(Spec spec) => TestCertificate.CreateSelfSigned(spec + (c => c.WithKey(Key))).Der;

    private static TestName Long(int i) => TestName.Cn(string.Concat(Enumerable.Repeat("Zürich Genève ", 15)) + i);

    // Bit n of the number decides the case of letter n.
    private static string Spelling(string text, int number) =>
        string.Concat(text.Select((letter, i) => ((number >> (i % 10)) & 1) == 0 ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter)));

    private static byte[] Nested(int depth)
    {
        byte[] all = new byte[depth * 5];
        int at = all.Length;
        for (int content = 0; at >= 5; content += 5)
        {
            at -= 5;
            (all[at], all[at + 1], all[at + 2], all[at + 3], all[at + 4]) = (0x30, 0x83, (byte)(content >> 16), (byte)(content >> 8), (byte)content);
        }

        return all;
    }

    private static byte[] Oid(int length)
    {
        byte[] oid = new byte[length];
        Array.Fill(oid, (byte)0x81);
        oid[^1] = 1;
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue([0x06, 0x83, (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. oid]);
        }

        return writer.Encode();
    }

    private static void Times(int count, Action<int> act)
    {
        for (int i = 0; i < count; i++)
        {
            act(i);
        }
    }
}

/// <param name="Root">Whom the victim trusts.</param>
/// <param name="Presented">What it is shown.</param>
internal sealed record HostileChain(TestCertificateAuthority Root, params ReadOnlyMemory<byte>[] Presented);
