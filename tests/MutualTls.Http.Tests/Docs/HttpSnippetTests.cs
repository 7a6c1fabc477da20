using System.Net;
using System.Net.WebSockets;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Http;
using MutualTls.Policies;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Grpc;
using MutualTls.Tests.Support;

// Not within MutualTls: what users write must compile where users write it.
namespace Documentation;

/// <summary>The code that the documentation of HttpClient quotes, compiled and run.</summary>
public class HttpSnippetTests
{
    private static readonly TestPki Pki = new();

    static HttpSnippetTests()
    {
        // The paths in the documentation are relative: here, to the build's output.
        Directory.SetCurrentDirectory(AppContext.BaseDirectory);
        Pki.WritePem("certs");
    }

    [Fact]
    public async Task Client_OfTheReadme_IsAnswered()
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(Pki.Server);
        ServiceCollection services = new();
        Register(services);
        await using ServiceProvider provider = services.BuildServiceProvider();
        using HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("backend");
        Assert.Equal("HTTP/1.1", await AskAsync(client, server.Uri, Pair.Stop));
    }

    [Fact]
    public async Task Handler_OfTheReadme_TellsWhy()
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(new TestPki().Server);
        using HttpClient client = WithoutServices();
        Assert.StartsWith("we refused the server: MTLS", await AskAsync(client, server.Uri, Pair.Stop));
    }

    [Fact]
    public async Task Handler_OfTheReadmeRefusedByTheServerInTls13_SaysWho()
    {
        // Our verdict on the server says accepted, and the exception carries it: what ended the connection is another matter.
        await using ListenerPeer server = new(Pair.Server(Pki, Pair.Trusting(new TestPki().Root)));
        using HttpClient client = WithoutServices();
        string told = await AskAsync(client, server.Uri, Pair.Stop);
        Assert.StartsWith("the server refused us: ", told);
        Assert.Contains("its log says why", told);
        Assert.Contains("client.test", told);
    }

    [Fact]
    public async Task Several_OfThePage_AreMade()
    {
        Pki.Issuing.IssueClient("bank.test").WritePem("certs", "bank");
        Pki.Issuing.IssueClient("second.test").WritePem("certs", "second");
        ServiceCollection services = new();
        Register(services);
        Several(services);
        Configure(services);
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.NotNull(provider.GetRequiredService<IHttpClientFactory>().CreateClient("partners"));
        Assert.NotNull(provider.GetRequiredService<IHttpClientFactory>().CreateClient("proxied"));
    }

    [Fact]
    public async Task Others_OfThePage_Talk()
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(
            Pki.Server, services: s => { s.AddGrpc(); s.AddSignalR(); }, map: app =>
            {
                app.UseWebSockets();
                app.MapHub<EmptyHub>("/hub");
                app.MapGrpcService<EchoService>();
            });
        MutualTlsHttpOptions options = HttpPair.Options(Pki);
        Assert.Equal("hello", await GrpcAsync(server.Uri, options, Pair.Stop));
        await using HubConnection hub = SignalR(new Uri(server.Uri, "hub"), options);
        await hub.StartAsync(Pair.Stop);
        using ClientWebSocket socket = await WebSocketAsync(new UriBuilder(server.Uri) { Scheme = "wss", Path = "hub" }.Uri, options, Pair.Stop);
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Fact]
    public void Rotation_OfThePage_IsUsed()
    {
        SnapshotSource<LocalCredential> credential = Rotate();
        Assert.Equal(2, credential.Version);
    }

    [Fact]
    public async Task Forwarding_OfThePage_TellsTheClient()
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(Pki.Server, context => context.Response.WriteAsync(context.Request.Headers["Client-Cert"].ToString()));
        using HttpClient backend = HttpPair.Client(HttpPair.Options(Pki));
        using HttpResponseMessage response = await ForwardAsync(backend, server.Uri, Pair.JudgeClient(Pki), Pair.Stop);
        Assert.StartsWith(":", await response.Content.ReadAsStringAsync(Pair.Stop));
    }

    private static void Register(IServiceCollection services)
    {
        // <snippet http-client>
        services.AddMutualTls(mtls => mtls
            .AddCredential("orders", c => c.FromPem("certs/client.pem", "certs/client.key.pem"))
            .AddPolicy("backend", p => p.TrustPem("certs/root.pem").WithoutRevocation()));
        services.AddHttpClient("backend").UseMutualTls("orders", "backend");
        // </snippet>
    }

    private static void Configure(IServiceCollection services)
    {
        // <snippet http-configure>
        services.AddHttpClient("proxied").UseMutualTls("orders", "backend", http => http.ConfigureHandler(handler =>
        {
            handler.Proxy = new WebProxy("http://proxy.internal:3128");
            handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        }));
        // </snippet>
    }

    private static void Several(IServiceCollection services)
    {
        // <snippet http-several>
        services.AddMutualTls(mtls => mtls
            .AddCredential("second", c => c.FromPem("certs/second.pem", "certs/second.key.pem"))
            .AddCredential("bank", c => c.FromPem("certs/bank.pem", "certs/bank.key.pem")));
        services.AddHttpClient("partners").UseMutualTls("orders", "backend", http => http
            .OrPresent("second")                      // where the server accepts issuers of this one only
            .ForHost("bank.example", "bank")          // and no other there
            .ForHost("*.bank.example", "bank"));
        // </snippet>
    }

    private static SnapshotSource<LocalCredential> Rotate()
    {
        // <snippet http-rotate>
        SnapshotSource<LocalCredential> credential = new(LocalCredential.FromPemFile("certs/client.pem", "certs/client.key.pem"));
        HttpClient client = new(new MutualTlsHttpHandler(new MutualTlsHttpOptions
        {
            Credential = credential,
            Policy = PeerPolicy.Create("backend", p => p.TrustPem("certs/root.pem").WithoutRevocation()),
        }));
        credential.Change(LocalCredential.FromPemFile("certs/client.pem", "certs/client.key.pem"));   // from the next request on
        // </snippet>
        client.Dispose();
        return credential;
    }

    private static async Task<string> GrpcAsync(Uri uri, MutualTlsHttpOptions options, CancellationToken stop)
    {
        // <snippet http-grpc>
        using GrpcChannel channel = GrpcChannel.ForAddress(uri, new GrpcChannelOptions { HttpHandler = new MutualTlsHttpHandler(options), DisposeHttpClient = true });
        Words answer = await new Echo.EchoClient(channel).SayAsync(new Words { Text = "hello" }, cancellationToken: stop);
        // </snippet>
        return answer.Text;
    }

    private static async Task<ClientWebSocket> WebSocketAsync(Uri uri, MutualTlsHttpOptions options, CancellationToken stop)
    {
        // <snippet http-websocket>
        ClientWebSocket socket = new();
        await socket.ConnectAsync(uri, new HttpMessageInvoker(new MutualTlsHttpHandler(options)), stop);   // wss://
        // </snippet>
        return socket;
    }

    private static HubConnection SignalR(Uri uri, MutualTlsHttpOptions options)
    {
        // <snippet http-signalr>
        MutualTlsHttpHandler handler = new(options);
        HubConnection hub = new HubConnectionBuilder().WithUrl(uri, http =>
        {
            http.HttpMessageHandlerFactory = _ => handler;
            http.WebSocketFactory = async (context, stop) =>
            {
                ClientWebSocket socket = new();
                await socket.ConnectAsync(context.Uri, new HttpMessageInvoker(handler, disposeHandler: false), stop);
                return socket;
            };
        }).Build();
        // </snippet>
        return hub;
    }

    private static async Task<HttpResponseMessage> ForwardAsync(HttpClient backend, Uri uri, PeerVerdict client, CancellationToken stop)
    {
        // <snippet http-client-cert>
        using HttpRequestMessage request = new(HttpMethod.Get, uri);
        request.SetClientCert(client);   // the verdict on whoever sent us the request: MutualTlsStream.Verdict, for example
        HttpResponseMessage response = await backend.SendAsync(request, stop);
        // </snippet>
        return response;
    }

    private static HttpClient WithoutServices()
    {
        // <snippet http-handler>
        HttpClient client = new(new MutualTlsHttpHandler(new MutualTlsHttpOptions
        {
            Credential = LocalCredential.FromPemFile("certs/client.pem", "certs/client.key.pem"),
            Policy = PeerPolicy.Create("backend", p => p.TrustPem("certs/root.pem").WithoutRevocation()),
            ConfigureHandler = handler => handler.PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        }));
        // </snippet>
        return client;
    }

    private static async Task<string> AskAsync(HttpClient client, Uri uri, CancellationToken stop)
    {
        // <snippet http-refused>
        try
        {
            return await client.GetStringAsync(uri, stop);
        }
        catch (HttpRequestException exception) when (exception.InnerException is MutualTlsException reason)
        {
            return reason.Error switch   // not by Verdict: when the server refuses us, ours on the server may well say accepted
            {
                MutualTlsError.PeerRefused => $"we refused the server: {reason.Verdict?.Primary}",
                MutualTlsError.RefusedByPeer => $"the server refused us: {exception.Message}",   // why is in the server's log
                _ => exception.Message,
            };
        }
        // </snippet>
    }

    private sealed class EmptyHub : Hub;

    private sealed class EchoService : Echo.EchoBase
    {
        public override Task<Words> Say(Words request, ServerCallContext context) => Task.FromResult(request);
    }
}
