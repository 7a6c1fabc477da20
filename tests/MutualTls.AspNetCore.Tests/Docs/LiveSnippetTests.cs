using System.Net.Http;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Tests.Live;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Connections;

namespace Documentation;

/// <summary>The code of docs/live-connections.md about Kestrel, compiled and run.</summary>
public class LiveSnippetTests
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task WebSocket_Documented_EndsInOrder(string version)
    {
        await using LiveScene scene = await LiveScene.StartAsync(use: web =>
        {
            web.UseWebSockets();
            web.Use((context, next) => context.WebSockets.IsWebSocketRequest ? ServeAsync(context) : next(context));
        });
        var context = scene.Pki.Client.ToCredential().Context;
        using HttpMessageInvoker invoker = new(Caller.Handler(scene.App.Port, () => context, version));
        using ClientWebSocket socket = new() { Options = { HttpVersion = Version.Parse(version), HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };
        await socket.ConnectAsync(new Uri($"wss://localhost:{scene.App.Port}/"), invoker, App.Stop);
        TaskCompletionSource<string> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Tell(scene.App.Services, line => told.TrySetResult(line));

        scene.Deny(scene.Pki.Client);

        WebSocketReceiveResult end = await socket.ReceiveAsync(new byte[10], App.Stop);
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.PolicyViolation), (end.MessageType, end.CloseStatus));
        Assert.StartsWith("client.test: MTLS1621", await told.Task.WaitAsync(TimeSpan.FromSeconds(60), App.Stop));
    }

    private static async Task ServeAsync(HttpContext context)
    {
        // <snippet live-websocket>
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        CancellationToken closing = context.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().ConnectionClosedRequested;
        try
        {
            await TalkAsync(socket, closing);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "certificate", context.RequestAborted);
        }
        // </snippet>
    }

    // Whoever is cancelled while it waits leaves the socket to be closed: only a receive that is cancelled itself would break it.
    private static Task TalkAsync(WebSocket socket, CancellationToken closing) => Task.Delay(Timeout.InfiniteTimeSpan, closing);

    private static void Tell(IServiceProvider services, Action<string> tell)
    {
        // <snippet live-event>
        ConnectionRegistry registry = services.GetRequiredService<ConnectionRegistry>();
        registry.VerdictLost += (_, lost) => tell($"{lost.Before.Identity}: {lost.Verdict.Primary}");
        // </snippet>
    }
}
