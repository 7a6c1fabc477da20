using System.Net;
using System.Net.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Authorization;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;

#pragma warning disable ASP0014 // The middleware that answers everything else comes after these endpoints.

namespace MutualTls.AspNetCore.Tests.Authorization;

/// <summary>Endpoints ask which policy a client proved itself to, and its names.</summary>
public class AuthorizationTests
{
    private static readonly TestPki s_pki = TestPki.With(client: c => c.WithSan(names => names.Dns("client.test").Uri("spiffe://partners.example/orders")));

    /// <summary>Paths, and what a client by <c>partners</c>, one by <c>visitors</c> and one without a certificate get.</summary>
    public static TheoryData<string, int, int, int> Doors => new()
    {
        { "/open", 200, 200, 200 },
        { "/any", 200, 200, 403 },
        { "/partners", 200, 403, 403 },
        { "/visitors", 403, 200, 403 },
        { "/both", 200, 200, 403 },
        { "/elsewhere", 403, 403, 403 },
        { "/dns", 200, 200, 403 },
        { "/dns-of-another", 403, 403, 403 },
        { "/common-name", 403, 403, 403 },
        { "/spiffe", 200, 200, 403 },
        { "/spiffe-of-another", 403, 403, 403 },
        { "/partners-and-dns", 200, 403, 403 },
        { "/named", 200, 403, 403 },
        { "/group/a", 200, 403, 403 },
    };

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Endpoint_Requires(string path, int byPartners, int byVisitors, int byNobody)
    {
        await using App app = await StartAsync();
        foreach (string version in (string[])["1.1", "2.0"])
        {
            Assert.Equal(byPartners, await StatusAsync(app.Ports[0], s_pki.Client, path, version));
            Assert.Equal(byVisitors, await StatusAsync(app.Ports[1], s_pki.Client, path, version));
            Assert.Equal(byNobody, await StatusAsync(app.Ports[1], null, path, version));
        }
    }

    // A principal mapped by the application says nothing of the connection: the requirement asks the connection.
    [Fact]
    public async Task Endpoint_MappedUser_IsStillHeldToTheConnection()
    {
        await using App app = await StartAsync(forge: true);
        Assert.Equal(200, await StatusAsync(app.Ports[0], s_pki.Client, "/partners", "1.1"));
        Assert.Equal(403, await StatusAsync(app.Ports[1], s_pki.Client, "/partners", "1.1"));
    }

    // Forgotten middleware lets nobody in.
    [Fact]
    public async Task Endpoint_WithoutUseAuthorization_AnswersNobody()
    {
        await using App app = await App.StartAsync(
            mtls => App.Register(mtls, s_pki),
            builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls("web", "partners"))),
            web =>
            {
                web.UseRouting();
                web.UseEndpoints(endpoints => endpoints.MapGet("/x", () => "in").RequireMutualTls("partners"));
            });
        Assert.Equal(500, await StatusAsync(app.Port, s_pki.Client, "/x", "1.1"));
    }

    [Fact]
    public void Requirement_BadPattern_IsRefusedAtStart()
    {
        AuthorizationPolicyBuilder builder = new();
        Assert.Throws<ArgumentException>(() => builder.RequirePeerName("client.test"));
        Assert.Throws<ArgumentException>(() => builder.RequireSpiffeId("https://partners.example/orders"));
        Assert.Throws<ArgumentException>(() => builder.RequireSpiffeId("spiffe://Partners.example/orders"));
        Assert.ThrowsAny<ArgumentException>(() => builder.RequirePeerName());
    }

    private static Task<App> StartAsync(bool forge = false) => App.StartAsync(
        mtls =>
        {
            App.Register(mtls, s_pki);
            mtls.AddPolicy("visitors", p => p.TrustPemText(s_pki.Root.ToPem()).WithoutRevocation().CertificateOptional());
        },
        builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.ListenLocal(listen => listen.UseMutualTls("web", "partners"));
                kestrel.ListenLocal(listen => listen.UseMutualTls("web", "visitors"));
            });
            builder.Services.AddAuthentication().AddMutualTls(options =>
            {
                if (forge)
                {
                    options.Events.OnAuthenticated = context =>
                    {
                        context.Principal = new System.Security.Claims.ClaimsPrincipal(new System.Security.Claims.ClaimsIdentity(
                            [new System.Security.Claims.Claim(AspNetCore.Authentication.MutualTlsClaimTypes.Policy, "partners")], "MutualTls"));
                        return Task.CompletedTask;
                    };
                }
            });
            builder.Services.AddAuthorization(options => options.AddPolicy("named", policy => policy.RequireMutualTls("partners").RequireAuthenticatedUser()));
        },
        web =>
        {
            web.UseRouting();
            web.UseAuthentication();
            web.UseAuthorization();
            web.UseEndpoints(endpoints =>
            {
                endpoints.MapGet("/open", () => "in");
                endpoints.MapGet("/any", () => "in").RequireMutualTls();
                endpoints.MapGet("/partners", () => "in").RequireMutualTls("partners");
                endpoints.MapGet("/visitors", () => "in").RequireMutualTls("visitors");
                endpoints.MapGet("/both", () => "in").RequireMutualTls("visitors", "partners");
                endpoints.MapGet("/elsewhere", () => "in").RequireMutualTls("elsewhere");
                Named("/dns", policy => policy.RequirePeerName("dns:*.test"));
                Named("/dns-of-another", policy => policy.RequirePeerName("dns:other.test", "ip:10.0.0.0/8"));
                Named("/common-name", policy => policy.RequirePeerName("dns:client"));
                Named("/spiffe", policy => policy.RequireSpiffeId("spiffe://partners.example/*"));
                Named("/spiffe-of-another", policy => policy.RequireSpiffeId("spiffe://partners.example/billing"));
                endpoints.MapGet("/partners-and-dns", () => "in").RequireMutualTls("partners").RequireAuthorization(new AuthorizationPolicyBuilder().RequirePeerName("dns:client.test").Build());
                endpoints.MapGet("/named", () => "in").RequireAuthorization("named");
                endpoints.MapGroup("/group").RequireMutualTls("partners").MapGet("/a", () => "in");

                void Named(string path, Action<AuthorizationPolicyBuilder> configure)
                {
                    AuthorizationPolicyBuilder policy = new();
                    configure(policy);
                    endpoints.MapGet(path, () => "in").RequireAuthorization(policy.Build());
                }
            });
        });

    private static async Task<int> StatusAsync(int port, TestCertificate? certificate, string path, string version)
    {
        using HttpClient client = Caller.Create(port, certificate, version);
        using HttpResponseMessage answer = await client.GetAsync(new Uri(path, UriKind.Relative), App.Stop);
        return (int)answer.StatusCode;
    }
}
