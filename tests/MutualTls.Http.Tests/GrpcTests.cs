using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Http;
using MutualTls.Testing;
using MutualTls.Tests.Grpc;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>grpc-dotnet over the same handler.</summary>
public class GrpcTests
{
    private readonly TestPki _pki = new();

    [Fact]
    public async Task Call_OverAChannel_IsAnsweredAndPresentsUs()
    {
        await using KestrelPeer server = await StartAsync(_pki.Server);
        using GrpcChannel channel = GrpcChannel.ForAddress(server.Uri, new GrpcChannelOptions { HttpHandler = new MutualTlsHttpHandler(HttpPair.Options(_pki)), DisposeHttpClient = true });
        Echo.EchoClient client = new(channel);

        Assert.Equal("hello", (await client.SayAsync(new Words { Text = "hello" }, cancellationToken: Pair.Stop)).Text);
        using AsyncServerStreamingCall<Words> repeated = client.Repeat(new Words { Text = "again" }, cancellationToken: Pair.Stop);
        List<string> heard = [];
        await foreach (Words words in repeated.ResponseStream.ReadAllAsync(Pair.Stop))
        {
            heard.Add(words.Text);
        }

        Assert.Equal(["again", "again", "again"], heard);
        Assert.Equal(2, Assert.Single(server.Presented).Length);
    }

    [Fact]
    public async Task Call_BadServer_CarriesTheVerdict()
    {
        await using KestrelPeer server = await StartAsync(_pki.Issuing.IssueServer("other.test"));
        using GrpcChannel channel = GrpcChannel.ForAddress(server.Uri, new GrpcChannelOptions { HttpHandler = new MutualTlsHttpHandler(HttpPair.Options(_pki)), DisposeHttpClient = true });

        RpcException failed = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).SayAsync(new Words(), cancellationToken: Pair.Stop));

        MutualTlsException refused = Assert.IsType<MutualTlsException>(failed.Status.DebugException?.InnerException);
        Assert.Equal(ValidationReason.NameMismatch, refused.Verdict?.Primary?.Reason);
        Assert.Contains("MTLS", failed.Status.Detail);
    }

    [Fact]
    public async Task Call_FactoryClient_IsAnswered()
    {
        await using KestrelPeer server = await StartAsync(_pki.Server);
        ServiceCollection services = new();
        services.AddMutualTls(mtls => mtls
            .AddCredential("client", c => c.FromCertificate(_pki.Client.ToX509Certificate2()))
            .AddPolicy("backend", p => p.TrustPemText(_pki.Root.ToPem()).WithoutRevocation()));
        services.AddGrpcClient<Echo.EchoClient>(o => o.Address = server.Uri).UseMutualTls("client", "backend", http => http.ConfigureHandler(h => h.UseProxy = false));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal("hello", (await provider.GetRequiredService<Echo.EchoClient>().SayAsync(new Words { Text = "hello" }, cancellationToken: Pair.Stop)).Text);
        Assert.Single(server.Presented);
    }

    private static Task<KestrelPeer> StartAsync(TestCertificate certificate) =>
        KestrelPeer.StartAsync(certificate, services: s => s.AddGrpc(), map: app => app.MapGrpcService<EchoService>());

    private sealed class EchoService : Echo.EchoBase
    {
        public override Task<Words> Say(Words request, ServerCallContext context) => Task.FromResult(request);

        public override async Task Repeat(Words request, IServerStreamWriter<Words> responseStream, ServerCallContext context)
        {
            for (int i = 0; i < 3; i++)
            {
                await responseStream.WriteAsync(request, context.CancellationToken);
            }
        }
    }
}
