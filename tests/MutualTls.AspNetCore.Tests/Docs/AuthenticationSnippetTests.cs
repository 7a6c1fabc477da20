using System.Net;
using System.Net.Http;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;
using MutualTls.Tests.Support;

// Not within MutualTls: what users write must compile where users write it.
namespace Documentation;

/// <summary>The code of docs/aspnetcore-authentication.md, compiled and run.</summary>
public class AuthenticationSnippetTests
{
    private static readonly TestPki s_pki = TestPki.With(client: c => c.WithSan(names => names.Uri("spiffe://partners.example/ns/a/sa/billing")));

    [Fact]
    public async Task Authorization_Documented_LetsIn()
    {
        WebApplicationBuilder builder = Builder();

        // <snippet authentication>
        builder.Services.AddAuthentication().AddMutualTls();
        builder.Services.AddAuthorization();
        // </snippet>

        // <snippet authorization-policy>
        builder.Services.AddAuthorization(options => options.AddPolicy("billing", policy => policy
            .RequireMutualTls("partners")
            .RequireSpiffeId("spiffe://partners.example/ns/*/sa/billing")));
        // </snippet>

        WebApplication app = builder.Build();
        await using IAsyncDisposable appEnd = app.Ending();

        // <snippet authorization-endpoints>
        app.MapGet("/orders", () => "orders").RequireMutualTls("partners");                      // proved to this policy
        app.MapGet("/reports", () => "reports").RequireAuthorization("billing");
        // </snippet>

        await app.StartAsync(App.Stop);
        using HttpClient client = Caller.Create(PortOf(app), s_pki.Client), other = Caller.Create(PortOf(app), s_pki.Issuing.IssueClient("other.test"));
        Assert.Equal("orders", await client.CallAsync("/orders"));
        Assert.Equal("reports", await client.CallAsync("/reports"));
        Assert.Equal("orders", await other.CallAsync("/orders"));
        using HttpResponseMessage refused = await other.GetAsync(new Uri("/reports", UriKind.Relative), App.Stop);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task Event_Documented_Maps()
    {
        Dictionary<string, string> users = new() { [s_pki.Client.Sha256Fingerprint] = "alice" };
        WebApplicationBuilder builder = Builder();

        // <snippet authentication-event>
        builder.Services.AddAuthentication().AddMutualTls(options => options.Events.OnAuthenticated = context =>
        {
            string? user = users.GetValueOrDefault(context.Verdict.Identity!.Sha256Fingerprint);
            if (user is null)
            {
                context.Fail("Nobody has this certificate.");
                return Task.CompletedTask;
            }

            context.Principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], context.Scheme.Name));
            return Task.CompletedTask;
        });
        // </snippet>

        WebApplication app = builder.Build();
        await using IAsyncDisposable appEnd = app.Ending();
        app.MapGet("/", (HttpContext context) => context.User.Identity?.Name ?? "nobody");
        await app.StartAsync(App.Stop);
        using HttpClient client = Caller.Create(PortOf(app), s_pki.Client), other = Caller.Create(PortOf(app), s_pki.Issuing.IssueClient("other.test"));
        Assert.Equal("alice", await client.CallAsync());
        Assert.Equal("nobody", await other.CallAsync());
    }

    private static WebApplicationBuilder Builder()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Services.AddMutualTls(mtls => App.Register(mtls, s_pki));
        builder.WebHost.UseMutualTls().ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls("web", "partners")));
        return builder;
    }

    private static int PortOf(WebApplication app) => new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
}
