using System.Net;
using System.Net.Http;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Authentication;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Authentication;

/// <summary>Requests are authenticated by the verdict on their connection.</summary>
public class AuthenticationTests
{
    private static readonly TestPki s_pki = TestPki.With(client: c => c.WithSan(names => names
        .Dns("client.test").Dns("other.test").Uri("spiffe://partners.example/orders").Email("ops@client.test").Ip("10.1.2.3").Ip("2001:db8::1")));

    private static readonly TestPki s_other = new();

    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Authenticate_GoodClient_HasEveryNameByKind(string version)
    {
        ClaimsPrincipal user = await SignedInAsync(version);
        Assert.True(user.Identity!.IsAuthenticated);
        Assert.Equal(("MutualTls", "spiffe://partners.example/orders"), (user.Identity.AuthenticationType, user.Identity.Name));
        Assert.Equal(["client.test", "other.test"], Values(user, ClaimTypes.Dns));
        Assert.Equal(["spiffe://partners.example/orders"], Values(user, ClaimTypes.Uri));
        Assert.Equal(["ops@client.test"], Values(user, ClaimTypes.Email));
        Assert.Equal(["10.1.2.3", "2001:db8::1"], Values(user, MutualTlsClaimTypes.IpAddress));
        Assert.Equal(["spiffe://partners.example/orders"], Values(user, MutualTlsClaimTypes.SpiffeId));
        Assert.Equal([s_pki.Client.Sha256Fingerprint], Values(user, MutualTlsClaimTypes.Sha256Fingerprint));
        Assert.Equal([Convert.ToHexString(s_pki.Client.SerialNumber.Span)], Values(user, ClaimTypes.SerialNumber));
        Assert.Equal(["partners"], Values(user, MutualTlsClaimTypes.Policy));
        Assert.Equal(["NotChecked"], Values(user, MutualTlsClaimTypes.Revocation));
        Assert.Equal(["connection"], Values(user, MutualTlsClaimTypes.Source));
        Assert.Equal(["gold"], Values(user, "contract"));
        Assert.Single(Values(user, MutualTlsClaimTypes.Issuer));
        Assert.All(user.Claims, claim => Assert.Same(user.Identity, claim.Subject));
    }

    [Fact]
    public async Task Authenticate_ManyRequests_AsksNothingAgain()
    {
        int judged = 0;
        List<ClaimsPrincipal> users = [];
        await using App app = await StartAsync(
            p => p.AddValidator("count", (_, _) =>
            {
                Interlocked.Increment(ref judged);
                return ValueTask.CompletedTask;
            }),
            use: web => web.Use((context, next) =>
            {
                users.Add(context.User);
                return next(context);
            }));
        using HttpClient client = Caller.Create(app.Port, s_pki.Client, "2.0");
        for (int i = 0; i < 5; i++)
        {
            await client.CallAsync();
        }

        Assert.Equal(1, judged);
        Assert.Equal(5, users.Distinct().Count());
        Assert.Single(users.Select(user => user.Identity).Distinct());
    }

    // What one request adds to its user must not be there in the next one of the same connection: a proxy sends those of many users.
    [Fact]
    public async Task Identity_OfAConnection_CannotBeChanged()
    {
        ClaimsPrincipal user = await SignedInAsync("1.1");
        ClaimsIdentity identity = (ClaimsIdentity)user.Identity!;
        Assert.Throws<InvalidOperationException>(() => identity.AddClaim(new Claim("role", "admin")));
        Assert.Throws<InvalidOperationException>(() => identity.AddClaims([new Claim("role", "admin")]));
        Assert.Throws<InvalidOperationException>(() => identity.RemoveClaim(identity.Claims.First()));
        Assert.Throws<InvalidOperationException>(() => identity.TryRemoveClaim(identity.Claims.First()));
        foreach (ClaimsIdentity copy in (ClaimsIdentity[])[identity.Clone(), new ClaimsIdentity(identity)])
        {
            copy.AddClaim(new Claim("role", "admin"));
            Assert.Equal(identity.Claims.Count() + 1, copy.Claims.Count());
            Assert.Equal((identity.Name, "MutualTls"), (copy.Name, copy.AuthenticationType));
        }

        Assert.False(identity.HasClaim("role", "admin"));
    }

