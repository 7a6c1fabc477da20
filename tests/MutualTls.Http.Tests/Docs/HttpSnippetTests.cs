using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Http;
using MutualTls.Policies;
using MutualTls.Testing;
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
        Assert.StartsWith("refused: MTLS", await AskAsync(client, server.Uri, Pair.Stop));
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
        catch (HttpRequestException exception) when (exception.InnerException is MutualTlsException { Verdict: { } verdict })
        {
            return $"refused: {verdict.Primary}";
        }
        // </snippet>
    }
}
