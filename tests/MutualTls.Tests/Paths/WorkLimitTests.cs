using System.Formats.Asn1;
using MutualTls.Conformance.Running;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Paths;

/// <summary>Inputs made to burn time stop at a limit, whatever part of the certificate they swell (pitfall 14).</summary>
public class WorkLimitTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    // Relative names match in any order of their attributes, so comparing two of n costs n times n.
    [Fact]
    public void Judge_RelativeNameOfThousandsOfAttributes_IsMalformed()
    {
        TestPki pki = TestPki.With(client: c => c.WithSubject(Wide(4000, "a")).WithIssuerName(Wide(4000, "b")));
        Assert.Equal(ValidationReason.CertificateMalformed, Timed(() => Pair.JudgeClient(pki)).Primary!.Value.Reason);
    }

    [Fact]
    public void Judge_RelativeNameOfManyAttributes_IsReadAndMatched()
    {
        TestPki pki = TestPki.With(intermediate: c => c.WithSubject(Wide(32, "a")));
        Assert.True(Pair.JudgeClient(pki).IsAccepted);
    }

    // Each comparison prepares two strings of a thousand characters outside ASCII.
    [Fact]
    public void Judge_LongDirectoryNamesUnderManyConstraints_StopsAtTheBudget()
    {
        string text = new('é', 1000);
        TestPki pki = TestPki.With(
            intermediate: c => c.WithNameConstraints(excluded: n => Repeat(500, i => n.Directory(TestName.Cn(text + i)))),
            client: c => c.WithSan(n => Repeat(500, i => n.Directory(TestName.Cn(text + "x" + i)))));
        Assert.Equal(ValidationReason.WorkBudgetExhausted, Timed(() => Pair.JudgeClient(pki)).Primary!.Value.Reason);
    }

    // RFC 9618 bounds the graph of one path; many paths with long lists must not each be read to the end.
    [Fact]
    public void Judge_HugePolicyListsOnManyPaths_StopsAtTheFirstExhaustedBudget()
    {
        string[] policies = [.. Enumerable.Range(0, 20_000).Select(i => $"1.2.3.{i}")];
        TestPki pki = TestPki.With(root: c => c.WithPolicyConstraints(requireExplicitPolicy: 0));
        List<ReadOnlyMemory<byte>> presented = [];
        Repeat(40, _ => presented.Add(pki.Root.CrossSign(pki.Issuing, c => c.WithPolicies(policies)).Der));

        PeerVerdict verdict = Timed(() => new PeerPolicyEngine().Judge(Pair.Trusting(pki.Root), PeerRole.Client, new PresentedChain(presented.Prepend(pki.Client.Der))));

        Assert.Equal(ValidationReason.WorkBudgetExhausted, verdict.Primary!.Value.Reason);
    }

    // Names that are equal only once prepared, a key for each: every CA is an issuer of every other. None leads to an anchor, so they are not even compared.
    [Fact]
    public void Judge_ManyCasOfOneNameInManySpellings_LeadNowhere()
    {
        string text = new('é', 400);
        TestCertificateAuthority[] cas = [.. Enumerable.Range(0, 60).Select(i => TestCertificateAuthority.CreateRoot(null, c => c.WithSubject(Spelling(i)).WithIssuerName(Spelling(i + 1))))];
        PresentedChain presented = new(cas.Select(c => c.Der).Prepend(cas[0].IssueClient("client.test").Der));

        PeerVerdict verdict = Timed(() => new PeerPolicyEngine().Judge(Pair.Trusting(new TestPki().Root), PeerRole.Client, presented));

        Assert.Equal(ValidationReason.IssuerUnknown, verdict.Primary!.Value.Reason);

        TestName Spelling(int number) => TestName.Cn(text + string.Concat(Enumerable.Range(0, 8).Select(bit => (number >> bit & 1) == 0 ? "a" : "A")));
    }

    private static TestName Wide(int attributes, string prefix) =>
        TestName.Empty.AndTogether([.. Enumerable.Range(0, attributes).Select(i => (TestOids.CommonName, prefix + i, UniversalTagNumber.UTF8String))]);

    private static void Repeat(int count, Action<int> act)
    {
        for (int i = 0; i < count; i++)
        {
            act(i);
        }
    }

    // The time of this thread on a processor: others on the machine may take what they take.
    private static PeerVerdict Timed(Func<PeerVerdict> judge)
    {
        PeerVerdict? verdict = null;
        Assert.InRange(ProcessorTime.LeastOf(Bound, () => verdict = judge()), TimeSpan.Zero, Bound);
        return verdict!;
    }
}
