using System.Formats.Asn1;
using System.Globalization;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;
using static MutualTls.Findings.ValidationReason;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Tests.Paths;

/// <summary>Input made to burn time: each stops at a budget with its own reason, well under a second (pitfall 14). All but the last signature may be forged, so none of it needs a CA's help.</summary>
public class PathologicalTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    private static readonly TestKey Key = TestKey.Generate();

    private static readonly Dictionary<string, (Func<Attack> Make, ValidationReason Reason)> Rows = new()
    {
        ["98 CAs of one name, each of which may have issued each"] = (() => SameName(98, reachesAnchor: false), WorkBudgetExhausted),
        ["98 CAs of one name, and each may come from the anchor"] = (() => SameName(98, reachesAnchor: true), SignatureInvalid),
        ["60 CAs whose long names are equal only once prepared"] = (() => LongNames(60), WorkBudgetExhausted),
        ["60 CAs whose names are 30 attributes in one"] = (() => WideNames(60), WorkBudgetExhausted),
        ["a relative name of 5,000 attributes"] = (() => OneWide(5_000), CertificateMalformed),
        ["3,000 DNS names under 3,000 subtrees"] = (
            () => Constrained(c => c.WithSan(n => Times(3_000, i => n.Dns($"host{i}.test"))), n => Times(3_000, i => n.Dns($"sub{i}.test"))), WorkBudgetExhausted),
        ["500 long directory names under 500 long subtrees"] = (
            () => Constrained(c => c.WithSan(n => Times(500, i => n.Directory(Long(i)))), n => Times(500, i => n.Directory(Long(i + 1000)))), WorkBudgetExhausted),
        ["10,000 names that are all excluded"] = (
            () => Constrained(c => c.WithSan(n => Times(10_000, i => n.Dns($"host{i}.test"))), n => n.Dns("test")), NameExcluded),
        ["5,000 policies in each of 16 certificates"] = (() => Policies(16, 5_000, mapped: 0), WorkBudgetExhausted),
        ["every policy mapped to every other, 16 times over (RFC 9618's tree)"] = (() => Policies(16, 30, mapped: 30), WorkBudgetExhausted),
        ["two policies mapped to each other, 16 times over: 2^16 ways, one graph"] = (() => Policies(16, 2, mapped: 2), SignatureInvalid),
        ["2,500 mappings in each of 16 certificates"] = (() => Policies(16, 50, mapped: 50), WorkBudgetExhausted),
        ["1,000 policies in each of 40 CAs, read along every path between them"] = (() => PolicyMesh(40, 1_000), WorkBudgetExhausted),
        ["an extension nested 100,000 deep"] = (() => Lone(c => c.WithExtension("1.2.3.4", critical: false, Nested(100_000))), IssuerUnknown),
        ["an alternative name nested 100,000 deep"] = (() => Lone(c => c.WithSan(n => n.OtherName("1.2.3.4", Nested(100_000)))), IssuerUnknown),
        ["65 extensions"] = (() => Lone(c => Times(65, i => c.WithExtension($"1.2.3.{i}", critical: false, [5, 0]))), ExtensionMalformed),
        ["99 certificates of 200 KB"] = (() => Lone(c => c.WithExtension("1.2.3.4", critical: false, new byte[200_000]), copies: 99), CertificateTooLarge),
        ["an object identifier of 100 KB"] = (() => Lone(c => c.WithExtension("2.5.29.37", critical: false, Oid(100_000))), IssuerUnknown),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_PathologicalInput_StopsWithItsReasonInTime(string row)
    {
        (Func<Attack> make, ValidationReason reason) = Rows[row];
        Attack attack = make();
        PeerPolicy policy = Pair.Trusting(attack.Root);
        PresentedChain presented = new(attack.Presented);
        PeerVerdict? verdict = null;

        TimeSpan took = ProcessorTime.Of(() => verdict = new PeerPolicyEngine().Judge(policy, PeerRole.Client, presented));

        Assert.Contains(verdict!.Findings, f => f.Reason == reason);
        Assert.InRange(took, TimeSpan.Zero, Bound);
        TestContext.Current.SendDiagnosticMessage($"{row}: {took.TotalMilliseconds:F0} ms");
    }

    private sealed record Attack(TestCertificateAuthority Root, params ReadOnlyMemory<byte>[] Presented);

    private static Attack SameName(int count, bool reachesAnchor)
    {
        TestName name = TestName.Cn("Everywhere");
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(reachesAnchor ? null : "Nowhere", c => c.WithSubject(reachesAnchor ? name : TestName.Cn("Nowhere")));
        IEnumerable<ReadOnlyMemory<byte>> cas = Enumerable.Range(0, count).Select(_ => TestCertificateAuthority.CreateRoot(null, c => c.WithSubject(name).WithoutSubjectKeyIdentifier()).Der);
        return new Attack(root, [EndEntity(c => c.WithIssuerName(name)), .. cas]);
    }

    private static Attack LongNames(int count)
    {
        string text = string.Concat(Enumerable.Repeat("äöüéèà ÇÑßœ", 40));
        IEnumerable<ReadOnlyMemory<byte>> cas = Enumerable.Range(0, count).Select(i => TestCertificateAuthority.CreateRoot(
            null, c => c.WithSubject(TestName.Cn(Spelling(text, i))).WithIssuerName(TestName.Cn(Spelling(text, i + 100))).WithoutSubjectKeyIdentifier()).Der);
        return new Attack(TestCertificateAuthority.CreateRoot(), [EndEntity(c => c.WithIssuerName(TestName.Cn(Spelling(text, 999)))), .. cas]);
    }

    private static Attack WideNames(int count)
    {
        static TestName Wide(int i) => TestName.Empty.AndTogether(
            [.. Enumerable.Range(0, 30).Select(n => (TestOids.CommonName, Spelling($"äöüéèàçñ {n:D2}", i), UniversalTagNumber.UTF8String))]);
        IEnumerable<ReadOnlyMemory<byte>> cas = Enumerable.Range(0, count).Select(i => TestCertificateAuthority.CreateRoot(
            null, c => c.WithSubject(Wide(i)).WithIssuerName(Wide(i + 100)).WithoutSubjectKeyIdentifier()).Der);
        return new Attack(TestCertificateAuthority.CreateRoot(), [EndEntity(c => c.WithIssuerName(Wide(999))), .. cas]);
    }

    private static Attack OneWide(int attributes)
    {
        TestName Wide(bool upper) => TestName.Empty.AndTogether(
            [.. Enumerable.Range(0, attributes).Select(i => (TestOids.CommonName, i.ToString(upper ? "X6" : "x6", CultureInfo.InvariantCulture), UniversalTagNumber.UTF8String))]);
        return new Attack(TestCertificateAuthority.CreateRoot(), EndEntity(c => c.WithSubject(Wide(true)).WithIssuerName(Wide(false))));
    }

    private static Attack Constrained(Spec leaf, Action<TestGeneralNames> excluded)
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), issuing = root.IssueIntermediate(null, c => c.WithNameConstraints(excluded: excluded));
        return new Attack(root, issuing.Issue(leaf).Der, issuing.Der);
    }

    // The end-entity's signature is broken, so a graph that fits the budget is seen to have been worked out.
    private static Attack Policies(int cas, int count, int mapped)
    {
        string[] policies = [.. Enumerable.Range(0, count).Select(i => $"1.2.3.{i}")];
        (string, string)[] mappings = [.. policies.Take(mapped).SelectMany(from => policies.Take(mapped), (from, to) => (from, to))];
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), issuer = root;
        List<ReadOnlyMemory<byte>> presented = [];
        for (int i = 0; i < cas; i++)
        {
            issuer = issuer.IssueIntermediate(null, c =>
            {
                c.WithPolicies(policies).WithPolicyConstraints(0);
                _ = mapped == 0 ? c : c.WithPolicyMappings(mappings);
            });
            presented.Add(issuer.Der);
        }

        return new Attack(root, [issuer.Issue(c => c.WithPolicies(policies).SignatureTampered()).Der, .. presented]);
    }

    // Every path fails by its top CA's constraint, so every other is tried, and each has the policies of all its CAs read.
    private static Attack PolicyMesh(int cas, int count)
    {
        TestName name = TestName.Cn("Everywhere");
        string[] policies = [.. Enumerable.Range(0, count).Select(i => $"1.2.3.{i}")];
        IEnumerable<ReadOnlyMemory<byte>> made = Enumerable.Range(0, cas).Select(i => TestCertificateAuthority.CreateRoot(
            null, c => c.WithSubject(name).WithPolicies(policies).WithPolicyConstraints(99).WithNameConstraints(excluded: n => n.Dns("a.test")).WithoutSubjectKeyIdentifier()).Der);
        return new Attack(TestCertificateAuthority.CreateRoot("Everywhere"), [EndEntity(c => c.WithIssuerName(name).WithSan(n => n.Dns("a.test"))), .. made]);
    }

    private static Attack Lone(Spec spec, int copies = 1) => new(TestCertificateAuthority.CreateRoot(), [.. Enumerable.Repeat(EndEntity(spec), copies)]);

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
