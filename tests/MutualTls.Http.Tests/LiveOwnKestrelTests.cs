using System.Net;
using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Http;
using MutualTls.Policies.Lists;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Grpc;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Promise P6 and pitfall 17, both ends ours: streams to Kestrel whose client would no longer be let in go on until the deadline and are cut off; who asks in between is told.</summary>
public sealed class LiveOwnKestrelTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TestPki _pki = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly SnapshotSource<CertificateDenyList> _denied = CertificateDenyList.Empty;
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _server;

    private ConnectionRegistry Registry => _server!.Services.GetRequiredService<ConnectionRegistry>();

    [Fact]
    public async Task Grpc_ClientIsDenied_StreamGoesOnUntilTheDeadlineAndIsCutOff()
    {
        Uri uri = await StartAsync();
        using GrpcChannel channel = GrpcChannel.ForAddress(uri, new GrpcChannelOptions { HttpHandler = new MutualTlsHttpHandler(HttpPair.Options(_pki)), DisposeHttpClient = true });
        using AsyncDuplexStreamingCall<Words, Words> call = new Echo.EchoClient(channel).Talk(cancellationToken: Pair.Stop);
        Assert.Equal("one", await TalkAsync("one"));

        await DenyAsync();
        Assert.Equal("two", await TalkAsync("two"));

        // Another call has a connection of its own, and is refused there.
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).SayAsync(new Words(), cancellationToken: Pair.Stop))).StatusCode);
        await AdvanceUntilAsync(_cancelled.Task);
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Pair.Stop));
        await Patience.UntilAsync(() => Registry.Count == 0);

        async Task<string> TalkAsync(string text)
        {
            await call.RequestStream.WriteAsync(new Words { Text = text }, Pair.Stop);
            Assert.True(await call.ResponseStream.MoveNext(Pair.Stop));
            return call.ResponseStream.Current.Text;
        }
    }

    // A hub's methods are asked about without a request: the identity knows what holds now.
    [Fact]
    public async Task SignalR_ClientIsDenied_ItsCallsAreRefusedAndTheConnectionCutOff()
    {
        Uri uri = await StartAsync();
        MutualTlsHttpHandler handler = new(HttpPair.Options(_pki));
        await using HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(uri, "hub"), HttpTransportType.WebSockets, http =>
        {
            http.HttpMessageHandlerFactory = _ => handler;
            http.WebSocketFactory = async (context, stop) =>
            {
                System.Net.WebSockets.ClientWebSocket socket = new();
                await socket.ConnectAsync(context.Uri, new HttpMessageInvoker(handler, disposeHandler: false), stop);
                return socket;
            };
        }).Build();
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await hub.StartAsync(Pair.Stop);
        Assert.Equal("one", await hub.InvokeAsync<string>("Echo", "one", Pair.Stop));

        await DenyAsync();
        Assert.Contains("unauthorized", (await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync<string>("Echo", "two", Pair.Stop))).Message);
        await AdvanceUntilAsync(closed.Task);
        await Patience.UntilAsync(() => Registry.Count == 0);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.Ending().DisposeAsync();
        }
    }

    private async Task DenyAsync()
    {
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Registry.VerdictLost += (_, _) => told.TrySetResult();
        _denied.Change(CertificateDenyList.Parse($"certificate:{Convert.ToHexString(SHA256.HashData(_pki.Client.Der.Span))}"));
        await told.Task.WaitAsync(s_patience, Pair.Stop);
    }

    private async Task AdvanceUntilAsync(Task ended)
    {
        for (int i = 0; i < 6_000 && !ended.IsCompleted; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.WhenAny(ended, Task.Delay(10, Pair.Stop));
        }

        await ended;
    }

    private async Task<Uri> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSignalR();
        builder.Services.AddSingleton<TimeProvider>(_clock).AddSingleton(_cancelled);
        builder.Services.AddMutualTls(mtls => mtls
            .AddCredential("web", c => c.FromCertificate(_pki.Server.ToX509Certificate2(), [_pki.Issuing.ToX509Certificate2()]))
            .AddPolicy("clients", p => p.TrustPemText(_pki.Root.ToPem()).WithoutRevocation().DenyFrom(_denied).CloseLiveConnections(TimeSpan.FromSeconds(20))));
        builder.Services.AddAuthentication().AddMutualTls();
        builder.Services.AddAuthorization(options => options.AddPolicy("known", policy => policy.RequireMutualTls("clients")));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseMutualTls("web", "clients")));
        _server = builder.Build();
        _server.UseAuthentication();
        _server.UseAuthorization();
        _server.MapGrpcService<TalkService>();
        _server.MapHub<EchoHub>("/hub");
        await _server.StartAsync(Pair.Stop);
        return new Uri($"https://localhost:{new Uri(_server.Urls.First()).Port}/");
    }

    private sealed class TalkService(TaskCompletionSource cancelled) : Echo.EchoBase
    {
        public override async Task Talk(IAsyncStreamReader<Words> requestStream, IServerStreamWriter<Words> responseStream, ServerCallContext context)
        {
            using CancellationTokenRegistration told = context.CancellationToken.Register(() => cancelled.TrySetResult());
            while (await requestStream.MoveNext(CancellationToken.None))
            {
                await responseStream.WriteAsync(requestStream.Current, CancellationToken.None);
            }
        }
    }

    private sealed class EchoHub : Hub
    {
        [Authorize("known")]
#pragma warning disable CA1822 // Hubs are called by instance.
        public string Echo(string text) => text;
#pragma warning restore CA1822
    }
}
