using MutualTls.Connections;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <summary>What it measures belongs to the whole process, so nothing runs beside it.</summary>
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
[Collection(nameof(LeakTests))]
public class LeakTests
{
    // 5,000 handshakes, 8 at a time, leave descriptors, threads and memory where they were.
    [Fact]
    public async Task Accept_FiveThousandHandshakes_LeakNothing()
    {
        TestPki pki = new();
        BothEnds options = new(pki);
        await RunAsync(200);
        (int descriptors, int threads, long bytes) before = Usage();
        await RunAsync(5_000);
        (int descriptors, int threads, long bytes) after = Usage();

        Assert.InRange(after.descriptors - before.descriptors, int.MinValue, 16);
        Assert.InRange(after.threads - before.threads, int.MinValue, 16);
        Assert.InRange(after.bytes - before.bytes, long.MinValue, 8_000_000);

        async Task RunAsync(int count)
        {
            await using MutualTlsListener listener = Pair.Listen(options.Server);
            Task serving = Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Pair.Stop }, async (_, stop) =>
            {
                await using MutualTlsStream server = await listener.AcceptAsync(stop);
                await server.WriteAsync(new byte[1], stop);
            });
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Pair.Stop }, async (_, stop) =>
            {
                await using MutualTlsStream client = await MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, options.Client, stop);
                await client.ReadExactlyAsync(new byte[1], stop);
            });
            await serving;
        }
    }

    private static (int Descriptors, int Threads, long Bytes) Usage()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        int descriptors = Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0;
        using System.Diagnostics.Process self = System.Diagnostics.Process.GetCurrentProcess();
        return (descriptors, self.Threads.Count, GC.GetTotalMemory(forceFullCollection: true));
    }

    private sealed class BothEnds(TestPki pki)
    {
        public MutualTlsServerOptions Server { get; } = Pair.Server(pki);

        public MutualTlsClientOptions Client { get; } = Pair.Client(pki);
    }
}
