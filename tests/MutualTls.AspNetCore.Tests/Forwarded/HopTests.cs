using System.Net.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Authorization;
using MutualTls.AspNetCore.Forwarded;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;

#pragma warning disable ASP0014 // The middleware that answers everything else comes after these endpoints.

namespace MutualTls.AspNetCore.Tests.Forwarded;

/// <summary>A trusted hop speaks for others: its own certificate is not that of whoever is behind it.</summary>
public class HopTests
{
    // The proxy's name is of the same domain as those of its clients, as in a mesh.
    private static readonly TestPki s_pki = TestPki.With(client: c => c.WithSan(names => names.Dns("proxy.mesh.test")));

    private static readonly TestCertificate s_client = s_pki.Issuing.IssueClient("client.mesh.test");

    /// <summary>Paths, and what the proxy gets for a client without a certificate, for one with, and a direct client.</summary>
    public static TheoryData<string, int, int, int> Doors => new()
    {
        { "/any", 403, 403, 200 },
        { "/any-forwarded", 403, 200, 200 },
        { "/mesh-forwarded", 403, 403, 403 },
        { "/clients-forwarded", 403, 200, 200 },
        { "/name-forwarded", 403, 200, 200 },
        { "/mesh-and-name-forwarded", 403, 403, 403 },
        { "/user", 403, 200, 200 },
        { "/mesh", 200, 200, 403 },
        { "/mesh-then-client", 403, 200, 403 },
        { "/proxy-by-name", 200, 200, 403 },
    };

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Request_ByAHop_IsNotTheHops(string path, int forNobody, int forClient, int direct)
    {
        await using App app = await StartAsync();
        foreach (string version in (string[])["1.1", "2.0"])
        {
            using HttpClient proxy = Caller.Create(app.Port, s_pki.Client, version), client = Caller.Create(app.Ports[1], s_client, version);
            Assert.Equal((forNobody, forClient, direct), (await AskAsync(proxy, null), await AskAsync(proxy, s_client), await AskAsync(client, null)));
        }

        async Task<int> AskAsync(HttpClient caller, TestCertificate? forwarded)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, path) { Version = caller.DefaultRequestVersion, VersionPolicy = caller.DefaultVersionPolicy };
            if (forwarded is not null)
            {
                request.Headers.TryAddWithoutValidation("Client-Cert", Item(forwarded));
                request.Headers.TryAddWithoutValidation("Client-Cert-Chain", Item(s_pki.Issuing));
            }

