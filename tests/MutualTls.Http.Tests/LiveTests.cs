using System.Diagnostics;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Promise P6 and pitfall 17: a pooled connection ends when its server would no longer be accepted, and no request is sent over it meanwhile.</summary>
public class LiveTests(ITestOutputHelper output)
{
    public static TheoryData<string> Versions => ["1.1", "2.0"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Idle_ServerIsDenied_IsClosedAndTheNextRequestRefused(string http)
    {
        await using LiveServer server = await LiveServer.StartAsync();
        using HttpClient client = server.Client(http);
        Assert.Equal("done", await client.GetStringAsync(server.Peer.Uri, Pair.Stop));
        Assert.Equal((1, 1), (server.Registry.Count, server.Peer.Open));

        server.Deny(server.Pki.Server);
        await Patience.UntilAsync(() => server.Peer.Open == 0 && server.Registry.Count == 0);

        MutualTlsException refused = await HttpPair.RefusalAsync(client.GetStringAsync(server.Peer.Uri, Pair.Stop));
        Assert.Equal((MutualTlsError.PeerRefused, ValidationReason.CertificateDenied), (refused.Error, refused.Verdict!.Primary!.Value.Reason));
        Assert.Equal(1, server.Peer.Requests);
        server.Deny([]);
        Assert.Equal("done", await client.GetStringAsync(server.Peer.Uri, Pair.Stop));
    }

    // On a machine that has time for it; that it waits for nothing else is what counts.
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Idle_ServerIsDenied_EndsWithinASecond(string http)
    {
        await using LiveServer server = await LiveServer.StartAsync();
        using HttpClient client = server.Client(http);
        List<TimeSpan> took = [];
        for (int i = 0; i < 5; i++)
        {
            server.Deny([]);
            await client.GetStringAsync(server.Peer.Uri, Pair.Stop);
            long denied = Stopwatch.GetTimestamp();
            server.Deny(server.Pki.Server);
            await Patience.UntilAsync(() => server.Peer.Open == 0);
            took.Add(Stopwatch.GetElapsedTime(denied));
        }

        output.WriteLine($"closed after {string.Join(", ", took.Select(t => t.TotalMilliseconds))} ms");
        Assert.InRange(took.Min(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("1.1", "slow", "done")]
    [InlineData("2.0", "slow", "done")]
    [InlineData("1.1", "long", "one two")]
    [InlineData("2.0", "long", "one two")]
    public async Task UnderWay_ServerIsDenied_IsAnsweredAndThenTheConnectionEnds(string http, string path, string answer)
    {
        await using LiveServer server = await LiveServer.StartAsync();
        using HttpClient client = server.Client(http);
        Task<string> asked = client.GetStringAsync(new Uri(server.Peer.Uri, path), Pair.Stop);
        await server.Entered;
        server.Deny(server.Pki.Server);
        await LiveServer.Within(server.Told.Task);

        // Not over this connection, although over HTTP/2 there would be room.
        await HttpPair.RefusalAsync(client.GetStringAsync(server.Peer.Uri, Pair.Stop));
        Assert.Equal((1, 1), (server.Registry.Count, server.Peer.Requests));

        server.GoOn();
        Assert.Equal(answer, await LiveServer.Within(asked));
        await Patience.UntilAsync(() => server.Registry.Count == 0 && server.Peer.Open == 0);
        Assert.Equal(LiveConnectionMode.Close, (await server.Told.Task).Mode);
        Assert.Equal(1, server.Peer.Requests);
    }

    [Theory]
    [InlineData("1.1", "slow", 20)]
    [InlineData("2.0", "slow", 20)]
    [InlineData("1.1", "long", 20)]
    [InlineData("2.0", "long", 20)]
    [InlineData("1.1", "slow", 0)]
    [InlineData("2.0", "slow", 0)]
    public async Task UnderWay_DoesNotEnd_IsCutOffAtTheDeadlineAndSaysWhy(string http, string path, int seconds)
    {
        await using LiveServer server = await LiveServer.StartAsync();
        using HttpClient client = server.Client(http, server.Policy(p => p.CloseLiveConnections(TimeSpan.FromSeconds(seconds))));
        Task<string> asked = client.GetStringAsync(new Uri(server.Peer.Uri, path), Pair.Stop);
        await server.Entered;
        server.Deny(server.Pki.Server);
        await LiveServer.Within(server.Told.Task);
        if (seconds > 0)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(seconds - 1));
            await Assert.ThrowsAsync<TimeoutException>(() => asked.WaitAsync(TimeSpan.FromMilliseconds(100), Pair.Stop));
            await server.AdvanceUntilAsync(asked);
        }

        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => LiveServer.Within(asked));
        MutualTlsException lost = Assert.IsType<MutualTlsException>(Innermost(failed, exception => exception is MutualTlsException));
        Assert.Equal((MutualTlsError.VerdictLost, ValidationReason.CertificateDenied), (lost.Error, lost.Verdict!.Primary!.Value.Reason));
        if (path == "slow")
        {
            Assert.Contains("MTLS1621", failed.Message);
        }

        await Patience.UntilAsync(() => server.Registry.Count == 0 && server.Peer.Open == 0);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Report_ServerIsDenied_StaysInUseAndIsTold(string http)
    {
        await using LiveServer server = await LiveServer.StartAsync(certificate: c => c.Validity(c.Now.AddHours(-1), c.Now.AddHours(1)));
        using HttpClient client = server.Client(http, server.Policy(p => p.ReportLiveConnections()));
        await client.GetStringAsync(server.Peer.Uri, Pair.Stop);
        server.Deny(server.Pki.Server);
        Assert.Equal(LiveConnectionMode.Report, (await LiveServer.Within(server.Told.Task)).Mode);
        server.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal("done", await client.GetStringAsync(server.Peer.Uri, Pair.Stop));
        Assert.Equal((1, 1), (server.Peer.Connections, server.Registry.Count));
    }

    // Many connections of one client: those of the server that is lost are left, and whatever was idle is made anew when it is needed.
    [Fact]
    public async Task Several_OneServerIsDenied_RequestsToTheOtherGoOn()
    {
        await using LiveServer server = await LiveServer.StartAsync();
        TestCertificate other = server.Pki.Issuing.IssueServer("localhost");
        await using KestrelPeer stays = await KestrelPeer.StartAsync(other);
        using HttpClient client = server.Client("1.1");
        await client.GetStringAsync(server.Peer.Uri, Pair.Stop);
        await client.GetStringAsync(stays.Uri, Pair.Stop);
        server.Deny(server.Pki.Server);
        await Patience.UntilAsync(() => server.Peer.Open == 0);
        Assert.Equal("HTTP/1.1", await client.GetStringAsync(stays.Uri, Pair.Stop));
        await HttpPair.RefusalAsync(client.GetStringAsync(server.Peer.Uri, Pair.Stop));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Dispose_OfTheClient_LeavesNothingInTheRegistry(string http)
    {
        await using LiveServer server = await LiveServer.StartAsync();
        using (HttpClient client = server.Client(http))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetStringAsync(server.Peer.Uri, Pair.Stop)));
            Assert.NotEqual(0, server.Registry.Count);
        }

