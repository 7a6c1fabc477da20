using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MutualTls.Testing;

namespace MutualTls.Tests.Support;

/// <summary>A proxy that knows CONNECT alone (RFC 9110 section 9.3.6), and leads every host to loopback.</summary>
internal sealed class ConnectProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, string?> _answer;
    private readonly int? _leadsTo;
    private readonly TestCertificate? _certificate;

    /// <param name="answer">Gives the answer to a request's head in the place of a tunnel; null is a tunnel.</param>
    /// <param name="leadsTo">The port that every tunnel ends at; null is the one asked for.</param>
    /// <param name="certificate">What it presents as a proxy with TLS of its own; null is one without.</param>
    public ConnectProxy(Func<string, string?>? answer = null, int? leadsTo = null, TestCertificate? certificate = null)
    {
        _certificate = certificate;
        _answer = answer ?? (_ => null);
        _leadsTo = leadsTo;
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Uri => new($"{(_certificate is null ? "http" : "https")}://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Gets the first line of each request.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(Pair.Stop);
                _ = TunnelAsync(client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The test has ended.
        }
    }

    private async Task TunnelAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                Stream near = client.GetStream();
                if (_certificate is not null)
                {
                    SslStream tls = new(near);
                    await tls.AuthenticateAsServerAsync(
                        new SslServerAuthenticationOptions
                        {
                            ServerCertificateContext = SslStreamCertificateContext.Create(
                                _certificate.ToX509Certificate2(), [.. _certificate.Chain.Select(c => X509CertificateLoader.LoadCertificate(c.Der.Span))], offline: true),
                        },
                        Pair.Stop);
                    near = tls;
                }

                while (await HeadAsync(near) is { } head)
                {
                    string first = head.Split("\r\n")[0];
                    Requests.Enqueue(first);
                    string? answer = first.StartsWith("CONNECT ", StringComparison.Ordinal) ? _answer(head) : "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n";
                    if (answer is null)
                    {
                        using TcpClient server = new();
                        await server.ConnectAsync(IPAddress.Loopback, _leadsTo ?? int.Parse(first.Split(' ')[1].Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture), Pair.Stop);
                        await near.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), Pair.Stop);
                        NetworkStream far = server.GetStream();
                        await Task.WhenAny(near.CopyToAsync(far, Pair.Stop), far.CopyToAsync(near, Pair.Stop));
                        return;
                    }

                    await near.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer), Pair.Stop);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // One end has left.
        }
    }

    private static async Task<string?> HeadAsync(Stream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, Pair.Stop) > 0)
        {
            head.Append((char)one[0]);
            if (one[0] == '\n' && head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                return head.ToString();
            }
        }

        return null;
    }
}
