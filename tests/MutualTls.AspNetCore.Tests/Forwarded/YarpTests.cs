using System.Collections.Concurrent;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Authorization;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Forwarded;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

#pragma warning disable ASP0014 // The middleware that answers everything else comes after these endpoints.

namespace MutualTls.AspNetCore.Tests.Forwarded;

/// <summary>YARP behind our gate, before a backend of ours: the backend knows both, whose hop it is and whose request.</summary>
public sealed class YarpTests
{
    // Each connection has a PKI of its own: the clients', and the one between proxy and backend.
    private static readonly TestPki s_clients = new(), s_inside = new();

    // What came to the backend, allowed or not.
    private readonly ConcurrentQueue<string> _came = [];

    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Request_ThroughYarp_IsTheClients(string version)
    {
        await using App backend = await BackendAsync();
        await using App front = await FrontAsync(backend);
        using HttpClient first = Caller.Create(front.Port, s_clients.Client, version), second = Caller.Create(front.Port, s_clients.Issuing.IssueClient("second.test"), version);
        using HttpClient nobody = Caller.Create(front.Port, certificate: null, version);

        // The proxy's connections to the backend are shared by all of them; no request is taken for another's.
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal((200, "client.test by hop.test"), await AskAsync(first));
            Assert.Equal((200, "second.test by hop.test"), await AskAsync(second));
            Assert.Equal(403, (await AskAsync(nobody)).Status);
        }
    }

    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Forged_ThroughYarp_IsReplaced(string version)
    {
        await using App backend = await BackendAsync();
        await using App front = await FrontAsync(backend);
        using HttpClient client = Caller.Create(front.Port, s_clients.Client, version), nobody = Caller.Create(front.Port, certificate: null, version);
        TestCertificate victim = s_clients.Issuing.IssueClient("victim.test");
        Assert.Equal((200, "client.test by hop.test"), await AskAsync(client, victim));
        Assert.Equal(403, (await AskAsync(nobody, victim)).Status);
    }

    // The gate stands before the proxy: a client that is refused there costs the backend nothing.
    [Fact]
    public async Task Client_RefusedInFront_ReachesNoBackend()
    {
        await using App backend = await BackendAsync();
        await using App front = await FrontAsync(backend);
        using HttpClient stranger = Caller.Create(front.Port, new TestPki().Client), client = Caller.Create(front.Port, s_clients.Client);
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(stranger));
        Assert.Empty(_came);
        Assert.Equal(200, (await AskAsync(client)).Status);
        Assert.Single(_came);
    }

    // The clients' certificates do not open the backend's own door.
    [Fact]
    public async Task Client_PastTheProxy_IsRefused()
    {
        await using App backend = await BackendAsync();
        using HttpClient client = Caller.Create(backend.Port, s_clients.Client);
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(client, s_clients.Client));
        Assert.Empty(_came);
    }

    private Task<App> BackendAsync() => App.StartAsync(
        mtls => mtls
            .Present("web", s_inside.Server)
            .AddPolicy("proxies", p => p.TrustPemText(s_inside.Root.ToPem()).WithoutRevocation())
            .AddPolicy("clients", p => p.TrustPemText(s_clients.Root.ToPem()).WithoutRevocation()),
        builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls("web", "proxies")));
            builder.Services.AddMutualTlsForwarding(forwarding =>
            {
                forwarding.Policy = "clients";
                forwarding.HopPolicies.Add("proxies");
            });
            builder.Services.AddAuthentication().AddMutualTls();
            builder.Services.AddAuthorization();
        },
        web =>
        {
            web.Use((context, next) =>
            {
                _came.Enqueue(context.Request.Path);
                return next(context);
            });
            web.UseRouting();
            web.UseAuthentication();
            web.UseAuthorization();
            web.UseEndpoints(endpoints => endpoints.MapGet("/who", (HttpContext context) =>
                    $"{context.Features.Get<IForwardedCertificateFeature>()?.Verdict.Identity} by {context.Features.Get<IMutualTlsFeature>()?.Verdict.Identity}")
                .RequireMutualTls(ForwardedCertificates.Allow, "clients"));
        });

    private static Task<App> FrontAsync(App backend) => App.StartAsync(
        mtls => App.Register(mtls, s_clients, p => p.CertificateOptional()),
        builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls("web", "partners")));
            builder.Services.AddReverseProxy()
                .LoadFromMemory(
                    [new RouteConfig { RouteId = "all", ClusterId = "backend", Match = new RouteMatch { Path = "{**all}" } }],
                    [new ClusterConfig { ClusterId = "backend", Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = $"https://localhost:{backend.Port}" } } }])
                .ConfigureHttpClient((_, handler) => handler.SslOptions = Hop())
                .AddTransforms(WhoseRequest);
        },
        web =>
        {
            web.UseRouting();
            web.UseEndpoints(endpoints => endpoints.MapReverseProxy());
        });

    // <snippet forwarding-yarp>
    private static void WhoseRequest(TransformBuilderContext transforms) => transforms.AddRequestTransform(transform =>
    {
        transform.ProxyRequest.SetClientCert(transform.HttpContext.Features.Get<IMutualTlsFeature>()?.Verdict);
        return ValueTask.CompletedTask;
    });
    // </snippet>

    // What the proxy presents to the backend, and the root that it knows the backend by.
    private static SslClientAuthenticationOptions Hop() => new()
    {
        ClientCertificateContext = s_inside.Issuing.IssueClient("hop.test").ToCredential().Context,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { X509CertificateLoader.LoadCertificate(s_inside.Root.Der.Span) },
        },
    };

    private static async Task<(int Status, string Body)> AskAsync(HttpClient client, TestCertificate? forged = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/who") { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        if (forged is not null)
        {
            request.Headers.TryAddWithoutValidation("Client-Cert", $":{Convert.ToBase64String(forged.Der.Span)}:");
            request.Headers.TryAddWithoutValidation("Client-Cert-Chain", $":{Convert.ToBase64String(forged.Issuer!.Der.Span)}:");
        }

        using HttpResponseMessage answer = await client.SendAsync(request, App.Stop);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(App.Stop));
    }
}
