using System.Net.WebSockets;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Http;
using MutualTls.Policies;
using MutualTls.Tests.Grpc;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Promise P6 and pitfall 17: streams that do not end by themselves are cut off at the deadline, and say why.</summary>
public class LiveUpgradeTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task WebSocket_ServerIsDenied_GoesOnUntilTheDeadlineAndIsCutOff(string http)
    {
        await using LiveServer server = await StartAsync();
        using HttpMessageInvoker invoker = new(new MutualTlsHttpHandler(Options(server)));
        using ClientWebSocket socket = new() { Options = { HttpVersion = Version.Parse(http), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };
        await socket.ConnectAsync(new Uri($"wss://localhost:{server.Peer.Port}/socket"), invoker, Pair.Stop);
        Assert.Equal("one", await EchoAsync(socket, "one"));

        server.Deny(server.Pki.Server);
        await LiveServer.Within(server.Told.Task);
        server.Clock.Advance(s_deadline - TimeSpan.FromSeconds(1));
        Assert.Equal("two", await EchoAsync(socket, "two"));

        Task<string> third = ReceiveAsync(socket);
        await server.AdvanceUntilAsync(third);
        AssertSaysWhy(await Assert.ThrowsAsync<WebSocketException>(() => third));
        await Patience.UntilAsync(() => server.Registry.Count == 0);
    }

    [Fact]
    public async Task Grpc_ServerIsDenied_StreamGoesOnUntilTheDeadlineAndIsCutOff()
    {
        await using LiveServer server = await StartAsync();
        using GrpcChannel channel = GrpcChannel.ForAddress(server.Peer.Uri, new GrpcChannelOptions { HttpHandler = new MutualTlsHttpHandler(Options(server)), DisposeHttpClient = true });
        using AsyncDuplexStreamingCall<Words, Words> call = new Echo.EchoClient(channel).Talk(cancellationToken: Pair.Stop);
        Assert.Equal("one", await TalkAsync("one"));

        server.Deny(server.Pki.Server);
        await LiveServer.Within(server.Told.Task);
        Assert.Equal("two", await TalkAsync("two"));

        Task<bool> third = call.ResponseStream.MoveNext(Pair.Stop);
        await server.AdvanceUntilAsync(third);
        RpcException failed = await Assert.ThrowsAsync<RpcException>(() => third);
        AssertSaysWhy(failed.Status.DebugException);
        Assert.Contains("MTLS1621", failed.Status.Detail);
        await Patience.UntilAsync(() => server.Registry.Count == 0);

        async Task<string> TalkAsync(string text)
        {
            await call.RequestStream.WriteAsync(new Words { Text = text }, Pair.Stop);
            Assert.True(await call.ResponseStream.MoveNext(Pair.Stop));
            return call.ResponseStream.Current.Text;
        }
    }

    [Fact]
    public async Task SignalR_ServerIsDenied_ConnectionIsClosedAtTheDeadline()
    {
        await using LiveServer server = await StartAsync();
        MutualTlsHttpHandler handler = new(Options(server));
        await using HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(server.Peer.Uri, "hub"), HttpTransportType.WebSockets, http =>
        {
            http.HttpMessageHandlerFactory = _ => handler;
            http.WebSocketFactory = async (context, stop) =>
            {
                ClientWebSocket socket = new();
                await socket.ConnectAsync(context.Uri, new HttpMessageInvoker(handler, disposeHandler: false), stop);
                return socket;
            };
        }).Build();
        TaskCompletionSource<Exception?> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Closed += exception =>
        {
            closed.TrySetResult(exception);
            return Task.CompletedTask;
        };
        await hub.StartAsync(Pair.Stop);
        server.Deny(server.Pki.Server);
        await LiveServer.Within(server.Told.Task);
        Assert.Equal("hello", await hub.InvokeAsync<string>("Echo", "hello", Pair.Stop));
        await server.AdvanceUntilAsync(closed.Task);
        AssertSaysWhy(await closed.Task);
    }

    private static MutualTlsHttpOptions Options(LiveServer server) => server.Options(server.Policy(p => p.CloseLiveConnections(s_deadline)));

    private static void AssertSaysWhy(Exception? exception)
    {
        Exception? inner = exception;
        while (inner is not (null or MutualTlsException))
        {
            inner = inner.InnerException;
        }

        Assert.True(inner is MutualTlsException { Error: MutualTlsError.VerdictLost, Verdict.Outcome: VerdictOutcome.Refused }, exception?.ToString());
    }

    private static async Task<string> EchoAsync(WebSocket socket, string text)
    {
        await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Pair.Stop);
        return await ReceiveAsync(socket);
    }

    private static async Task<string> ReceiveAsync(WebSocket socket)
    {
        byte[] buffer = new byte[100];
        WebSocketReceiveResult result = await socket.ReceiveAsync(buffer, Pair.Stop);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, result.Count);
    }

    private static Task<LiveServer> StartAsync() => LiveServer.StartAsync(
        services: services =>
        {
            services.AddSignalR();
            services.AddGrpc();
        },
        map: app =>
        {
            app.UseWebSockets();
            app.MapHub<EchoHub>("/hub");
            app.MapGrpcService<TalkService>();
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

    private sealed class TalkService : Echo.EchoBase
    {
        public override async Task Talk(IAsyncStreamReader<Words> requestStream, IServerStreamWriter<Words> responseStream, ServerCallContext context)
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                await responseStream.WriteAsync(requestStream.Current, context.CancellationToken);
            }
        }
    }

    private sealed class EchoHub : Hub
    {
#pragma warning disable CA1822 // Hubs are called by instance.
        public string Echo(string text) => text;
#pragma warning restore CA1822
    }
}