            using HttpResponseMessage answer = await caller.SendAsync(request, App.Stop);
            return (int)answer.StatusCode;
        }
    }

    // Who mistakes the default for the other sees the proxy's clients as nobody, not as the proxy.
    [Fact]
    public async Task User_WhereForwardedIsRefused_IsNobody()
    {
        await using App app = await StartAsync(ForwardedCertificates.Refuse);
        using HttpClient proxy = Caller.Create(app.Port, s_pki.Client);
        using HttpResponseMessage answer = await proxy.GetAsync(new Uri("/user", UriKind.Relative), App.Stop);
        Assert.Equal(403, (int)answer.StatusCode);
    }

    // Who is let in by an audit alone is trusted by nobody, from whatever network.
    [Fact]
    public async Task Forward_ByAStrangerUnderAudit_IsTakenAway()
    {
        await using App app = await App.StartAsync(
            mtls =>
            {
                App.Register(mtls, s_pki, p => p.Options.Dangerous.AuditOnly = true);
                mtls.AddPolicy("clients", p => p.TrustPemText(s_pki.Root.ToPem()).WithoutRevocation());
            },
            builder =>
            {
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls("web", "partners")));
                builder.Services.AddMutualTlsForwarding(forwarding =>
                {
                    forwarding.Policy = "clients";
                    forwarding.HopNetworks.Add("127.0.0.1");
                });
            },
            web => web.Use((context, next) =>
            {
                context.Response.Headers["X-Forwarded-By"] = context.Features.Get<IForwardedCertificateFeature>() is null ? "nobody" : "hop";
                return next(context);
            }));
        foreach ((TestCertificate certificate, string expected) in ((TestCertificate, string)[])[(new TestPki().Client, "nobody"), (s_pki.Client, "hop")])
        {
            using HttpClient client = Caller.Create(app.Port, certificate);
            using HttpRequestMessage request = new(HttpMethod.Get, "/");
            request.Headers.TryAddWithoutValidation("Client-Cert", Item(s_client));
            request.Headers.TryAddWithoutValidation("Client-Cert-Chain", Item(s_pki.Issuing));
            using HttpResponseMessage answer = await client.SendAsync(request, App.Stop);
            Assert.Equal(expected, answer.Headers.GetValues("X-Forwarded-By").Single());
        }
    }

    // Backends that follow CGI read the two as one name; whoever passes requests on must not pass on a forgery.
    [Theory]
    [InlineData("Client_Cert")]
    [InlineData("client_cert-chain")]
    [InlineData("X_SSL_Client_Cert")]
    [InlineData("X-Forwarded_Client-Cert")]
    public async Task Headers_WithUnderscores_AreGone(string name)
    {
        string? seen = null;
        await using App app = await StartAsync(see: headers => seen = headers[name]);
        using HttpClient client = Caller.Create(app.Ports[1], s_client);
        using HttpRequestMessage request = new(HttpMethod.Get, "/seen");
        request.Headers.TryAddWithoutValidation(name, Item(s_client));
        request.Headers.TryAddWithoutValidation("Some_Other", "stays");
        using HttpResponseMessage answer = await client.SendAsync(request, App.Stop);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("", seen ?? "");
    }

    private static Task<App> StartAsync(ForwardedCertificates users = ForwardedCertificates.Allow, Action<IHeaderDictionary>? see = null) => App.StartAsync(
        mtls => mtls.Present("web", s_pki.Server)
            .AddPolicy("mesh", p => p.TrustPemText(s_pki.Root.ToPem()).WithoutRevocation().AllowDns("proxy.mesh.test"))
            .AddPolicy("clients", p => p.TrustPemText(s_pki.Root.ToPem()).WithoutRevocation().AllowDns("client.mesh.test")),
        builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.ListenLocal(listen => listen.UseMutualTls("web", "mesh"));
                kestrel.ListenLocal(listen => listen.UseMutualTls("web", "clients"));
            });
            builder.Services.AddMutualTlsForwarding(forwarding =>
            {
                forwarding.Policy = "clients";
                forwarding.HopPolicies.Add("mesh");
            });
            builder.Services.AddAuthentication().AddMutualTls(options => options.Forwarded = users);
            builder.Services.AddAuthorization();
        },
        web =>
        {
            web.UseRouting();
            web.UseAuthentication();
            web.UseAuthorization();
            web.UseEndpoints(endpoints =>
            {
                endpoints.MapGet("/any", () => "").RequireMutualTls();
                endpoints.MapGet("/any-forwarded", () => "").RequireMutualTls(ForwardedCertificates.Allow);
                endpoints.MapGet("/mesh-forwarded", () => "").RequireMutualTls(ForwardedCertificates.Allow, "mesh");
                endpoints.MapGet("/clients-forwarded", () => "").RequireMutualTls(ForwardedCertificates.Allow, "clients");
                endpoints.MapGet("/name-forwarded", () => "").RequireAuthorization(policy => policy.RequirePeerName(ForwardedCertificates.Allow, "dns:*.mesh.test"));
                endpoints.MapGet("/mesh-and-name-forwarded", () => "").RequireAuthorization(policy =>
                    policy.RequireMutualTls(ForwardedCertificates.Allow, "mesh").RequirePeerName(ForwardedCertificates.Allow, "dns:client.mesh.test"));
                endpoints.MapGet("/user", () => "").RequireAuthorization();
                endpoints.MapGet("/mesh", () => "").RequireMutualTls("mesh");
                endpoints.MapGet("/mesh-then-client", () => "").RequireMutualTls("mesh").RequireMutualTls(ForwardedCertificates.Allow, "clients");
                endpoints.MapGet("/proxy-by-name", () => "").RequireAuthorization(policy => policy.RequirePeerName("dns:proxy.mesh.test"));
                endpoints.MapGet("/seen", (HttpContext context) => see?.Invoke(context.Request.Headers));
            });
        });

    private static string Item(TestCertificate certificate) => $":{Convert.ToBase64String(certificate.Der.Span)}:";
}
