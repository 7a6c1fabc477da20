using System.Net;
using System.Net.Http;
using System.Net.Sockets;
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

/// <summary>Pitfall 13: the word about another's certificate is taken from a trusted hop alone, judged by the same engine, and worth nothing where nobody says so.</summary>
public partial class ForwardedTests
{
    // The clients' PKI, and the one that knows the proxies.
    private static readonly TestPki s_clients = new(), s_proxies = new();

    private static readonly string s_good = Item(s_clients.Client), s_chain = Item(s_clients.Issuing);

    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Forward_ByATrustedHop_CountsWhereAllowed(string version)
    {
        await using App app = await StartAsync();
        using HttpClient proxy = Caller.Create(app.Port, s_proxies.Client, version);
        Assert.Equal((200, "forwarded client.test"), await AskAsync(proxy, "/forwarded", s_good, s_chain));
        Assert.Equal(403, (await AskAsync(proxy, "/direct", s_good, s_chain)).Status);
        Assert.Equal((200, "nobody"), await AskAsync(proxy, "/seen"));
        Assert.Equal(403, (await AskAsync(proxy, "/forwarded")).Status);

        // Per request, never on the connection: the next one is another's.
        Assert.Equal((200, "forwarded client.test"), await AskAsync(proxy, "/seen", s_good, s_chain));
        Assert.Equal((200, "nobody"), await AskAsync(proxy, "/seen"));
    }

    [Fact]
    public async Task Forward_ByAnybodyElse_IsTakenAway()
    {
        await using App app = await StartAsync();

        // A client of the other endpoint, proved to a policy that makes no hop, and one that proved nothing.
        foreach (TestCertificate? certificate in (TestCertificate?[])[s_clients.Client, null])
        {
            using HttpClient client = Caller.Create(app.Ports[1], certificate);
            Assert.Equal(403, (await AskAsync(client, "/forwarded", Item(s_clients.Issuing.IssueClient("victim.test")), s_chain)).Status);
            Assert.Equal((200, "nobody"), await AskAsync(client, "/seen", s_good, s_chain));
        }
    }

    // Whatever the application puts first, also by a startup filter of its own, sees none of the headers.
    [Fact]
    public async Task Headers_BeforeAllMiddleware_AreGone()
    {
        List<string> seen = [];
        await using App app = await StartAsync(services => services.AddSingleton<IStartupFilter>(new Spy(seen)));
        foreach (int port in app.Ports)
        {
            using HttpClient client = Caller.Create(port, port == app.Port ? s_proxies.Client : null);
            using HttpRequestMessage request = new(HttpMethod.Get, "/seen");
            foreach (string name in (string[])["Client-Cert", "X-Forwarded-Client-Cert", "x-arr-clientcert", "X-SSL-Client-Cert", "X-Client-Cert", "X-Amzn-Mtls-Clientcert", "X-Other"])
            {
                request.Headers.TryAddWithoutValidation(name, s_good);
            }

            using HttpResponseMessage answer = await client.SendAsync(request, App.Stop);
        }

        Assert.NotEmpty(seen);
        Assert.All(seen, names => Assert.Equal("X-Other", names));
    }

