using Microsoft.Extensions.Logging;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Policies.Caching;
using MutualTls.Policies.Lists;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Regressions;

/// <summary>Sharing a judgement that is under way must neither throw, nor hang, nor hand out what was judged on older data.</summary>
public class FirstSightRegressions
{
    // Two clients without a certificate at the same moment: the second one's callback threw.
    [Theory]
    [InlineData(PeerCertificateMode.Optional, true)]
    [InlineData(PeerCertificateMode.Required, false)]
    public async Task JudgeAsync_NoCertificateWhileAnotherIsJudged_HasItsOwnVerdict(PeerCertificateMode mode, bool accepted)
    {
        PeerPolicy policy = Pair.Trusting(new TestPki().Root, p => p.Options.Certificate = mode);
        policy.FirstSights.Begin(new PresentedKey(PresentedChain.None, PeerRole.Client, expected: null), policy.Epoch);

        PeerVerdict verdict = await new PeerPolicyEngine().JudgeAsync(policy, PeerRole.Client, PresentedChain.None, cancellationToken: Pair.Stop)
            .AsTask().WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);

        Assert.Equal(accepted, verdict.IsAccepted);
    }

    // Pitfall 23: who comes after a change must not get a verdict that was begun before it.
    [Fact]
    public async Task JudgeAsync_DataChangedSinceTheOtherBegan_IsJudgedOnTheNewData()
    {
        TestPki pki = new();
        SnapshotSource<CertificateDenyList> denied = CertificateDenyList.Empty;
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.DenyFrom(denied));
        PeerPolicyEngine engine = new();
        PresentedChain presented = Pair.Presented(pki.Client);
        (FirstSight? slow, _) = policy.FirstSights.Begin(new PresentedKey(presented, PeerRole.Client, expected: null), policy.Epoch);
        PeerVerdict before = new PeerPolicyEngine().Judge(policy, PeerRole.Client, presented);
        policy.Cache.Remove(before.Entry!);

        denied.Change(CertificateDenyList.Parse($"certificate:{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(pki.Client.Der.Span))}"));
        ValueTask<PeerVerdict> judging = engine.JudgeAsync(policy, PeerRole.Client, presented, cancellationToken: Pair.Stop);
        policy.FirstSights.End(slow!, before);

        Assert.Equal(ValidationReason.CertificateDenied, (await judging).Primary!.Value.Reason);
    }

    // A clock that fails makes judging throw where nothing may: whoever comes next must not wait for that one.
    [Fact]
    public async Task JudgeAsync_TheFirstOneThrew_TheNextIsJudged()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        PresentedChain presented = Pair.Presented(pki.Client);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => new PeerPolicyEngine(new Broken()).JudgeAsync(policy, PeerRole.Client, presented, cancellationToken: Pair.Stop).AsTask());

        PeerVerdict verdict = await new PeerPolicyEngine().JudgeAsync(policy, PeerRole.Client, presented, cancellationToken: Pair.Stop)
            .AsTask().WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);

        Assert.True(verdict.IsAccepted);
    }

    private sealed class Broken : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException();
    }
}
