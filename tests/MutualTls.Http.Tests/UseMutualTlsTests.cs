using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Clients of IHttpClientFactory.</summary>
public class UseMutualTlsTests
{
    private readonly TestPki _pki = new();
    private readonly TestPki _stranger = new();

    [Theory]
    [InlineData("good", null)]
    [InlineData("bad", ValidationReason.IssuerUnknown)]
    public async Task Get_NamedClient_IsUnderItsPolicy(string name, ValidationReason? reason)
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_pki.Server);
        await using ServiceProvider services = Services(s =>
        {
            s.AddHttpClient("good").UseMutualTls("client", "ours", Direct);
            s.AddHttpClient("bad").UseMutualTls("client", "theirs", Direct);
        });
        using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient(name);

        if (reason is null)
        {
            Assert.Equal("HTTP/1.1", await client.GetStringAsync(server.Uri, Pair.Stop));
        }
        else
        {
            Assert.Equal(reason, (await HttpPair.RefusalAsync(client.GetStringAsync(server.Uri, Pair.Stop))).Verdict?.Primary?.Reason);
        }
    }

    [Fact]
    public async Task Get_TypedClientAndDelegatingHandlers_GoThroughTheGate()
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_pki.Server);
        await using ServiceProvider services = Services(s => s.AddHttpClient<Orders>().UseMutualTls("client", "ours", Direct).AddHttpMessageHandler(() => new Tag()));
        Assert.Equal("HTTP/1.1", await services.GetRequiredService<Orders>().Http.GetStringAsync(server.Uri, Pair.Stop));
        Assert.Single(server.Presented);
    }

    [Fact]
    public async Task Get_SaidOfAllClients_HoldsForThoseThatSayNothing()
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_pki.Server);
        await using ServiceProvider services = Services(s => s.ConfigureHttpClientDefaults(all => all.UseMutualTls("client", "ours", Direct)).AddHttpClient("x"));
        using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient("x");
        Assert.Equal("HTTP/1.1", await client.GetStringAsync(server.Uri, Pair.Stop));
    }

    [Fact]
    public async Task Get_SeveralCredentialsByName_TheHostDecides()
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_pki.Server);
        await using ServiceProvider services = Services(s => s.AddHttpClient("x").UseMutualTls("client", "ours", http =>
        {
            Direct(http);
            http.OrPresent("client").ForHost("localhost", "local");
        }));
        using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient("x");
        await client.GetStringAsync(server.Uri, Pair.Stop);
        Assert.Contains("local.test", Assert.Single(server.Presented)[0]);
    }

    // Such a client would connect to whomever the system trusts, with no certificate of ours.
    [Theory]
    [InlineData("primary")]
    [InlineData("sockets")]
    public async Task Create_PrimaryHandlerReplaced_IsAnError(string how)
    {
        await using ServiceProvider services = Services(s =>
        {
            IHttpClientBuilder client = s.AddHttpClient("x").UseMutualTls("client", "ours");
            _ = how == "primary" ? client.ConfigurePrimaryHttpMessageHandler(() => new HttpClientHandler()) : client.UseSocketsHttpHandler();
        });
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<IHttpClientFactory>().CreateClient("x"));
        Assert.Contains("ConfigureHandler", error.Message);
    }

    // What is said of all clients after UseMutualTls would undo it for each of them.
    [Theory]
    [InlineData("primary")]
    [InlineData("sockets")]
    public async Task Create_PrimaryHandlerReplacedForAll_IsAnError(string how)
    {
        await using ServiceProvider services = Services(s =>
        {
            s.ConfigureHttpClientDefaults(all => all.UseMutualTls("client", "ours"));
            s.ConfigureHttpClientDefaults(all => _ = how == "primary" ? all.ConfigurePrimaryHttpMessageHandler(() => new HttpClientHandler()) : all.UseSocketsHttpHandler());
            s.AddHttpClient("x");
        });
        foreach (string name in (string[])["x", "whatever"])
        {
            InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<IHttpClientFactory>().CreateClient(name));
            Assert.Contains("ConfigureHandler", error.Message);
        }
    }

    // One that says so itself is as it says.
    [Fact]
    public async Task Create_OneClientWithAnotherHandlerBesideAll_IsMade()
    {
        await using ServiceProvider services = Services(s =>
        {
            s.ConfigureHttpClientDefaults(all => all.UseMutualTls("client", "ours", Direct));
            s.AddHttpClient("x").ConfigurePrimaryHttpMessageHandler(() => new HttpClientHandler());
        });
        using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient("x");
    }

    [Fact]
    public async Task Start_NamesThatNobodyRegistered_AreAllTold()
    {
        using IHost host = new HostBuilder().ConfigureServices(s =>
        {
            Register(s);
            s.AddHttpClient("one").UseMutualTls("clint", "ours");
            s.AddHttpClient("two").UseMutualTls("client", "oars");
            s.AddHttpClient("three").UseMutualTls("client", "ours", http => http.ConfigureHandler(h => h.SslOptions.ClientCertificates = [_pki.Client.ToX509Certificate2()]));
        }).Build();

        MutualTlsConfigurationException error = await Assert.ThrowsAsync<MutualTlsConfigurationException>(() => host.StartAsync(Pair.Stop));

        Assert.Equal(3, error.Errors.Count);
        Assert.Contains("client 'one'", error.Message);
        Assert.Contains("'clint'", error.Message);
        Assert.Contains("'oars'", error.Message);
        Assert.Contains("ClientCertificates", error.Message);
    }

    [Fact]
    public async Task Start_WithoutAddMutualTls_SaysWhatIsMissing()
    {
        using IHost host = new HostBuilder().ConfigureServices(s => s.AddHttpClient("one").UseMutualTls("client", "ours")).Build();
        MutualTlsConfigurationException error = await Assert.ThrowsAsync<MutualTlsConfigurationException>(() => host.StartAsync(Pair.Stop));
        Assert.Contains("AddMutualTls", error.Message);
    }

    private static void Direct(MutualTls.Http.DependencyInjection.MutualTlsHttpBuilder http) => http.ConfigureHandler(handler => handler.UseProxy = false);

    private ServiceProvider Services(Action<IServiceCollection> clients)
    {
        ServiceCollection services = new();
        Register(services);
        clients(services);
        return services.BuildServiceProvider();
    }

    private void Register(IServiceCollection services) => services.AddMutualTls(mtls => mtls
        .AddCredential("client", c => c.FromCertificate(_pki.Client.ToX509Certificate2()))
        .AddCredential("local", c => c.FromCertificate(_pki.Issuing.IssueClient("local.test").ToX509Certificate2()))
        .AddPolicy("ours", p => p.TrustPemText(_pki.Root.ToPem()).WithoutRevocation())
        .AddPolicy("theirs", p => p.TrustPemText(_stranger.Root.ToPem()).WithoutRevocation()));

    private sealed class Orders(HttpClient http)
    {
        public HttpClient Http { get; } = http;
    }

    private sealed class Tag : DelegatingHandler;
}
