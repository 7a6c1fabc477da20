using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MutualTls.Tests.Revocation.Fetching;

/// <summary>A server by hand for what <see cref="MutualTls.Testing.TestRevocationServer"/> does not do: 405 to a GET, "hello" to a POST, and what passes by it as a proxy.</summary>
internal sealed class OnlyPost : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Task _running;

    public OnlyPost()
    {
        _listener.Start();
        _running = RunAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public IEnumerable<string> Methods => _lines.Select(line => line.Split(' ')[0]);

    public IEnumerable<string> RequestLines => _lines;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _running;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                await using NetworkStream stream = client.GetStream();
                byte[] buffer = new byte[8192];
                int read = await stream.ReadAsync(buffer);
                string line = System.Text.Encoding.ASCII.GetString(buffer, 0, read).Split("\r\n")[0];
                _lines.Enqueue(line);
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                    line.StartsWith("POST", StringComparison.Ordinal) || line.Contains(".crl", StringComparison.Ordinal)
                        ? "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
                        : "HTTP/1.1 405 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
            }
            catch (Exception exception) when (exception is SocketException or InvalidOperationException or IOException)
            {
                // A listener that was stopped says so in one of two ways: before or while it waits.
                if (exception is not IOException)
                {
                    return;
                }
            }
        }
    }
}