    [Fact]
    public async Task Forward_MalformedOrRefused_IsAnsweredAtOnce()
    {
        TestPki stranger = new();
        await using App app = await StartAsync();
        using HttpClient proxy = Caller.Create(app.Port, s_proxies.Client);
        int before = app.Reached.Count;
        Assert.Equal(400, (await AskAsync(proxy, "/seen", "no certificate")).Status);
        Assert.Equal(400, (await AskAsync(proxy, "/seen", s_good + ", " + s_good)).Status);
        Assert.Equal(403, (await AskAsync(proxy, "/seen", ":AAAA:")).Status);
        (int status, string body) = await AskAsync(proxy, "/seen", Item(stranger.Client), Item(stranger.Issuing));
        Assert.Equal(403, status);
        Assert.Contains("MTLS", body, StringComparison.Ordinal);

        // A stranger's certificate first and the victim's second: the first is whose it is. Keycloak CVE-2023-2422.
        Assert.Equal(403, (await AskAsync(proxy, "/seen", Item(stranger.Client), s_good + ", " + s_chain)).Status);

        // A server's certificate, an expired one: as on a connection.
        Assert.Equal(403, (await AskAsync(proxy, "/seen", Item(s_clients.Server), s_chain)).Status);
        Assert.Equal(403, (await AskAsync(proxy, "/seen", Item(s_clients.Issuing.IssueClient("old.test", c => c.Expired())), s_chain)).Status);

        // A person sees a page.
        proxy.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "text/html,*/*");
        (status, body) = await AskAsync(proxy, "/seen", Item(s_clients.Issuing.IssueClient("old.test", c => c.Expired())), s_chain);
        Assert.Equal(403, status);
        Assert.Contains("<h1>Your certificate has expired</h1>", body);
        Assert.Equal(before, app.Reached.Count);
    }

    [Fact]
    public async Task Forward_ByAListedNetwork_CountsWithoutTls()
    {
        await using App app = await App.StartAsync(Register, builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(_ => { }));
            Services(builder, options => options.HopNetworks.Add("127.0.0.0/8"));
        }, Endpoints);
        using HttpClient proxy = new() { BaseAddress = new Uri($"http://127.0.0.1:{app.Port}") };
        Assert.Equal((200, "forwarded client.test"), await AskAsync(proxy, "/forwarded", s_good, s_chain));
    }

    [Fact]
    public async Task Forward_ByAListedSocket_Counts()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix sockets.");
        string folder = Directory.CreateTempSubdirectory("mutualtls-").FullName;
        string trusted = Path.Combine(folder, "a.sock"), other = Path.Combine(folder, "b.sock");
        try
        {
            await using App app = await App.StartAsync(Register, builder =>
            {
                builder.WebHost.ConfigureKestrel(kestrel =>
                {
                    kestrel.ListenUnixSocket(trusted);
                    kestrel.ListenUnixSocket(other);
                });
                Services(builder, options => options.HopSockets.Add(trusted));
            }, Endpoints);
            using HttpClient known = BySocket(trusted), stranger = BySocket(other);
            Assert.Equal((200, "forwarded client.test"), await AskAsync(known, "/forwarded", s_good, s_chain));
            Assert.Equal((200, "nobody"), await AskAsync(stranger, "/seen", s_good, s_chain));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static TheoryData<string, Action<MutualTlsForwardingOptions>> BadOptions => new()
    {
        { "Policy", options => options.HopNetworks.Add("10.0.0.0/8") },
        { "Policy: There is no policy 'nowhere'", options => (options.Policy = "nowhere").ToString() },
        { "nobody is trusted", options => options.Policy = "clients" },
        { "HopPolicies: There is no policy 'nowhere'", options => options.HopPolicies.Add("nowhere") },
        { "HopNetworks: 'x'", options => options.HopNetworks.Add("x") },
        { "HopNetworks: '0.0.0.0/0'", options => options.HopNetworks.Add("0.0.0.0/0") },
        { "HopNetworks: '::/0'", options => options.HopNetworks.Add("::/0") },
        { "HopSockets", options => options.HopSockets.Add("a.sock") },
        { "Format", options => options.Format = (ForwardedFormat)9 },
        { "Timeout", options => options.Timeout = TimeSpan.Zero },
        { "HeaderName", options => options.HeaderName = " " },
    };

    [Theory]
    [MemberData(nameof(BadOptions), DisableDiscoveryEnumeration = true)]
    public async Task Options_Bad_StopTheStart(string named, Action<MutualTlsForwardingOptions> configure)
    {
        MutualTlsConfigurationException stopped = await Assert.ThrowsAsync<MutualTlsConfigurationException>(() => App.StartAsync(Register, builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(_ => { }));
            builder.Services.AddMutualTlsForwarding(configure);
        }));
        Assert.Contains(stopped.Errors, error => error.Contains(named, StringComparison.Ordinal));
    }

    private static Task<App> StartAsync(Action<IServiceCollection>? services = null) => App.StartAsync(
        Register,
        builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.ListenLocal(listen => listen.UseMutualTls("web", "proxies"));
                kestrel.ListenLocal(listen => listen.UseMutualTls("web", "visitors"));
            });
            Services(builder, options => options.HopPolicies.Add("proxies"));
            services?.Invoke(builder.Services);
        },
        Endpoints);

    private static void Register(DependencyInjection.MutualTlsBuilder mtls) => mtls
        .Present("web", s_proxies.Server)
        .AddPolicy("proxies", p => p.TrustPemText(s_proxies.Root.ToPem()).WithoutRevocation())
        .AddPolicy("visitors", p => p.TrustPemText(s_clients.Root.ToPem()).WithoutRevocation().CertificateOptional())
        .AddPolicy("clients", p => p.TrustPemText(s_clients.Issuing.ToPem()).TrustPemText(s_clients.Root.ToPem()).WithoutRevocation());

    private static void Services(WebApplicationBuilder builder, Action<MutualTlsForwardingOptions> configure)
    {
        builder.Services.AddMutualTlsForwarding(options =>
        {
            options.Policy = "clients";
            configure(options);
        });
        builder.Services.AddAuthentication().AddMutualTls();
        builder.Services.AddAuthorization();
    }

    private static void Endpoints(WebApplication web)
    {
        web.UseRouting();
        web.UseAuthentication();
        web.UseAuthorization();
        web.UseEndpoints(endpoints =>
        {
            endpoints.MapGet("/forwarded", Tell).RequireMutualTls(ForwardedCertificates.Allow, "clients");
            endpoints.MapGet("/direct", Tell).RequireMutualTls("clients");
            endpoints.MapGet("/seen", Tell);
        });

        static string Tell(HttpContext context) =>
            context.Features.Get<IForwardedCertificateFeature>() is { Verdict.IsAuthenticated: true } forwarded ? $"forwarded {forwarded.Verdict.Identity}" : "nobody";
    }

    private static async Task<(int Status, string Body)> AskAsync(HttpClient client, string path, string? certificate = null, string? chain = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        if (certificate is not null)
        {
            request.Headers.TryAddWithoutValidation("Client-Cert", certificate);
        }

        if (chain is not null)
        {
            request.Headers.TryAddWithoutValidation("Client-Cert-Chain", chain);
        }

        using HttpResponseMessage answer = await client.SendAsync(request, App.Stop);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(App.Stop));
    }

    private static HttpClient BySocket(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, stop) =>
        {
            Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
    };

    private static string Item(TestCertificate certificate) => $":{Convert.ToBase64String(certificate.Der.Span)}:";

    /// <summary>Middleware that the application wants to be first.</summary>
    private sealed class Spy(List<string> seen) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, inner) =>
            {
                seen.Add(string.Join(",", context.Request.Headers.Keys.Where(name => name.Contains("Cert", StringComparison.OrdinalIgnoreCase) || name == "X-Other")));
                return inner(context);
            });
            next(app);
        };
    }
}
