using System.Security.Cryptography;
using MutualTls.Conformance.Running;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies;

/// <summary>What a hostile peer sends costs bounded time and is a finding, never an exception (pitfall 14).</summary>
public class LimitsTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1_000_000)]
    [InlineData(2_000_000)]
    public void Judge_Garbage_IsRefused(int length)
    {
        TestPki pki = new();
        byte[] garbage = RandomNumberGenerator.GetBytes(length);
        PeerVerdict verdict = Timed(() => new PeerPolicyEngine().Judge(Pair.Trusting(pki.Root), PeerRole.Client, new PresentedChain(garbage)));
        Assert.Contains(verdict.Primary!.Value.Reason, (ValidationReason[])[ValidationReason.CertificateMalformed, ValidationReason.CertificateTooLarge]);
    }

    [Fact]
    public void Judge_EveryTruncation_IsRefused()
    {
        TestPki pki = new();
        PeerPolicyEngine engine = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        for (int length = 0; length < pki.Client.Der.Length; length++)
        {
            PeerVerdict verdict = engine.Judge(policy, PeerRole.Client, new PresentedChain(pki.Client.Der[..length], pki.Issuing.Der));
            Assert.Equal(ValidationReason.CertificateMalformed, verdict.Primary!.Value.Reason);
        }
    }

    [Fact]
    public void Judge_EverySingleBitFlipOnThePath_IsRefused()
    {
        TestPki pki = new();
        PeerPolicyEngine engine = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        Assert.True(engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).IsAccepted);
        for (int bit = 0; bit < pki.Client.Der.Length * 8; bit++)
        {
            byte[] flipped = pki.Client.Der.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            PeerVerdict verdict = engine.Judge(policy, PeerRole.Client, new PresentedChain(flipped, pki.Issuing.Der));
            Assert.False(verdict.IsAccepted, $"bit {bit}");
            Assert.NotEqual(ValidationReason.InternalFault, verdict.Primary!.Value.Reason);
        }
    }

    [Fact]
    public void Judge_TenThousandNames_IsAcceptedInTime()
    {
        TestPki pki = TestPki.With(client: c => c.WithSan(n =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                n.Dns($"host{i}.test");
            }
        }));
        Assert.True(Timed(() => Pair.JudgeClient(pki)).IsAccepted);
    }

    [Fact]
    public void Judge_TenThousandNamesUnderAThousandConstraints_StopsAtTheBudget()
    {
        TestPki pki = TestPki.With(
            intermediate: c => c.WithNameConstraints(excluded: n =>
            {
                for (int i = 0; i < 1_000; i++)
                {
                    n.Dns($"excluded{i}.example");
                }
            }),
            client: c => c.WithSan(n =>
            {
                for (int i = 0; i < 10_000; i++)
                {
                    n.Dns($"host{i}.test");
                }
            }));
        Assert.Equal(ValidationReason.WorkBudgetExhausted, Timed(() => Pair.JudgeClient(pki)).Primary!.Value.Reason);
    }

    // 1 MB is the limit: well-formed up to it is judged like any other, above it is not even read.
    [Theory]
    [InlineData(1_040_000, ValidationReason.None)]
    [InlineData(1_050_000, ValidationReason.CertificateTooLarge)]
    public void Judge_CertificateOfAMegabyte_IsJudgedUpToTheLimit(int length, ValidationReason expected)
    {
        TestPki pki = TestPki.With(client: c => c.WithExtension(TestOids.Unknown, critical: false, new byte[length]));
        PeerVerdict verdict = Timed(() => Pair.JudgeClient(pki));
        Assert.Equal(expected, verdict.Primary?.Reason ?? ValidationReason.None);
    }

    [Fact]
    public void Judge_TwoHundredCertificates_IsRefused()
    {
        TestPki pki = new();
        PresentedChain presented = new(Enumerable.Repeat(pki.Issuing.Der, 199).Prepend(pki.Client.Der));
        PeerVerdict verdict = new PeerPolicyEngine().Judge(Pair.Trusting(pki.Root), PeerRole.Client, presented);
        Assert.Equal(ValidationReason.TooManyCertificates, verdict.Primary!.Value.Reason);
    }

    [Fact]
    public void Judge_JunkInAnyOrder_ChangesNothing()
    {
        TestPki pki = new(), other = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        Random random = new(7);
        ReadOnlyMemory<byte>[] junk =
        [
            pki.Issuing.Der, pki.Root.Der, other.Root.Der, other.Issuing.Der, other.Server.Der, pki.Server.Der, RandomNumberGenerator.GetBytes(300),
            .. Enumerable.Range(0, 20).Select(_ => TestCertificateAuthority.CreateRoot(null, c => c.WithSubject(pki.Issuing.Subject)).Der),
        ];
        for (int i = 0; i < 50; i++)
        {
            random.Shuffle(junk);
            PeerVerdict verdict = Timed(() => new PeerPolicyEngine().Judge(policy, PeerRole.Client, new PresentedChain(junk.Prepend(pki.Client.Der))));
            Assert.True(verdict.IsAccepted, verdict.ToString());
        }
    }

    // A mesh in which every CA has certified every other: the number of paths is astronomical, the work is not.
    [Fact]
    public void Judge_MeshOfCrossSignedCas_StopsAtTheBudget()
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestCertificateAuthority[] cas = [.. Enumerable.Range(0, 9).Select(i => TestCertificateAuthority.CreateRoot($"Mesh {i}"))];
        List<ReadOnlyMemory<byte>> presented = [cas[0].IssueClient("client.test").Der];
        foreach (TestCertificateAuthority issuer in cas)
        {
            presented.AddRange(cas.Where(c => c != issuer).Select(c => issuer.CrossSign(c).Der));
        }

        // Where none of it leads to the anchor, none of it is tried.
        PeerVerdict verdict = Timed(() => new PeerPolicyEngine().Judge(Pair.Trusting(root), PeerRole.Client, new PresentedChain(presented)));
        Assert.Equal(ValidationReason.IssuerUnknown, verdict.Primary!.Value.Reason);

        // The anchor has certified one, which may certify no other.
        presented.Add(root.CrossSign(cas[^1], c => c.WithBasicConstraints(isCa: true, pathLength: 0)).Der);
        verdict = Timed(() => new PeerPolicyEngine().Judge(Pair.Trusting(root), PeerRole.Client, new PresentedChain(presented)));
        Assert.Contains(verdict.Findings, finding => finding.Reason == ValidationReason.WorkBudgetExhausted);
    }

    [Fact]
    public void Judge_LoopOfTwoCas_EndsAndSaysIssuerUnknown()
    {
        TestCertificateAuthority a = TestCertificateAuthority.CreateRoot("A"), b = TestCertificateAuthority.CreateRoot("B");
        PresentedChain presented = new(a.IssueClient("client.test").Der, b.CrossSign(a).Der, a.CrossSign(b).Der);
        PeerVerdict verdict = new PeerPolicyEngine().Judge(Pair.Trusting(new TestPki().Root), PeerRole.Client, presented);
        Assert.Equal(ValidationReason.IssuerUnknown, verdict.Primary!.Value.Reason);
    }

    // Pitfall 22, the part of it that paths have: the first path fails, the cross-signed one holds.
    [Fact]
    public void Judge_FirstIssuerExpired_AcceptsThroughTheCrossSignedOne()
    {
        TestCertificateAuthority oldRoot = TestCertificateAuthority.CreateRoot("Old"), newRoot = TestCertificateAuthority.CreateRoot("New");
        TestCertificateAuthority issuing = oldRoot.IssueIntermediate("Issuing", c => c.Expired());
        TestCertificateAuthority crossSigned = newRoot.CrossSign(issuing);
        PeerPolicy policy = Pair.Trusting(oldRoot, p => p.TrustPemText(newRoot.ToPem()));

        PeerVerdict verdict = new PeerPolicyEngine().Judge(
            policy, PeerRole.Client, new PresentedChain(issuing.IssueClient("client.test").Der, issuing.Der, crossSigned.Der));

        Assert.True(verdict.IsAccepted, verdict.ToString());
        Assert.Contains("New", verdict.Path!.Anchor.Subject);
    }

    // The time of this thread on a processor: others on the machine may take what they take.
    private static PeerVerdict Timed(Func<PeerVerdict> judge)
    {
        PeerVerdict? verdict = null;
        Assert.InRange(ProcessorTime.LeastOf(Bound, () => verdict = judge()), TimeSpan.Zero, Bound);
        return verdict!;
    }
}
