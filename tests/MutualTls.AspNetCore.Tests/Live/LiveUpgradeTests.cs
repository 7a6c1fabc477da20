using System.Net.Http;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using MutualTls.AspNetCore.Tests.Support;

namespace MutualTls.AspNetCore.Tests.Live;

/// <summary>Promise P6 and pitfall 17: what is no request that ends by itself is cut off at the deadline, and told of it first.</summary>
public class LiveUpgradeTests
{
    public static TheoryData<string> Versions => Caller.Versions;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task WebSocket_Denied_GoesOnUntilTheDeadlineAndIsCutOff(string version)
    {
        TaskCompletionSource aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LiveScene scene = await LiveScene.StartAsync((_, p) => p.CloseLiveConnections(TimeSpan.FromSeconds(20)), use: web =>
        {
            web.UseWebSockets();
            web.Use(async (context, next) =>
            {
                if (!context.WebSockets.IsWebSocketRequest)
                {
                    await next(context);
                    return;
                }

                using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
                byte[] buffer = new byte[100];
                try
                {
                    while (await socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: WebSocketMessageType.Text } received)
                    {
                        await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
                    }
                }
                catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
                {
                    using CancellationTokenRegistration told = context.RequestAborted.Register(() => aborted.TrySetResult());
                    await aborted.Task;
                }
            });
        });
        var context = scene.Pki.Client.ToCredential().Context;
        using HttpMessageInvoker invoker = new(Caller.Handler(scene.App.Port, () => context, version));
        using ClientWebSocket socket = new() { Options = { HttpVersion = Version.Parse(version), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };
        await socket.ConnectAsync(new Uri($"wss://localhost:{scene.App.Port}/"), invoker, App.Stop);
        Assert.Equal("one", await EchoAsync(socket, "one"));

        scene.Deny(scene.Pki.Client);
        await scene.Closing;
        Assert.Equal("two", await EchoAsync(socket, "two"));
        await LiveScene.UntilAsync(() => scene.Registry.IsIdle);
        scene.Clock.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal("three", await EchoAsync(socket, "three"));

        scene.Clock.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<WebSocketException>(() => LiveScene.Within(socket.ReceiveAsync(new byte[100], App.Stop)));
        await LiveScene.Within(aborted.Task);
        await LiveScene.UntilAsync(() => scene.Registry.Count == 0);
    }

    [Fact]
    public async Task ConnectionHandler_Denied_IsToldAndCutOffAtTheDeadline()
    {
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LiveScene scene = await LiveScene.StartAsync(handle: connections => connections.Run(async connection =>
        {
            using CancellationTokenRegistration told = connection.ConnectionClosed.Register(() => closed.TrySetResult());
            await closed.Task;
        }));
        await using var tls = await RawClient.ConnectAsync(scene.App.Port, scene.Pki.Client);
        await LiveScene.UntilAsync(() => scene.Registry.Count == 1);
        scene.Deny(scene.Pki.Client);
        await scene.Closing;
        Assert.False(closed.Task.IsCompleted);
        await scene.AdvanceUntilAsync(closed.Task);
    }

    private static async Task<string> EchoAsync(WebSocket socket, string text)
    {
        await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, App.Stop);
        byte[] buffer = new byte[100];
        WebSocketReceiveResult result = await socket.ReceiveAsync(buffer, App.Stop);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, result.Count);
    }
}
