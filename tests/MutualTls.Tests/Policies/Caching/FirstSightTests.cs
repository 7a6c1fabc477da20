using MutualTls.Policies;
using MutualTls.Policies.Caching;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies.Caching;

/// <summary>Concurrent first sights of one chain are judged once where a gate can wait, and nobody ever blocks.</summary>
public class FirstSightTests
{
    [Fact]
    public async Task Begin_SameAgain_GetsTheFirstOnesVerdict()
    {
        TestPki pki = new();
        FirstSights sights = new();
        (FirstSight? mine, Task<PeerVerdict>? none) = sights.Begin(Key(pki.Client), epoch: 0);
        (FirstSight? second, Task<PeerVerdict>? other) = sights.Begin(Key(pki.Client), epoch: 0);
        (FirstSight? different, _) = sights.Begin(Key(pki.Server), epoch: 0);
        Assert.NotNull(mine);
        Assert.Null(none);
        Assert.Null(second);
        Assert.False(other!.IsCompleted);
        Assert.NotNull(different);

        PeerVerdict verdict = Pair.JudgeClient(pki);
        sights.End(mine, verdict);

        Assert.Same(verdict, await other);
        Assert.NotNull(sights.Begin(Key(pki.Client), epoch: 0).Mine);
    }

    [Fact]
    public void Begin_TooManyAtOnce_EverybodyJudges()
    {
        FirstSights sights = new();
        int begun = 0;
        for (int i = 0; i < 2_000; i++)
        {
            PresentedKey key = new(new PresentedChain((ReadOnlyMemory<byte>)BitConverter.GetBytes(i)), PeerRole.Client, expected: null);
            begun += sights.Begin(key, epoch: 0).Mine is null ? 0 : 1;
        }

        Assert.Equal(1024, begun);
    }

    // One judgement's object for all: they shared it, or found it kept.
    [Fact]
    public async Task JudgeAsync_ManyAtOnce_AllGetOneVerdict()
    {
        TestPki pki = new(new TestPkiOptions { KeyKind = TestKeyKind.P384 });
        PeerPolicyEngine engine = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        using Barrier together = new(8);
        PeerVerdict[] verdicts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait(Pair.Stop);
                return engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop).AsTask();
            },
            Pair.Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        Assert.All(verdicts, verdict => Assert.True(verdict.IsAccepted));
        Assert.Single(verdicts.Distinct());
    }

    private static PresentedKey Key(TestCertificate certificate) => new(Pair.Presented(certificate), PeerRole.Client, expected: null);
}
