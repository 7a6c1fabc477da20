using MutualTls.Connections;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <summary>All places for handshakes are taken, and a client waits.</summary>
public class ListenerPressureTests
{
    private readonly TestPki _pki = new();

    // The timeout is a minute: without giving way, the silent ones would hold every place for that long.
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public async Task Accept_SilentClientsHoldAllPlaces_TheyGiveWay(int places)
    {
        List<MutualTlsException> refused = [];
        await using MutualTlsListener listener = Listen(places, refused: refused);
        List<Stream> silent = [];
        for (int i = 0; i < places; i++)
        {
            silent.Add(await Pair.ConnectTcpAsync(listener.LocalEndPoint));
        }

        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        await using MutualTlsStream client = await MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, Pair.Client(_pki), Pair.Stop).WaitAsync(TimeSpan.FromSeconds(40), Pair.Stop);
        await using MutualTlsStream server = await accepting;

        Assert.True(server.Verdict.IsAuthenticated);
        lock (refused)
        {
            Assert.NotEmpty(refused);
            Assert.All(refused, exception => Assert.Equal(MutualTlsError.HandshakeTimedOut, exception.Error));
        }

        foreach (Stream stream in silent)
        {
            await stream.DisposeAsync();
        }
    }

    // Revocation data may have to be fetched, or a validator asked: that is our part.
    [Fact]
    public async Task Accept_ClientThatIsBeingJudgedHoldsThePlace_Stays()
    {
        TaskCompletionSource judged = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;
        await using MutualTlsListener listener = Listen(1, p => p.AddValidator("slow", (_, _) =>
        {
            Interlocked.Increment(ref asked);
            return new ValueTask(judged.Task);
        }));
        Task<MutualTlsStream> first = MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, Pair.Client(_pki), Pair.Stop);
        await Patience.UntilAsync(() => Volatile.Read(ref asked) == 1);
        Task<MutualTlsStream> second = MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, Pair.Client(_pki), Pair.Stop);
        await Task.Delay(HandshakePlaces.LeastTime * 2, Pair.Stop);
        Assert.Equal(1, Volatile.Read(ref asked));

        judged.SetResult();

        for (int i = 0; i < 2; i++)
        {
            await using MutualTlsStream accepted = await listener.AcceptAsync(Pair.Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(40), Pair.Stop);
            Assert.True(accepted.Verdict.IsAuthenticated);
        }

        await (await first).DisposeAsync();
        await (await second).DisposeAsync();
    }

    private MutualTlsListener Listen(int places, Action<PeerPolicyBuilder>? policy = null, List<MutualTlsException>? refused = null) => Pair.Listen(new MutualTlsServerOptions
    {
        Credential = Pair.Credential(_pki.Server),
        Policy = Pair.Trusting(_pki.Root, policy),
        HandshakeTimeout = TimeSpan.FromMinutes(1),
        MaxConcurrentHandshakes = places,
        OnRefused = exception =>
        {
            lock (refused ?? [])
            {
                refused?.Add(exception);
            }
        },
    });
}
