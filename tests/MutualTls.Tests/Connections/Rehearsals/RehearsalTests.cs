using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Connections.Rehearsals;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections.Rehearsals;

/// <summary>A rehearsal makes whole connections, and leaves no trace.</summary>
public class RehearsalTests
{
    private static CancellationToken Stop => Pair.Stop;

    // What fails is told by nobody in a server, so it is told here.
    [Fact]
    public async Task Run_OnAPlatformThatHasAll_Succeeds()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no rehearsal elsewhere.");
        await Rehearsal.RunAsync(Stop);
    }

    [Fact]
    public async Task Run_Ended_LeavesNoIntermediateToOtherEngines()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no rehearsal elsewhere.");
        int subject = NameHashes.Of(new X500DistinguishedName(RehearsalPki.IssuingName).RawData);
        await Rehearsal.RunAsync(Stop);
        Assert.True(CandidatePool.OfProcess.Named(subject).IsEmpty);
    }

    [Fact]
    public async Task Run_WithListenersToEveryMeter_IsCountedByNone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no rehearsal elsewhere.");
        AsyncLocal<string?> here = new();
        List<string> counted = [];
        using MeterListener listener = new() { InstrumentPublished = static (instrument, listener) => Listen(instrument, listener) };
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => Note(instrument));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Note(instrument));
        listener.Start();

        here.Value = "rehearsal";
        await Rehearsal.RunAsync(Stop);
        here.Value = "real";
        TestPki pki = new();
        new PeerPolicyEngine().Judge(Pair.Trusting(pki.Root), PeerRole.Client, new PresentedChain(pki.Client.Der, pki.Issuing.Der));

        Assert.NotEmpty(counted);
        Assert.All(counted, note => Assert.StartsWith("real", note, StringComparison.Ordinal));

        static void Listen(Instrument instrument, MeterListener listener)
        {
            if (instrument.Meter.Name.StartsWith("MutualTls", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        }

        // Other tests count meanwhile.
        void Note(Instrument instrument)
        {
            if (here.Value is { } who)
            {
                lock (counted)
                {
                    counted.Add($"{who}: {instrument.Name}");
                }
            }
        }
    }

    // No curve, no hash, no memory: whatever the platform says.
    [Theory]
    [InlineData(typeof(PlatformNotSupportedException))]
    [InlineData(typeof(CryptographicException))]
    [InlineData(typeof(TypeInitializationException))]
    [InlineData(typeof(OutOfMemoryException))]
    public async Task Try_PlatformThatCannot_IsNobodysTrouble(Type fault)
    {
        Exception thrown = fault == typeof(TypeInitializationException) ? new TypeInitializationException("X", null) : (Exception)Activator.CreateInstance(fault)!;
        await Rehearsal.TryAsync(_ => throw thrown, Stop);
    }

    [Fact]
    public async Task Try_ServerThatStops_EndsAtOnce()
    {
        using CancellationTokenSource stopping = new();
        bool reached = false;
        Task trying = Rehearsal.TryAsync(
            async stop =>
            {
                reached = true;
                await Task.Delay(Timeout.Infinite, stop);
            },
            stopping.Token);
        Assert.True(reached);
        await stopping.CancelAsync();
        await trying.WaitAsync(Stop);
    }

    [Fact]
    public async Task Try_ThatHangs_EndsByItsDeadline() => await Rehearsal.TryAsync(static stop => Task.Delay(Timeout.Infinite, stop), Stop).WaitAsync(TimeSpan.FromSeconds(60), Stop);

    [Fact]
    public async Task Run_ServerThatHasStopped_DoesNothing()
    {
        using CancellationTokenSource stopped = new();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Rehearsal.RunAsync(stopped.Token));
    }

    // Wherever it is stopped: neither end is left behind, and neither's end goes unseen.
    [Fact]
    public async Task Run_StoppedInBetween_LeavesNoFailureUnobserved()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no rehearsal elsewhere.");
        List<Exception> unobserved = [];
        void Note(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            lock (unobserved)
            {
                unobserved.AddRange(e.Exception.Flatten().InnerExceptions.Where(x => x.StackTrace?.Contains(nameof(Rehearsal), StringComparison.Ordinal) == true));
            }
        }

        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            for (int i = 0; i < 20; i++)
            {
                using CancellationTokenSource stopping = new(TimeSpan.FromMilliseconds(i));
                await Rehearsal.TryAsync(Rehearsal.RunAsync, stopping.Token);
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        Assert.Empty(unobserved);
    }

    [Fact]
    public void Switch_ThatIsOff_LeavesItOut()
    {
        Assert.Equal(OperatingSystem.IsLinux(), Rehearsal.IsWanted);
        try
        {
            AppContext.SetSwitch(Rehearsal.Switch, false);
            Assert.False(Rehearsal.IsWanted);
        }
        finally
        {
            AppContext.SetSwitch(Rehearsal.Switch, true);
        }
    }
}