        await Patience.UntilAsync(() => server.Registry.Count == 0 && server.Peer.Open == 0);
    }

    // What a pool gives up is taken out one by one; what nobody disposes of goes with the rest of its client.
    [Theory]
    [InlineData("idle")]
    [InlineData("the server closes")]
    [InlineData("forgotten")]
    public async Task Pool_GivesUpConnections_LeavesNothingInTheRegistry(string how)
    {
        await using LiveServer server = await LiveServer.StartAsync();
        HttpClient? client = await UsedAsync(server, how == "idle" ? TimeSpan.FromSeconds(2) : TimeSpan.FromMinutes(1));

        if (how == "the server closes")
        {
            Uri uri = server.Peer.Uri;
            await server.DisposeAsync();
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(uri, Pair.Stop));
        }

        client = how == "forgotten" ? null : client;
        await Patience.UntilAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return server.Registry.Count == 0;
        });
        client?.Dispose();
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static async Task<HttpClient> UsedAsync(LiveServer server, TimeSpan idle)
    {
        HttpClient client = HttpPair.Client(HttpPair.Options(server.Pki, server.Policy(), engine: server.Engine, configure: handler => handler.PooledConnectionIdleTimeout = idle));
        Task<string> asked = client.GetStringAsync(new Uri(server.Peer.Uri, "slow"), Pair.Stop);
        await server.Entered;

        // While it is in use: as soon as it is not, its time to be idle begins, however long this thread has to wait.
        Assert.Equal(1, server.Registry.Count);
        server.GoOn();
        await asked;
        return client;
    }

    private static Exception? Innermost(Exception? exception, Func<Exception, bool> isIt)
    {
        while (exception is not null && !isIt(exception))
        {
            exception = exception.InnerException;
        }

        return exception;
    }
}
