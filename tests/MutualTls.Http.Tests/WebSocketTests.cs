using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Http;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>WebSockets and SignalR over the same handler.</summary>
public class WebSocketTests
{
    private readonly TestPki _pki = new();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Connect_GoodServer_EchoesAndOutlivesARotation(string http)
    {
        await using KestrelPeer server = await StartAsync(_pki.Server);
        SnapshotSource<LocalCredential> credential = Pair.Credential(_pki.Client);
        using HttpMessageInvoker invoker = new(new MutualTlsHttpHandler(HttpPair.Options(_pki, credential: credential)));
        using ClientWebSocket socket = new() { Options = { HttpVersion = Version.Parse(http), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };

        await socket.ConnectAsync(new Uri($"wss://localhost:{server.Port}/socket"), invoker, Pair.Stop);
        Assert.Equal("one", await EchoAsync(socket, "one"));

        // The next request goes over a new connection; the socket keeps its own.
        credential.Change(Pair.Credential(_pki.Issuing.IssueClient("next.test")));
        using HttpRequestMessage request = new(HttpMethod.Get, server.Uri);
        using HttpResponseMessage response = await invoker.SendAsync(request, Pair.Stop);
        Assert.Equal(2, server.Presented.Count);
        Assert.Equal("two", await EchoAsync(socket, "two"));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Connect_BadServer_CarriesTheVerdict(string http)
    {
        await using KestrelPeer server = await StartAsync(_pki.Issuing.IssueServer("other.test"));
        using HttpMessageInvoker invoker = new(new MutualTlsHttpHandler(HttpPair.Options(_pki)));
        using ClientWebSocket socket = new() { Options = { HttpVersion = Version.Parse(http), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };

        WebSocketException failed = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"wss://localhost:{server.Port}/socket"), invoker, Pair.Stop));

        MutualTlsException refused = Assert.IsType<MutualTlsException>(failed.InnerException?.InnerException);
        Assert.Equal(ValidationReason.NameMismatch, refused.Verdict?.Primary?.Reason);
        Assert.Equal(0, server.Requests);
    }

    // Pitfall 20: a socket without TLS.
    [Fact]
    public async Task Connect_WithoutTls_IsNotDialled()
    {
        using HttpMessageInvoker invoker = new(new MutualTlsHttpHandler(HttpPair.Options(_pki)));
        using ClientWebSocket socket = new();
        WebSocketException failed = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri("ws://localhost:1/"), invoker, Pair.Stop));
        Assert.Contains("mutual TLS", failed.ToString());
    }

    [Theory]
    [InlineData(HttpTransportType.WebSockets)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    [InlineData(HttpTransportType.LongPolling)]
    public async Task SignalR_EveryTransport_PresentsUs(HttpTransportType transport)
    {
        await using KestrelPeer server = await StartAsync(_pki.Server);
        await using HubConnection hub = Hub(server, transport);
        await hub.StartAsync(Pair.Stop);
        Assert.Equal("hello", await hub.InvokeAsync<string>("Echo", "hello", Pair.Stop));
        Assert.All(server.Presented, chain => Assert.Contains("client.test", chain[0]));
    }

    [Theory]
    [InlineData(HttpTransportType.WebSockets)]
    [InlineData(HttpTransportType.LongPolling)]
    public async Task SignalR_BadServer_IsNotTalkedTo(HttpTransportType transport)
    {
        await using KestrelPeer server = await StartAsync(_pki.Issuing.IssueServer("other.test"));
        await using HubConnection hub = Hub(server, transport);
        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => hub.StartAsync(Pair.Stop));
        Assert.Equal(ValidationReason.NameMismatch, Assert.IsType<MutualTlsException>(failed.InnerException).Verdict?.Primary?.Reason);
        Assert.Equal(0, server.Requests);
    }

    private HubConnection Hub(KestrelPeer server, HttpTransportType transport)
    {
        MutualTlsHttpOptions options = HttpPair.Options(_pki);
        return new HubConnectionBuilder().WithUrl(new Uri(server.Uri, "hub"), transport, http =>
        {
            http.HttpMessageHandlerFactory = _ => new MutualTlsHttpHandler(options);
            http.WebSocketFactory = async (context, stop) =>
            {
                ClientWebSocket socket = new();
                await socket.ConnectAsync(context.Uri, new HttpMessageInvoker(new MutualTlsHttpHandler(options)), stop);
                return socket;
            };
        }).Build();
    }

    private static async Task<string> EchoAsync(WebSocket socket, string text)
    {
        await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Pair.Stop);
        byte[] buffer = new byte[100];
        WebSocketReceiveResult result = await socket.ReceiveAsync(buffer, Pair.Stop);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, result.Count);
    }

    private static Task<KestrelPeer> StartAsync(TestCertificate certificate) => KestrelPeer.StartAsync(certificate, services: s => s.AddSignalR(), map: app =>
    {
        app.UseWebSockets();
        app.MapHub<EchoHub>("/hub");
        app.Map("/socket", async context =>
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
            byte[] buffer = new byte[100];
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: WebSocketMessageType.Text } received)
            {
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
            }
        });
    });

    private sealed class EchoHub : Hub
    {
#pragma warning disable CA1822 // Hubs are called by instance.
        public string Echo(string text) => text;
#pragma warning restore CA1822
    }
}
