using System.Net.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Authorization;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Forwarded;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;
using MutualTls.Tests.Support;

// Not within MutualTls: what users write must compile where users write it.
namespace Documentation;

/// <summary>The code of docs/aspnetcore-forwarded.md, compiled and run.</summary>
public class ForwardingSnippetTests
{
    private static readonly TestPki s_pki = new();

    [Fact]
    public async Task Forwarding_Documented_GoesAllTheWay()
    {
        WebApplication backend = Backend(), front = Front();
        await using IAsyncDisposable backendEnd = backend.Ending(), frontEnd = front.Ending();
        await backend.StartAsync(App.Stop);
        await front.StartAsync(App.Stop);
        using HttpClient client = Caller.Create(PortOf(front), s_pki.Client);
        using HttpRequestMessage onward = new(HttpMethod.Get, "/orders");
        await client.CallAsync();
        DefaultHttpContext context = new();
        context.Features.Set(_front);

        // <snippet forwarding-send>
        onward.SetClientCert(context.Features.Get<IMutualTlsFeature>()?.Verdict);
        // </snippet>

        using HttpClient proxy = Caller.Create(PortOf(backend), s_pki.Issuing.IssueClient("proxy.test"));
        using HttpResponseMessage answer = await proxy.SendAsync(onward, App.Stop);
        Assert.Equal("client.test", await answer.Content.ReadAsStringAsync(App.Stop));
    }

    private IMutualTlsFeature? _front;

    private static WebApplication Backend()
    {
        WebApplicationBuilder builder = Builder("proxies");

        // <snippet forwarding>
        builder.Services.AddMutualTlsForwarding(forwarding =>
        {
            forwarding.Policy = "partners";                    // judges what is forwarded
            forwarding.Format = ForwardedFormat.Rfc9440;
            forwarding.HopPolicies.Add("proxies");             // whoever proved to this policy, on the connection, is a trusted hop
        });
        // </snippet>

        builder.Services.AddAuthentication().AddMutualTls(options => options.Forwarded = ForwardedCertificates.Allow);
        builder.Services.AddAuthorization();
        WebApplication app = builder.Build();

        // <snippet forwarding-endpoint>
        app.MapGet("/orders", (HttpContext context) => context.Features.Get<IForwardedCertificateFeature>()?.Verdict.Identity?.ToString())
            .RequireMutualTls(ForwardedCertificates.Allow, "partners");
        // </snippet>

        return app;
    }

    private WebApplication Front()
    {
        WebApplication app = Builder("partners").Build();
        app.MapGet("/", (HttpContext context) =>
        {
            _front = context.Features.Get<IMutualTlsFeature>();
            return "hello";
        });
        return app;
    }

    private static WebApplicationBuilder Builder(string policy)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Services.AddMutualTls(mtls =>
        {
            App.Register(mtls, s_pki, p => p.AllowDns("client.test"));
            mtls.AddPolicy("proxies", p => p.TrustPemText(s_pki.Root.ToPem()).WithoutRevocation().AllowDns("proxy.test"));
        });
        builder.WebHost.UseMutualTls().ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls("web", policy)));
        return builder;
    }

    private static int PortOf(WebApplication app) => new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
}
