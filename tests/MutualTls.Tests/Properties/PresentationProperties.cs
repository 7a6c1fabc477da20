using CsCheck;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Properties;

/// <summary>What a peer sends beside its path, and in which order, changes no verdict; a changed bit on the path always does.</summary>
public class PresentationProperties
{
    private static readonly TestCertificateAuthority Root = TestCertificateAuthority.CreateRoot(), Upper = Root.IssueIntermediate(), Lower = Upper.IssueIntermediate();

    private static readonly TestCertificate Good = Lower.IssueClient("client.test"), Expired = Lower.IssueClient("client.test", c => c.Expired());

    private static readonly ReadOnlyMemory<byte>[] Junk =
    [
        Root.Der, Good.Der, Expired.Der, new byte[100], new TestPki().Client.Der, new TestPki().Issuing.Der,
        TestCertificateAuthority.CreateRoot(null, c => c.WithSubject(Lower.Subject)).Der,
        TestCertificateAuthority.CreateRoot(null, c => c.WithSubject(Upper.Subject)).Der,
        TestCertificateAuthority.CreateRoot(null, c => c.WithSubject(Root.Subject)).Der,
        Root.CrossSign(Lower, c => c.Expired()).Der,
        Root.IssueIntermediate(null, c => c.WithSubject(Lower.Subject).SignatureTampered()).Der,
    ];

    private static readonly PeerPolicy Policy = Pair.Trusting(Root);

    // Repeated in any number, in any order.
    [Fact]
    public void Judge_AnyOrderWithAnyJunkAndDuplicates_GivesTheSameVerdict() =>
        Gen.Select(Gen.Int[0, Junk.Length - 1].Array[0, 20], Gen.Int[1, 3], Gen.Int).Sample(
            (junk, copies, seed) =>
            {
                ReadOnlyMemory<byte>[] others = [.. junk.Select(i => Junk[i]), .. Enumerable.Repeat(Lower.Der, copies), .. Enumerable.Repeat(Upper.Der, copies)];
                new Random(seed).Shuffle(others);
                return Judge(Good.Der, others).IsAuthenticated
                    && Judge(Expired.Der, others) is { Outcome: VerdictOutcome.Refused } refused && refused.Primary!.Value.Reason == ValidationReason.NotAfterPassed;
            },
            iter: 300);

    [Fact]
    public void Judge_AnyPathThatLacksAnIntermediate_IsRefusedWhateverElseIsSent() =>
        Gen.Select(Gen.Int[0, Junk.Length - 1].Array[0, 20], Gen.Bool).Sample(
            (junk, upper) => Judge(Good.Der, [.. junk.Select(i => Junk[i]), upper ? Upper.Der : Lower.Der]).Outcome == VerdictOutcome.Refused,
            iter: 300);

    // Every bit of every certificate that is presented; the end-entity's are tried where its limits are.
    [Fact]
    public void Judge_AnyBitOfAnIntermediateFlipped_IsRefused()
    {
        PeerPolicyEngine engine = new();
        for (int bit = 0; bit < Upper.Der.Length * 8; bit++)
        {
            byte[] flipped = Upper.Der.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            PeerVerdict verdict = engine.Judge(Policy, PeerRole.Client, new PresentedChain(Good.Der, Lower.Der, flipped));
            Assert.True(verdict.Outcome == VerdictOutcome.Refused && verdict.Primary!.Value.Reason != ValidationReason.InternalFault, $"bit {bit}");
        }
    }

    private static PeerVerdict Judge(ReadOnlyMemory<byte> endEntity, ReadOnlyMemory<byte>[] others) =>
        new PeerPolicyEngine().Judge(Policy, PeerRole.Client, new PresentedChain(others.Prepend(endEntity)));
}
