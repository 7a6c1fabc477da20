using System.Net.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Connections;
using MutualTls.Testing;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;

// Not within MutualTls: what users write must compile where users write it.
namespace Documentation;

/// <summary>The code of docs/aspnetcore.md, compiled and run.</summary>
public class EndpointSnippetTests
{
    private static readonly TestPki s_pki = new();

    static EndpointSnippetTests()
    {
        // The paths in the documentation are relative: here, to the build's output.
        Directory.SetCurrentDirectory(AppContext.BaseDirectory);
        s_pki.WritePem("certs");
    }

    [Fact]
    public async Task OneEndpoint_Documented_Serves()
    {
        int port = PeerPort.Next();
        WebApplicationBuilder builder = WebApplication.CreateBuilder();

        // <snippet kestrel-endpoint>
        builder.Services.AddMutualTls(mtls => mtls
            .AddCredential("web", c => c.FromPem("certs/server.pem", "certs/server.key.pem"))   // what is presented
            .AddPolicy("partners", p => p.TrustPem("certs/root.pem").WithoutRevocation()));     // what is demanded of clients

        builder.WebHost.UseMutualTls();   // looks at every request
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.UseMutualTls("web", "partners")));
        // </snippet>

        WebApplication app = builder.Build();
        await using IAsyncDisposable appEnd = app.Ending();

        // <snippet kestrel-feature>
        app.MapGet("/whoami", (HttpContext context) =>
        {
            IMutualTlsFeature mtls = context.Features.GetRequiredFeature<IMutualTlsFeature>();
            return mtls.Verdict.IsAuthenticated ? $"{mtls.Verdict.Identity} by {mtls.PolicyName}" : "nobody";
        });
        // </snippet>

        await app.StartAsync(App.Stop);
        Assert.Equal("client.test by partners", await AskAsync(app, "/whoami"));
    }

    [Fact]
    public async Task Stapling_Documented_SaysHowFarItIs()
    {
        int port = PeerPort.Next();
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Services.AddMutualTls(mtls =>
        {
            mtls.AddPolicy("partners", p => p.TrustPem("certs/root.pem").WithoutRevocation());

            // <snippet stapling>
            mtls.AddCredential("web", c => c.FromPem("certs/server.pem", "certs/server.key.pem").StapleOcsp());
            // </snippet>
        });
        builder.WebHost.UseMutualTls().ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.UseMutualTls("web", "partners")));
        WebApplication app = builder.Build();
        await using IAsyncDisposable appEnd = app.Ending();

        // <snippet stapling-state>
        app.MapGet("/staple", (MutualTlsEndpoints registered) => registered.Credential("web").Current.Stapling.ToString());
        // </snippet>

        await app.StartAsync(App.Stop);
        Assert.Equal("Failed: the certificate names no OCSP responder", await AskAsync(app, "/staple"));
    }

    [Fact]
    public async Task AllEndpoints_Documented_Serve()
    {
        WebApplicationBuilder builder = Builder();
        builder.WebHost.UseUrls("https://127.0.0.1:0");

        // <snippet kestrel-all>
        builder.WebHost.UseMutualTls("web", "partners");
        // </snippet>

        Assert.Equal("client.test", await ServeAsync(builder));
    }

    [Fact]
    public async Task ConfiguredEndpoints_Documented_Serve()
    {
        WebApplicationBuilder builder = Builder();
        builder.Configuration.AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Configuration.Replace("*:8443", "127.0.0.1:0").Replace("localhost:8080", "127.0.0.1:0"))));

        // <snippet kestrel-configured>
        builder.WebHost.UseMutualTls();
        // </snippet>

        Assert.Contains("client.test", await ServeAsync(builder));
    }

    [Fact]
    public async Task Answer403_Documented_Serves()
    {
        WebApplicationBuilder builder = Builder();
        builder.WebHost.UseMutualTls().ConfigureKestrel(kestrel => kestrel.ListenLocal(listen =>
        {
            // <snippet kestrel-answer403>
            listen.UseMutualTls("web", "partners", host => host.OnRefused = RefusalAction.Answer403);
            // </snippet>
        }));
        Assert.Equal("client.test", await ServeAsync(builder));
    }

    [Fact]
    public async Task Hosts_Documented_Serve()
    {
        int port = PeerPort.Next();
        WebApplicationBuilder builder = Builder();

        // <snippet kestrel-hosts>
        builder.WebHost.UseMutualTls();   // compares each request's host with the server name of its connection
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.UseMutualTls(endpoint => endpoint
            .AddHost("api.example", "web", "partners")
            .AddHost("*.tenants.example", "web", "tenants")     // exactly one more label
            .Otherwise("web", "visitors"))));                   // any other name, and none; without it they are refused
        // </snippet>

        Assert.Equal("client.test", await ServeAsync(builder));
    }

    private const string Configuration = /* lang=json */ """
        // <snippet kestrel-configuration>
        {
          "Kestrel": {
            "Endpoints": {
              "Partners": {
                "Url": "https://*:8443",
                "MutualTls": { "Credential": "web", "Policy": "partners", "OnRefused": "Answer403", "GateTimeout": "00:00:05" }
              },
              "Health": { "Url": "http://localhost:8080" }
            }
          }
        }
        // </snippet>
        """;

    private static WebApplicationBuilder Builder()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Services.AddMutualTls(mtls =>
        {
            mtls.AddCredential("web", c => c.FromPem("certs/server.pem", "certs/server.key.pem"));
            foreach (string policy in (string[])["partners", "tenants", "visitors"])
            {
                mtls.AddPolicy(policy, p => p.TrustPem("certs/root.pem").WithoutRevocation());
            }
        });
        return builder;
    }

    private static async Task<string> ServeAsync(WebApplicationBuilder builder)
    {
        WebApplication app = builder.Build();
        await using IAsyncDisposable appEnd = app.Ending();
        app.MapGet("/", (HttpContext context) => context.Features.Get<IMutualTlsFeature>()?.Verdict.Identity?.ToString() ?? "nobody");
        await app.StartAsync(App.Stop);
        return await AskAsync(app, "/");
    }

    private static async Task<string> AskAsync(WebApplication app, string path)
    {
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(address => address.StartsWith("https", StringComparison.Ordinal));
        using HttpClient client = Caller.Create(new Uri(address.Replace("[::]", "localhost")).Port, s_pki.Client);
        return await client.CallAsync(path);
    }
}
