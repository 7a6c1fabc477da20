using MutualTls.Connections;

namespace MutualTls.Tests.Support;

/// <summary>Answers HTTP/1.1 behind a <see cref="MutualTlsListener"/>: our own server, without Kestrel.</summary>
internal sealed class ListenerPeer : IAsyncDisposable
{
    private readonly MutualTlsListener _listener;
    private readonly Task _serving;
    private int _connections;

    public ListenerPeer(MutualTlsServerOptions options)
    {
        _listener = Pair.Listen(options);
        _serving = ServeAsync();
    }

    public Uri Uri => new($"https://localhost:{_listener.LocalEndPoint.Port}/");

    public int Port => _listener.LocalEndPoint.Port;

    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                MutualTlsStream stream = await _listener.AcceptAsync(Pair.Stop);
                Interlocked.Increment(ref _connections);
                _ = AnswerAsync(stream);
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or OperationCanceledException)
        {
            // The test has ended.
        }
    }

    private static async Task AnswerAsync(MutualTlsStream stream)
    {
        await using (stream)
        {
            try
            {
                using StreamReader reader = new(stream, leaveOpen: true);
                while (await reader.ReadLineAsync(Pair.Stop) is { } line)
                {
                    if (line.Length == 0)
                    {
                        string name = stream.Verdict.Identity!.DnsNames[0];
                        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {name.Length}\r\n\r\n{name}"), Pair.Stop);
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The client has left.
            }
        }
    }
}
