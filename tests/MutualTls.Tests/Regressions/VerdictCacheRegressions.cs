using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Regressions;

public class VerdictCacheRegressions
{
    // A good peer that sends other junk along each time must not keep more alive than the limit says.
    [Fact]
    public void Judge_GoodPeerWithJunkSentAlong_TheJunkCounts()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.Options.VerdictCacheLimit = 1 << 20);
        PeerPolicyEngine engine = new();
        const int Junk = 90_000, Times = 200;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Times; i++)
        {
            byte[] junk = new byte[Junk];
            BitConverter.TryWriteBytes(junk, i);
            Assert.True(engine.Judge(policy, PeerRole.Client, new PresentedChain(pki.Client.Der, pki.Issuing.Der, junk)).IsAccepted);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4 << 20);
        GC.KeepAlive(policy);
    }

    // Pitfall 23: judged again, a CRL from the future is no answer; so what it said does not hold before its time either.
    [Fact]
    public void Judge_ClockSteppedBackBeforeTheCrl_IsJudgedAnew()
    {
        DateTimeOffset start = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
        FakeTimeProvider issued = new(start);
        TestPki pki = new(new TestPkiOptions { TimeProvider = issued });
        byte[][] crls = [pki.Root.IssueCrl(c => c.Validity(start, start.AddDays(7))).Der.ToArray(), pki.Issuing.IssueCrl(c => c.Validity(start, start.AddDays(7))).Der.ToArray()];
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(pki.Root.ToPem()).CheckRevocation(r =>
        {
            r.Crls.Add(crls[0]);
            r.Crls.Add(crls[1]);
        }));
        Clock clock = new() { Now = start };
        PeerPolicyEngine engine = new(clock);
        PresentedChain presented = Pair.Presented(pki.Client);
        Assert.True(engine.Judge(policy, PeerRole.Client, presented).IsAccepted);

        clock.Now = start.AddMinutes(-30);

        Assert.Equal(ValidationReason.CrlStale, engine.Judge(policy, PeerRole.Client, presented).Primary!.Value.Reason);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
