using System.Security.Claims;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies;

/// <summary>Promise P4: a plug-in can refuse, never rescue.</summary>
public class ValidatorTests
{
    // Pitfall 15: a validator that says yes cannot rescue a bad chain; it is not even asked.
    [Fact]
    public async Task JudgeAsync_BadChain_ValidatorIsNotAsked()
    {
        TestPki pki = TestPki.With(client: c => c.Expired());
        int asked = 0;
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AddValidator("yes", (_, _) => Count(ref asked)));

        PeerVerdict verdict = await JudgeAsync(policy, pki.Client);

        Assert.Equal(ValidationReason.NotAfterPassed, verdict.Primary!.Value.Reason);
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task JudgeAsync_FirstRefuses_SecondIsNotAskedAndOrderIsKept()
    {
        TestPki pki = new();
        List<string> asked = [];
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p
            .AddValidator("one", (_, _) => Note(asked, "one"))
            .AddValidator("two", (context, _) =>
            {
                context.Refuse("no");
                return Note(asked, "two");
            })
            .AddValidator("three", (_, _) => Note(asked, "three")));

        PeerVerdict verdict = await JudgeAsync(policy, pki.Client);

        Assert.Equal(["one", "two"], asked);
        Assert.Equal((ValidationReason.ValidatorRefused, "two: no"), (verdict.Primary!.Value.Reason, verdict.Primary!.Value.Detail));
    }

    // Each has its own deadline: two that take most of it pass.
    [Fact]
    public async Task JudgeAsync_TwoSlowOnesEachWithinTheDeadline_Accepts()
    {
        TestPki pki = new();
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        TimeSpan slow = TimeSpan.FromSeconds(3);
        int begun = 0;
        Task WaitAsync(CancellationToken stop)
        {
            Task wait = Task.Delay(slow, clock, stop);
            Interlocked.Increment(ref begun);
            return wait;
        }

        PeerPolicy policy = Pair.Trusting(pki.Root, p =>
        {
            p.Options.ValidatorTimeout = TimeSpan.FromSeconds(4);
            p.AddValidator("one", async (_, stop) => await WaitAsync(stop));
            p.AddValidator("two", async (_, stop) => await WaitAsync(stop));
        });

        Task<PeerVerdict> judging = JudgeAsync(policy, pki.Client, new PeerPolicyEngine(clock)).AsTask();
        await Patience.UntilAsync(() => Volatile.Read(ref begun) == 1);
        clock.Advance(slow);
        await Patience.UntilAsync(() => Volatile.Read(ref begun) == 2);
        clock.Advance(slow);
        Assert.True((await judging.WaitAsync(Pair.Stop)).IsAccepted);
    }

    [Fact]
    public async Task JudgeAsync_ClaimsAndWarnings_AreOnTheVerdict()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AddValidator("directory", (context, _) =>
        {
            context.AddClaim(ClaimTypes.Role, "auditor");
            context.Warn($"contract ends soon, says {context.PolicyName}");
            return ValueTask.CompletedTask;
        }));

        PeerVerdict verdict = await JudgeAsync(policy, pki.Client);

        Assert.True(verdict.IsAccepted);
        Claim claim = Assert.Single(verdict.Claims);
        Assert.Equal((ClaimTypes.Role, "auditor", "directory"), (claim.Type, claim.Value, claim.Issuer));
        Assert.Equal("directory: contract ends soon, says test", Assert.Single(verdict.Warnings).Detail);
    }

    [Fact]
    public async Task JudgeAsync_WithoutCacheFor_AsksEachTime()
    {
        TestPki pki = new();
        int asked = 0;
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AddValidator("count", (_, _) => Count(ref asked)));
        PeerPolicyEngine engine = new();
        for (int i = 0; i < 3; i++)
        {
            Assert.True((await JudgeAsync(policy, pki.Client, engine)).IsAccepted);
        }

        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task JudgeAsync_CacheFor_AsksAgainAfterTheLeastTime()
    {
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        TestPki pki = new(new TestPkiOptions { TimeProvider = clock });
        int asked = 0;
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p
            .AddValidator("short", (context, _) =>
            {
                context.CacheFor(TimeSpan.FromMinutes(1));
                return Count(ref asked);
            })
            .AddValidator("long", (context, _) =>
            {
                context.CacheFor(TimeSpan.FromHours(1));
                return ValueTask.CompletedTask;
            }));
        PeerPolicyEngine engine = new(clock);
        Assert.True((await JudgeAsync(policy, pki.Client, engine)).IsAccepted);
        clock.Advance(TimeSpan.FromSeconds(59));

        // No gate is needed while the answer holds.
        Assert.True(engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).IsAccepted);
        Assert.Equal(1, asked);

        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(VerdictOutcome.Pending, engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).Outcome);
        Assert.True((await JudgeAsync(policy, pki.Client, engine)).IsAccepted);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task JudgeAsync_CacheForAndARefusal_RefusalIsNotReused()
    {
        TestPki pki = new();
        bool refuse = true;
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AddValidator("moody", (context, _) =>
        {
            context.CacheFor(TimeSpan.FromHours(1));
            if (refuse)
            {
                context.Refuse("not today");
            }

            return ValueTask.CompletedTask;
        }));
        PeerPolicyEngine engine = new();
        Assert.False((await JudgeAsync(policy, pki.Client, engine)).IsAccepted);
        refuse = false;
        Assert.True((await JudgeAsync(policy, pki.Client, engine)).IsAccepted);
    }

    // The root of a test is not among the system's: the operating system refuses what our policy alone accepts.
    [Fact]
    public async Task AlsoAskOperatingSystem_PrivateRoot_Refuses()
    {
        TestPki pki = new();
        Assert.True((await JudgeAsync(Pair.Trusting(pki.Root), pki.Client)).IsAccepted);

        PeerVerdict verdict = await JudgeAsync(Pair.Trusting(pki.Root, p => p.AlsoAskOperatingSystem()), pki.Client);

        Assert.Equal(ValidationReason.ValidatorRefused, verdict.Primary!.Value.Reason);
        Assert.Contains("operating system", verdict.Primary!.Value.Detail, StringComparison.Ordinal);
    }

    private static ValueTask<PeerVerdict> JudgeAsync(PeerPolicy policy, TestCertificate client, PeerPolicyEngine? engine = null) =>
        (engine ?? new PeerPolicyEngine()).JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop);

    private static ValueTask Count(ref int count)
    {
        count++;
        return ValueTask.CompletedTask;
    }

    private static ValueTask Note(List<string> notes, string note)
    {
        notes.Add(note);
        return ValueTask.CompletedTask;
    }
}
