using System.Collections.Concurrent;
using System.Diagnostics;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>Pitfall 16 over real sockets: a responder that never answers. Threads belong to the whole process, so nothing runs beside it.</summary>
[CollectionDefinition(nameof(BlackHoleTests), DisableParallelization = true)]
[Collection(nameof(BlackHoleTests))]
public sealed class BlackHoleTests : IAsyncDisposable
{
    private const int Connections = 200, OtherConnections = 25;

    // All else that could end the wait is far off, so that a busy machine has its margin and the limit still tells who ended it.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(6), Margin = TimeSpan.FromSeconds(20), FarOff = TimeSpan.FromMinutes(1);

    private readonly TestPki _pki = new();
    private readonly TestRevocationServer _silent = TestRevocationServer.Start(), _sound = TestRevocationServer.Start();
    private readonly ConcurrentBag<MutualTlsException> _refusals = [];

    public async ValueTask DisposeAsync()
    {
        await _silent.DisposeAsync();
        await _sound.DisposeAsync();
    }

    [Theory]
    [InlineData(RevocationPreference.CrlOnly)]
    [InlineData(RevocationPreference.OcspOnly)]
    public async Task Accept_TwoHundredOfSilentIssuer_NoneWaitsBeyondTheDeadlineAndOthersAreServed(RevocationPreference preference)
    {
        TestCertificateAuthority silentIssuer = _pki.Root.IssueIntermediate("Silent CA");
        MutualTlsClientOptions[] clients =
        [
            .. Enumerable.Range(0, Connections).Select(i => Pair.Client(_pki, silentIssuer.IssueClient($"client-{i}", c => Pointers(c, _silent, silentIssuer)))),
        ];
        MutualTlsClientOptions other = Pair.Client(_pki, _pki.Issuing.IssueClient("other", c => Pointers(c, _sound, _pki.Issuing)));
        await using RevocationService service = new(new RevocationServiceOptions { OcspTimeout = FarOff, CrlTimeout = FarOff, Dangerous = { AllowLocalAddresses = true } });
        await using MutualTlsListener listener = Listen(service, preference);
        Task accepting = AcceptAllAsync(listener);
        await ServeAsync(listener, other, OtherConnections);
        TimeSpan usual = await ServeAsync(listener, other, OtherConnections);
        _silent.Fault = TestRevocationFault.BlackHole;

        using Threads threads = new();
        Task<TimeSpan>[] waiting = [.. clients.Select(client => Task.Run(() => RefusedAfterAsync(listener, client), Pair.Stop))];
        while (_silent.Requests.Count == 0)
        {
            await Task.Delay(10, Pair.Stop);
        }

        // By now nearly all are through their handshake and wait; the rest takes its turn with these.
        await Task.Delay(MaxWait / 3, Pair.Stop);
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        TimeSpan meanwhile = await ServeAsync(listener, other, OtherConnections);
        bool wasMeanwhile = !waiting.All(task => task.IsCompleted);
        TimeSpan[] waited = await Task.WhenAll(waiting);

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{preference}: {Connections} refused after {waited.Min().TotalSeconds:F2} to {waited.Max().TotalSeconds:F2} s; others {usual.TotalMilliseconds:F1} ms before, "
            + $"{meanwhile.TotalMilliseconds:F1} ms meanwhile; threads {threads.Before} before, at most {threads.Most}; {_silent.Requests.Count} requests");
        Assert.All(waited, wait => Assert.InRange(wait, TimeSpan.Zero, MaxWait + Margin));
        Assert.True(wasMeanwhile);
        Assert.InRange(meanwhile, TimeSpan.Zero, (usual * 3) + TimeSpan.FromMilliseconds(20));

        // The pool's probing for throughput, which adds threads by chance, is off in this process (see the project file): more threads are those that are held.
        Assert.InRange(threads.Most - threads.Before, int.MinValue, 4);

        // A client sees the end of its connection before the listener has told of it.
        for (int i = 0; i < 500 && _refusals.Count < Connections; i++)
        {
            await Task.Delay(10, Pair.Stop);
        }

        Assert.Equal(Connections, _refusals.Count);
        Assert.All(_refusals, refusal => Assert.Equal(ValidationReason.RevocationUnreachable, refusal.Verdict!.Primary!.Value.Reason));

        // One request for the CRL; one for each question to the responder, and no more than it may be asked at a time.
        Assert.All(_silent.Requests.GroupBy(request => request.Path), same => Assert.Single(same));
        Assert.InRange(_silent.Requests.Count, 1, preference == RevocationPreference.CrlOnly ? 1 : 4);
        await listener.DisposeAsync();
        await accepting;
    }

    private static void Pointers(TestCertificateSpec spec, TestRevocationServer server, TestCertificateAuthority issuer) =>
        spec.WithCrlDistributionPoints(server.CrlUrl(issuer)).WithOcsp(server.OcspUrl(issuer));

    private MutualTlsListener Listen(RevocationService service, RevocationPreference preference) => Pair.Listen(new MutualTlsServerOptions
    {
        Credential = Pair.Credential(_pki.Server),
        Policy = PeerPolicy.Create("test", p => p.TrustPemText(_pki.Root.ToPem()).CheckRevocation(r =>
        {
            (r.Depth, r.Preference, r.MaxWait) = (RevocationDepth.EndEntity, preference, MaxWait);
        })),
        Engine = new PeerPolicyEngine(revocation: service),
        OnRefused = _refusals.Add,
        HandshakeTimeout = FarOff,
    });

    private static async Task AcceptAllAsync(MutualTlsListener listener)
    {
        try
        {
            while (true)
            {
                await using MutualTlsStream stream = await listener.AcceptAsync(Pair.Stop);
                await stream.WriteAsync(new byte[1], Pair.Stop);
            }
        }
        catch (ObjectDisposedException)
        {
            // The test is over.
        }
    }

    // Gets the median time of one connection.
    private static async Task<TimeSpan> ServeAsync(MutualTlsListener listener, MutualTlsClientOptions client, int connections)
    {
        List<TimeSpan> times = [];
        for (int i = 0; i < connections; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await using MutualTlsStream stream = await MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, client, Pair.Stop);
            await stream.ReadExactlyAsync(new byte[1], Pair.Stop);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return times.Order().ElementAt(connections / 2);
    }

    private static async Task<TimeSpan> RefusedAfterAsync(MutualTlsListener listener, MutualTlsClientOptions client)
    {
        long start = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            await using MutualTlsStream stream = await MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, client, Pair.Stop);
            await stream.ReadExactlyAsync(new byte[1], Pair.Stop);
        });
        return Stopwatch.GetElapsedTime(start);
    }

    // Looks every 5 ms at how many threads the pool has, from a thread that is not one of them.
    private sealed class Threads : IDisposable
    {
        private readonly ManualResetEventSlim _stop = new();
        private readonly Thread _thread;

        public Threads()
        {
            Before = Most = ThreadPool.ThreadCount;
            _thread = new Thread(() =>
            {
                while (!_stop.Wait(5))
                {
                    Most = Math.Max(Most, ThreadPool.ThreadCount);
                }
            });
            _thread.Start();
        }

        public int Before { get; }

        public int Most { get; private set; }

        public void Dispose()
        {
            _stop.Set();
            _thread.Join();
            _stop.Dispose();
        }
    }
}