    [Fact]
    public async Task Authenticate_Nobody_IsNotAuthenticatedAndChallengeIs403()
    {
        await using App app = await StartAsync(p => p.CertificateOptional());
        using HttpClient client = Caller.Create(app.Port, certificate: null);
        Assert.Equal("False ", await client.CallAsync("/me"));
        using HttpResponseMessage answer = await client.GetAsync(new Uri("/challenge", UriKind.Relative), App.Stop);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    // Let in to be seen, and worth nothing.
    [Fact]
    public async Task Authenticate_StrangerUnderAudit_IsNotAuthenticated()
    {
        await using App app = await StartAsync(p => p.Options.Dangerous.AuditOnly = true);
        using HttpClient client = Caller.Create(app.Port, s_other.Client);
        Assert.Equal("False ", await client.CallAsync("/me"));
    }

    [Fact]
    public async Task Event_MapsToAUserOfTheApplication()
    {
        await using App app = await StartAsync(configure: options => options.Events.OnAuthenticated = context =>
        {
            Assert.True(context.Verdict.IsAuthenticated);
            ((ClaimsIdentity)context.Principal!.Identity!).AddClaim(new Claim(ClaimTypes.Role, "partner"));
            context.Principal = new ClaimsPrincipal(new ClaimsIdentity([.. context.Principal.Claims, new Claim("user", "42")], "mapped", "user", ClaimTypes.Role));
            return Task.CompletedTask;
        });
        using HttpClient client = Caller.Create(app.Port, s_pki.Client);
        Assert.Equal("True 42", await client.CallAsync("/me"));
        Assert.Equal("True 42", await client.CallAsync("/me"));
    }

    [Fact]
    public async Task Event_Fails_IsNotAuthenticated()
    {
        await using App app = await StartAsync(configure: options => options.Events.OnAuthenticated = context =>
        {
            context.Fail("no such user");
            return Task.CompletedTask;
        });
        using HttpClient client = Caller.Create(app.Port, s_pki.Client);
        Assert.Equal("False ", await client.CallAsync("/me"));
    }

    // The scheme alone, on an endpoint that has no mutual TLS, lets nobody in.
    [Fact]
    public async Task Authenticate_WithoutMutualTls_IsNobody()
    {
        await using App app = await App.StartAsync(mtls => App.Register(mtls, s_pki), builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(_ => { }));
            builder.Services.AddAuthentication().AddMutualTls();
        }, Use);
        using HttpClient plain = new();
        Assert.Equal("False ", await plain.GetStringAsync(new Uri($"http://127.0.0.1:{app.Port}/me"), App.Stop));
    }

    private static Task<App> StartAsync(Action<PeerPolicyBuilder>? policy = null, Action<MutualTlsAuthenticationOptions>? configure = null, Action<WebApplication>? use = null) => App.StartAsync(
        mtls => App.Register(mtls, s_pki, p =>
        {
            p.AddValidator("contract", (context, _) =>
            {
                context.AddClaim("contract", "gold");
                return ValueTask.CompletedTask;
            });
            policy?.Invoke(p);
        }),
        builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls("web", "partners")));
            builder.Services.AddAuthentication().AddMutualTls(configure ?? (_ => { }));
        },
        web =>
        {
            Use(web);
            use?.Invoke(web);
        });

    private static void Use(WebApplication web)
    {
        web.UseAuthentication();
        web.Map("/me", me => me.Run(context => context.Response.WriteAsync($"{context.User.Identity!.IsAuthenticated} {context.User.Identity.Name}")));
        web.Map("/challenge", me => me.Run(context => context.ChallengeAsync()));
    }

    private static async Task<ClaimsPrincipal> SignedInAsync(string version)
    {
        ClaimsPrincipal? user = null;
        await using App app = await StartAsync(use: web => web.Use((context, next) =>
        {
            user = context.User;
            return next(context);
        }));
        using HttpClient client = Caller.Create(app.Port, s_pki.Client, version);
        await client.CallAsync();
        return user!;
    }

    private static string[] Values(ClaimsPrincipal user, string type) => [.. user.FindAll(type).Select(claim => claim.Value)];
}
