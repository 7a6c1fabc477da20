using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Regressions;

/// <summary>What may happen while the application's validators are asked, and what they may do.</summary>
public class ValidatorRegressions
{
    // Pitfall 23: the verdict was reached on data that changed while the validators took their time.
    [Fact]
    public async Task JudgeAsync_DeniedWhileTheValidatorRuns_IsRefused()
    {
        TestPki pki = new();
        SnapshotSource<CertificateDenyList> denied = CertificateDenyList.Empty;
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.DenyFrom(denied).AddValidator("slow", (context, _) =>
        {
            denied.Change(CertificateDenyList.Parse($"certificate:{context.Identity.Sha256Fingerprint}"));
            return ValueTask.CompletedTask;
        }));

        PeerVerdict verdict = await new PeerPolicyEngine().JudgeAsync(policy, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);

        Assert.Equal(ValidationReason.CertificateDenied, verdict.Primary!.Value.Reason);
        Assert.Empty(verdict.Claims);
    }

    [Fact]
    public async Task JudgeAsync_ExpiresWhileTheValidatorRuns_IsRefused()
    {
        DateTimeOffset start = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
        FakeTimeProvider clock = new(start);
        TestPki pki = new(new TestPkiOptions { TimeProvider = clock, Client = c => c.Validity(start, start.AddSeconds(5)) });
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AddValidator("slow", (_, _) =>
        {
            clock.Advance(TimeSpan.FromSeconds(9));
            return ValueTask.CompletedTask;
        }));

        PeerVerdict verdict = await new PeerPolicyEngine(clock).JudgeAsync(policy, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);

        Assert.Equal(ValidationReason.NotAfterPassed, verdict.Primary!.Value.Reason);
    }

    [Fact]
    public async Task JudgeAsync_SomethingElseChangedWhileTheValidatorRuns_IsAcceptedWithItsClaims()
    {
        TestPki pki = new();
        SnapshotSource<CertificateDenyList> denied = CertificateDenyList.Empty;
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.DenyFrom(denied).AddValidator("slow", (context, _) =>
        {
            denied.Change(CertificateDenyList.Empty);
            context.AddClaim("role", "auditor");
            return ValueTask.CompletedTask;
        }));

        PeerVerdict verdict = await new PeerPolicyEngine().JudgeAsync(policy, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);

        Assert.True(verdict.IsAccepted);
        Assert.Single(verdict.Claims);
    }

    [Fact]
    public async Task JudgeAsync_NameThrows_IsRefused()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AddValidator(new Nameless()));

        PeerVerdict verdict = await new PeerPolicyEngine().JudgeAsync(policy, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);

        Assert.Equal((ValidationReason.ValidatorFailed, "Nameless: NotImplementedException"), (verdict.Primary!.Value.Reason, verdict.Primary!.Value.Detail));
    }

    // Pitfall 16: a validator that blocks for good costs one thread each time, which the pool then adds; so no more than a few may.
    [Fact]
    public async Task JudgeAsync_ValidatorNeverReturns_HoldsABoundedNumberOfThreads()
    {
        TestPki pki = new();
        using ManualResetEventSlim release = new();
        int inside = 0;
        PeerPolicy policy = Pair.Trusting(pki.Root, p =>
        {
            p.Options.ValidatorTimeout = TimeSpan.FromMilliseconds(1);
            p.AddValidator("stuck", (_, _) =>
            {
                Interlocked.Increment(ref inside);
                release.Wait(CancellationToken.None);
                return ValueTask.CompletedTask;
            });
        });
        PeerPolicyEngine engine = new();
        try
        {
            for (int i = 0; i < 200; i++)
            {
                PeerVerdict verdict = await engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);
                Assert.Equal(ValidationReason.ValidatorTimedOut, verdict.Primary!.Value.Reason);
            }

            await Task.Delay(TimeSpan.FromSeconds(1), Pair.Stop);
            Assert.InRange(Volatile.Read(ref inside), 1, ValidatorRunner.MaxGivenUp);
        }
        finally
        {
            release.Set();
        }

        // Once they are back, it is asked again.
        policy = Pair.Trusting(pki.Root, p => p.AddValidator("free", (_, _) => ValueTask.CompletedTask));
        Assert.True((await engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop)).IsAccepted);
    }

    // Nobody awaits a call that was given up: what it throws later must not reach the process as an exception that nobody saw.
    [Fact]
    public async Task JudgeAsync_ThrowsAfterItWasGivenUp_IsSeen()
    {
        TestPki pki = new();
        string message = Guid.NewGuid().ToString();
        TaskCompletionSource release = new();
        bool unseen = false;
        EventHandler<UnobservedTaskExceptionEventArgs> watch = (_, e) => unseen |= e.Exception.ToString().Contains(message, StringComparison.Ordinal);
        TaskScheduler.UnobservedTaskException += watch;
        try
        {
            await RunAsync();
            release.SetResult();
            for (int i = 0; i < 5; i++)
            {
                await Task.Delay(20, Pair.Stop);
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= watch;
        }

        Assert.False(unseen);

        async Task RunAsync()
        {
            PeerPolicy policy = Pair.Trusting(pki.Root, p =>
            {
                p.Options.ValidatorTimeout = TimeSpan.FromMilliseconds(50);
                p.AddValidator("late", async (_, _) =>
                {
                    await release.Task;
                    throw new InvalidOperationException(message);
                });
            });
            PeerVerdict verdict = await new PeerPolicyEngine().JudgeAsync(policy, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);
            Assert.Equal(ValidationReason.ValidatorTimedOut, verdict.Primary!.Value.Reason);
        }
    }

    private sealed class Nameless : IPeerValidator
    {
        public string Name => throw new NotImplementedException();

        public ValueTask ValidateAsync(PeerValidationContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
