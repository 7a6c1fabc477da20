using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies.Caching;

/// <summary>What a peer that is let in, or a second engine, could make of what is remembered.</summary>
public class HostileCachingTests
{
    // What is presented beside the certificate is the peer's choice: it must not stay in memory because many others are remembered.
    [Fact]
    public void Judge_OnePeerWithOtherJunkEachTime_KeepsNoMoreThanTheLimit()
    {
        const int Limit = 4 << 20, Junk = 100_000;
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.Options.VerdictCacheLimit = Limit);
        PeerPolicyEngine engine = new();
        for (int i = 0; i < 500; i++)
        {
            engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Issuing.IssueClient($"peer-{i}.test", c => c.WithKey(pki.Client.Key))));
        }

        for (int i = 0; i < 200; i++)
        {
            byte[] junk = new byte[Junk];
            BitConverter.TryWriteBytes(junk, i);
            Assert.True(engine.Judge(policy, PeerRole.Client, new PresentedChain(pki.Client.Der, pki.Issuing.Der, junk)).IsAccepted);
            Assert.InRange(policy.Cache.Bytes, 0, Limit);
            Assert.InRange(policy.Cache.RemovedBytes, 0, Limit / 10);
        }
    }

    // The verdicts are the policy's, what they rest on is each engine's: one must not take the other's for its own because both have learnt as much.
    [Fact]
    public void Judge_ByAnotherEngineThatLearntAsMuch_IsJudgedAnew()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        PeerPolicyEngine one = new(revocation: new RevocationService()), other = new(revocation: new RevocationService());
        PeerVerdict first = one.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client));
        Assert.NotSame(first, other.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)));
    }
}
