using MutualTls.Certificates;
using MutualTls.Conformance.Running;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Tests.Support;
using MutualTls.Trust;

namespace MutualTls.Tests.Paths;

/// <summary>Input made to burn time: each stops at a budget with its own reason, well under a second (pitfall 14).</summary>
public class PathologicalTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(1);

    public static TheoryData<string> OfStrangers => [.. HostileChains.OfStrangers.Keys];

    public static TheoryData<string> Others => [.. HostileChains.Others.Keys];

    // A bad chain costs at most one signature check, and a second where it offers two ways; a flood of them leaves known peers their share of the processor.
    [Theory]
    [MemberData(nameof(OfStrangers))]
    public void Judge_ChainOfAStranger_FindsOneBadSignatureAndStops(string row)
    {
        (Func<HostileChain> make, ValidationReason reason, int bad) = HostileChains.OfStrangers[row];
        HostileChain attack = make();
        (int good, int found) = Search(attack, new SignatureMemo(), new CandidatePool());

        Assert.Equal(bad, found);
        Assert.InRange(good, 0, 1);
        Stops(attack, reason);
    }

    // An intermediate that a trusted key has signed is public, so a stranger can send it along; not for us to verify it, or import its key, each time.
    [Fact]
    public void Judge_GoodIntermediateOfAStranger_IsVerifiedOnce()
    {
        SignatureMemo memo = new();
        CandidatePool pool = new();
        HostileChain attack = HostileChains.OfStrangers["the name of a good intermediate, which comes along"].Make();

        Assert.Equal((1, 1), Search(attack, memo, pool));
        Assert.Equal((0, 1), Search(attack, memo, pool));
        Assert.Same(pool.Recognize(attack.Presented[1].Span), pool.Recognize(attack.Presented[1].Span));
        Assert.Equal(0, pool.Count);
        Assert.Null(pool.Find(attack.Presented[1].Span));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Judge_PathologicalInput_StopsWithItsReasonInTime(string row)
    {
        (Func<HostileChain> make, ValidationReason reason) = HostileChains.Others[row];
        Stops(make(), reason);
    }

    private static (int Good, int Bad) Search(HostileChain attack, SignatureMemo memo, CandidatePool pool)
    {
        ParsedCertificate[] presented = [.. attack.Presented.Select(der => pool.Recognize(der.Span) ?? Parsed(der))];
        PathFinder finder = new(memo, pool);
        finder.Begin(
            presented[0], presented.AsSpan(1), new PathParameters { Anchors = new TrustAnchorSet([TrustAnchor.FromCertificate(attack.Root.Der.Span)]) }, PathPurpose.ClientAuth,
            DateTimeOffset.UtcNow);
        Assert.Null(finder.Next());
        return finder.Checked;
    }

    private static ParsedCertificate Parsed(ReadOnlyMemory<byte> der) =>
        CertificateParser.TryParse(der, out ParsedCertificate? certificate, out Finding finding) ? certificate : throw new InvalidOperationException(finding.ToString());

    private static void Stops(HostileChain attack, ValidationReason reason)
    {
        PeerPolicy policy = Pair.Trusting(attack.Root);
        PresentedChain presented = new(attack.Presented);
        PeerVerdict? verdict = null;

        TimeSpan took = ProcessorTime.LeastOf(Bound, () => verdict = new PeerPolicyEngine().Judge(policy, PeerRole.Client, presented));

        Assert.Contains(verdict!.Findings, f => f.Reason == reason);
        Assert.InRange(took, TimeSpan.Zero, Bound);
        TestContext.Current.SendDiagnosticMessage($"{took.TotalMilliseconds:F0} ms");
    }
}
