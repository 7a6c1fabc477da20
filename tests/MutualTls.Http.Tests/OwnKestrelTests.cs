using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Grpc.Net.Client;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Features;
using MutualTls.Connections;
using MutualTls.Http;
using MutualTls.Testing;
using MutualTls.Tests.Grpc;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Both ends ours: Kestrel with UseMutualTls, and HttpClient.</summary>
public sealed class OwnKestrelTests
{
    private readonly TestPki _pki = new();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_FiveConnections_EachEndKnowsTheOther(string http)
    {
        WebApplication server = await StartAsync(RefusalAction.Close);
        await using IAsyncDisposable serverEnd = server.Ending();
        using HttpClient client = HttpPair.Client(
            HttpPair.Options(_pki, configure: handler => handler.PooledConnectionLifetime = TimeSpan.Zero), Version.Parse(http));
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("client.test", await client.GetStringAsync(UriOf(server), Pair.Stop));
        }
    }

    // Pitfall 18: the server closes, which TLS 1.3 tells nobody the reason of.
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_RefusedAndClosed_SaysThatItWasRefused(string http)
    {
        WebApplication server = await StartAsync(RefusalAction.Close);
        await using IAsyncDisposable serverEnd = server.Ending();
        using HttpClient client = HttpPair.Client(HttpPair.Options(_pki, credential: Pair.Credential(new TestPki().Client)), Version.Parse(http));
        Assert.Equal(MutualTlsError.RefusedByPeer, (await HttpPair.RefusalAsync(client.GetStringAsync(UriOf(server), Pair.Stop))).Error);
    }

    // Pitfall 18: or it answers, and then the reason is told.
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_RefusedAndAnswered_SaysWhy(string http)
    {
        WebApplication server = await StartAsync(RefusalAction.Answer403);
        await using IAsyncDisposable serverEnd = server.Ending();
        using HttpClient client = HttpPair.Client(HttpPair.Options(_pki, credential: Pair.Credential(new TestPki().Client)), Version.Parse(http));
        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(UriOf(server), Pair.Stop));
        Assert.Equal(HttpStatusCode.Forbidden, failed.StatusCode);
        Assert.Contains("refused our client certificate with MTLS1101", failed.Message);
    }

    [Fact]
    public async Task Call_Grpc_EachEndKnowsTheOther()
    {
        WebApplication server = await StartAsync(RefusalAction.Close);
        await using IAsyncDisposable serverEnd = server.Ending();
        using GrpcChannel channel = GrpcChannel.ForAddress(UriOf(server), new GrpcChannelOptions { HttpHandler = new MutualTlsHttpHandler(HttpPair.Options(_pki)), DisposeHttpClient = true });
        Assert.Equal("hello client.test", (await new Echo.EchoClient(channel).SayAsync(new Words { Text = "hello" }, cancellationToken: Pair.Stop)).Text);
    }

    // Two applications: the first tells the second whose request it passes on, each connection with certificates at both ends.
    [Fact]
    public async Task Forward_ToABackend_TellsItWhoTheClientIs()
    {
        WebApplication backend = await StartAsync(RefusalAction.Close);
        await using IAsyncDisposable backendEnd = backend.Ending();
        using HttpClient toBackend = HttpPair.Client(HttpPair.Options(_pki, credential: Pair.Credential(_pki.Issuing.IssueClient("front.test"))));
        WebApplication front = await StartAsync(RefusalAction.Close, async context =>
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(UriOf(backend), "headers"));
            request.SetClientCert(context.Features.Get<IMutualTlsFeature>()!.Verdict);
            using HttpResponseMessage response = await toBackend.SendAsync(request, context.RequestAborted);
            await context.Response.WriteAsync(await response.Content.ReadAsStringAsync(context.RequestAborted));
        });
        await using IAsyncDisposable frontEnd = front.Ending();
        using HttpClient client = HttpPair.Client(HttpPair.Options(_pki));
        Assert.Equal($"front.test :{Convert.ToBase64String(_pki.Client.Der.Span)}:", await client.GetStringAsync(UriOf(front), Pair.Stop));
    }

    private static Uri UriOf(WebApplication app) => new($"https://localhost:{new Uri(app.Urls.First()).Port}/");

    private async Task<WebApplication> StartAsync(RefusalAction refusal, RequestDelegate? answer = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddMutualTls(mtls => mtls
            .AddCredential("web", c => c.FromCertificate(_pki.Server.ToX509Certificate2(), [.. _pki.Server.Chain.Select(i => System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(i.Der.Span))]))
            .AddPolicy("clients", p => p.TrustPemText(_pki.Root.ToPem()).WithoutRevocation())
            .AddPolicy("others", p => p.TrustPemText(new TestPki().Root.ToPem()).WithoutRevocation()));
        builder.WebHost.UseMutualTls().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseMutualTls(endpoint => endpoint
            .Otherwise("web", "clients", host => host.OnRefused = refusal)
            .AddHost("other.test", "web", "others"))));
        WebApplication app = builder.Build();
        app.MapGrpcService<EchoService>();
        app.MapGet("/headers", context => context.Response.WriteAsync($"{NameOf(context)} {context.Request.Headers["Client-Cert"]}"));
        app.MapFallback(answer ?? (context => context.Response.WriteAsync(NameOf(context))));
        await app.StartAsync(Pair.Stop);
        return app;
    }

    private static string NameOf(HttpContext context) => context.Features.Get<IMutualTlsFeature>()!.Verdict.Identity!.DnsNames[0];

    private sealed class EchoService : Echo.EchoBase
    {
        public override Task<Words> Say(Words request, global::Grpc.Core.ServerCallContext context) =>
            Task.FromResult(new Words { Text = $"{request.Text} {NameOf(global::Grpc.Core.ServerCallContextExtensions.GetHttpContext(context))}" });
    }
}
