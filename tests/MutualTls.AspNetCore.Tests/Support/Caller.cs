using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Support;

/// <summary>Calls an application as a client that sends the server name it is told, whatever host its requests are for.</summary>
internal static class Caller
{
    public static readonly Version Http1 = HttpVersion.Version11, Http2 = HttpVersion.Version20;

    /// <summary>The two versions of HTTP, for theories.</summary>
    public static TheoryData<string> Versions => ["1.1", "2.0"];

    /// <summary>Makes a client.</summary>
    /// <param name="port">The port on loopback.</param>
    /// <param name="certificate">What it presents; null for nothing.</param>
    /// <param name="version">The version of HTTP, which is held to.</param>
    /// <param name="serverName">The server name it sends; empty for none.</param>
    /// <param name="wrap">Stands between TCP and TLS.</param>
    /// <param name="resumes">Whether TLS sessions are resumed: those of other tests with the same server certificate too, with what they knew of the client.</param>
    public static HttpClient Create(
        int port, TestCertificate? certificate, string version = "1.1", string serverName = "localhost", Func<Stream, Stream>? wrap = null, bool resumes = false)
    {
        SslStreamCertificateContext? context = certificate?.ToCredential().Context;
        return Create(port, Handler(port, () => context, version, serverName, wrap, resumes), version);
    }

    /// <summary>Makes a client of a handler.</summary>
    public static HttpClient Create(int port, SocketsHttpHandler handler, string version) => new(handler)
    {
        BaseAddress = new Uri($"https://localhost:{port}"),
        DefaultRequestVersion = Version.Parse(version),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>Makes what holds the connections of a client.</summary>
    /// <param name="port">The port on loopback.</param>
    /// <param name="certificate">Says what a new connection presents.</param>
    /// <param name="version">The version of HTTP.</param>
    /// <param name="serverName">The server name it sends; empty for none.</param>
    /// <param name="wrap">Stands between TCP and TLS.</param>
    /// <param name="resumes">Whether TLS sessions are resumed.</param>
    public static SocketsHttpHandler Handler(
        int port, Func<SslStreamCertificateContext?> certificate, string version = "1.1", string serverName = "localhost", Func<Stream, Stream>? wrap = null, bool resumes = false) => new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectCallback = async (_, stop) =>
            {
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, port, stop);
                    Stream tcp = new NetworkStream(socket, ownsSocket: true);
                    SslStream tls = new(wrap?.Invoke(tcp) ?? tcp);
                    await tls.AuthenticateAsClientAsync(
                        new SslClientAuthenticationOptions
                        {
                            TargetHost = serverName,
                            ClientCertificateContext = certificate(),
                            AllowTlsResume = resumes,
                            ApplicationProtocols = [version == "2.0" ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
                            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
#pragma warning disable CA5359 // The client's own checks are not the subject here.
                            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                        },
                        stop);
                    return tls;
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };

    public static async Task<string> CallAsync(this HttpClient client, string path = "/") => await client.GetStringAsync(path, App.Stop);
}
