using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using MutualTls.Connections;

namespace MutualTls.Handshakes.Servers;

#pragma warning disable CA1001 // It listens until the process ends.
/// <summary>Accepts connections and answers one request on each; what differs between servers is the handshake alone.</summary>
internal sealed class LoopbackServer
#pragma warning restore CA1001
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<Stream, Task<Stream>> _handshake;

    public LoopbackServer(Func<Stream, Task<Stream>> handshake)
    {
        _handshake = handshake;
        _listener.Start(512);
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = ServeAsync(await _listener.AcceptSocketAsync());
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        await using NetworkStream tcp = new(socket, ownsSocket: true);
        try
        {
            await using Stream stream = await _handshake(tcp);
            await Exchange.AnswerAsync(stream);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or MutualTlsException)
        {
            // Refused; the client knows whether it should have been.
        }
    }
}
