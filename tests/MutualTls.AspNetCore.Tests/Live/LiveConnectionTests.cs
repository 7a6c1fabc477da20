using System.Diagnostics;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Live;

/// <summary>Promise P6 and pitfall 17: a connection of Kestrel ends when its client would no longer be let in; what is under way may end first.</summary>
public class LiveConnectionTests(ITestOutputHelper output)
{
    public static TheoryData<string> Versions => Caller.Versions;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Idle_Denied_IsClosedAndNobodyElse(string version)
    {
        await using LiveScene scene = await LiveScene.StartAsync();
        TestCertificate other = scene.Pki.Issuing.IssueClient("other.test");
        await using Wire denied = await Wire.ConnectAsync(scene.App.Port, scene.Pki.Client, version), stays = await Wire.ConnectAsync(scene.App.Port, other, version);
        Assert.Contains("partners client.test", await denied.CallAsync());
        Assert.Contains("partners other.test", await stays.CallAsync());
        Assert.Equal(2, scene.Registry.Count);

        scene.Deny(scene.Pki.Client);

        await LiveScene.Within(denied.EndAsync());
        await LiveScene.UntilAsync(() => scene.Registry.Count == 1);
        Assert.Contains("partners other.test", await stays.CallAsync());
        await stays.DisposeAsync();
        await LiveScene.UntilAsync(() => scene.Registry.Count == 0);
        Assert.Empty(scene.App.Log.Errors);
    }

    // On a machine that has time for it; that it waits for nothing else is what counts.
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Idle_Denied_EndsWithinASecond(string version)
    {
        await using LiveScene scene = await LiveScene.StartAsync();
        List<TimeSpan> took = [];
        for (int i = 0; i < 5; i++)
        {
            TestCertificate client = scene.Pki.Issuing.IssueClient($"c{i}.test");
            await using Wire wire = await Wire.ConnectAsync(scene.App.Port, client, version);
            await wire.CallAsync();
            Task ended = wire.EndAsync();
            long denied = Stopwatch.GetTimestamp();
            scene.Deny(client);
            await LiveScene.Within(ended);
            took.Add(Stopwatch.GetElapsedTime(denied));
        }

        output.WriteLine($"closed after {string.Join(", ", took.Select(t => t.TotalMilliseconds))} ms");
        Assert.InRange(took.Min(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task UnderWay_Denied_IsAnsweredAndThenTheConnectionEnds(string version)
    {
        await using LiveScene scene = await LiveScene.StartAsync();
        await using Wire wire = await Wire.ConnectAsync(scene.App.Port, scene.Pki.Client, version);
        await wire.AskAsync("/slow");
        await scene.Entered;
        TaskCompletionSource<VerdictLostEventArgs> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.Registry.VerdictLost += (_, lost) => told.TrySetResult(lost);

        scene.Deny(scene.Pki.Client);
        await scene.Closing;
        scene.GoOn();

        string answer = await wire.AnswerAsync();
        Assert.Contains("partners nobody", answer);
        if (version != "2.0")
        {
            Assert.Contains("Connection: close", answer);
        }
        else if (!answer.Contains("GOAWAY", StringComparison.Ordinal))
        {
            // Kestrel writes it beside the answer, before or after; without one the connection's end is an exception here.
            await LiveScene.Within(wire.SeeAsync("GOAWAY"));
        }

        await LiveScene.Within(wire.EndAsync());
        await LiveScene.Within(told.Task);
        VerdictLostEventArgs lost = await told.Task;
        Assert.Equal(
            (true, ValidationReason.CertificateDenied, LiveConnectionMode.Close, PeerRole.Client),
            (lost.Before.IsAuthenticated, lost.Verdict.Primary!.Value.Reason, lost.Mode, lost.Verdict.Role));
        await LiveScene.UntilAsync(() => scene.Registry.Count == 0);
        Assert.Empty(scene.App.Log.Errors);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task UnderWay_DoesNotEnd_IsAbortedAtTheDeadline(string version)
    {
        await using LiveScene scene = await LiveScene.StartAsync((_, p) => p.CloseLiveConnections(TimeSpan.FromMinutes(1)));
        await using Wire wire = await Wire.ConnectAsync(scene.App.Port, scene.Pki.Client, version);
        await wire.AskAsync("/slow");
        await scene.Entered;
        Task ended = wire.EndAsync();
        scene.Deny(scene.Pki.Client);
        await scene.App.Log.WaitForAsync("is closed");
        await LiveScene.UntilAsync(() => scene.Registry.IsIdle);
        scene.Clock.Advance(TimeSpan.FromSeconds(59));
        await Assert.ThrowsAsync<TimeoutException>(() => ended.WaitAsync(TimeSpan.FromMilliseconds(100), App.Stop));

        // A pass that is still under way would have its timer set by the time after it, which does not go on by itself here.
        await LiveScene.UntilAsync(() => scene.Registry.IsIdle);
        scene.Clock.Advance(TimeSpan.FromSeconds(2));
        await LiveScene.Within(ended);
        await scene.Aborted;
        await scene.App.Log.WaitForAsync("not closed in time");
        await LiveScene.UntilAsync(() => scene.Registry.Count == 0);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task UnderWay_NoTimeToDrain_IsAbortedAtOnce(string version)
    {
        await using LiveScene scene = await LiveScene.StartAsync((_, p) => p.CloseLiveConnections(TimeSpan.Zero));
        await using Wire wire = await Wire.ConnectAsync(scene.App.Port, scene.Pki.Client, version);
        await wire.AskAsync("/slow");
        await scene.Entered;
        scene.Deny(scene.Pki.Client);
        await LiveScene.Within(wire.EndAsync());
        await scene.Aborted;
    }
}
