using System.Net;
using System.Net.Sockets;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Http;
using MutualTls.Policies;
using MutualTls.Sources;
using MutualTls.Testing;

namespace MutualTls.Tests.Support;

/// <summary>Sets up the client's end from a test PKI.</summary>
internal static class HttpPair
{
    public static MutualTlsHttpOptions Options(
        TestPki pki, SnapshotSource<PeerPolicy>? policy = null, SnapshotSource<LocalCredential>? credential = null, Action<SocketsHttpHandler>? configure = null, PeerPolicyEngine? engine = null) => new()
        {
            Credential = credential ?? Pair.Credential(pki.Client),
            Policy = policy ?? Pair.Trusting(pki.Root),
            Engine = engine ?? new PeerPolicyEngine(),
            ConfigureHandler = handler =>
            {
                handler.UseProxy = false;
                configure?.Invoke(handler);
            },
        };

    /// <summary>Makes a client that asks for one version and no other.</summary>
    public static HttpClient Client(MutualTlsHttpOptions options, Version? version = null) => new(new MutualTlsHttpHandler(options))
    {
        DefaultRequestVersion = version ?? HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>Dials loopback whatever the name, so that tests can have any.</summary>
    public static Action<SocketsHttpHandler> DialLoopback => handler => handler.ConnectCallback = async (context, stop) =>
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port), stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    };

    /// <summary>Gets the exception that tells why, from within the one that HttpClient throws.</summary>
    public static async Task<MutualTlsException> RefusalAsync(Task<string> request)
    {
        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => request);
        MutualTlsException reason = Assert.IsType<MutualTlsException>(failed.InnerException);
        Assert.Contains(reason.Message, failed.Message);
        return reason;
    }
}
