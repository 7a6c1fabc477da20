using System.Net.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.AspNetCore.Tests.Endpoints;

/// <summary>The ways to put mutual TLS on an endpoint, and what stops the start.</summary>
public class WiringTests
{
    private static readonly TestPki s_pki = new();

    [Fact]
    public async Task WebHost_ForAllEndpoints_GatesCodeUrlsAndThoseThatSayTheirOwn()
    {
        await using App app = await App.StartAsync(Register, builder => builder.WebHost
            .ConfigureKestrel(kestrel =>
            {
                kestrel.ListenLocal(_ => { });
                kestrel.ListenLocal(listen => listen.UseMutualTls("web", "others"));
            })
            .UseMutualTls("web", "partners"));
        Assert.Equal("partners client.test", await CallAsync(app.Ports[0]));
        Assert.Equal("others client.test", await CallAsync(app.Ports[1]));
        await NobodyAsync(app);
    }

    [Theory]
    [InlineData("https://127.0.0.1:0")]
    [InlineData("http://127.0.0.1:0")]
    public async Task WebHost_ForAllEndpoints_GatesUrls(string url)
    {
        await using App app = await App.StartAsync(Register, builder => builder.WebHost.UseUrls(url).UseMutualTls("web", "partners"));
        Assert.Equal("partners client.test", await CallAsync(app.Port));
        await NobodyAsync(app);
    }

    // The application's own endpoint defaults take the place of ours: what is then open is not served.
    [Fact]
    public async Task WebHost_DefaultsReplaced_ServesNoRequestWithoutAGate()
    {
        await using App app = await App.StartAsync(Register, builder => builder.WebHost
            .UseMutualTls("web", "partners")
            .ConfigureKestrel(kestrel =>
            {
                kestrel.ConfigureEndpointDefaults(_ => { });
                kestrel.ListenLocal(_ => { });
            }));
        using HttpClient plain = new();
        using HttpResponseMessage answer = await plain.GetAsync(new Uri($"http://127.0.0.1:{app.Port}/"), App.Stop);
        Assert.Equal(500, (int)answer.StatusCode);
        Assert.Empty(app.Reached);
    }

    [Fact]
    public async Task Configuration_Endpoints_AreGatedWhereTheyAsk()
    {
        await using App app = await App.StartAsync(Register, builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Kestrel:Endpoints:A:Url"] = "https://127.0.0.1:0",
                ["Kestrel:Endpoints:A:MutualTls:Credential"] = "web",
                ["Kestrel:Endpoints:A:MutualTls:Policy"] = "partners",
                ["Kestrel:Endpoints:A:MutualTls:OnRefused"] = "answer403",
                ["Kestrel:Endpoints:A:MutualTls:GateTimeout"] = "00:00:05",
                ["Kestrel:Endpoints:B:Url"] = "http://127.0.0.1:0",
            });
            builder.WebHost.UseMutualTls();
        });
        using HttpClient plain = new();
        string[] seen = await Task.WhenAll(app.Ports.Select(async port =>
        {
            try
            {
                return await plain.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"), App.Stop);
            }
            catch (HttpRequestException)
            {
                return await CallAsync(port);
            }
        }));
        Assert.Equal([" nobody", "partners client.test"], seen.Order(StringComparer.Ordinal));
    }

    public static TheoryData<string, string, string> BadConfiguration => new()
    {
        { "MutualTls:Polizy", "x", "Kestrel:Endpoints:A:MutualTls:Polizy" },
        { "MutualTls:Policy", "nowhere", "Kestrel:Endpoints:A:MutualTls: Policy: There is no policy 'nowhere'" },
        { "MutualTls:Credential", "nothing", "Kestrel:Endpoints:A:MutualTls: Credential: There is no credential 'nothing'" },
        { "MutualTls:Credential", "", "Kestrel:Endpoints:A:MutualTls: give both" },
        { "MutualTls:OnRefused", "Maybe", "Kestrel:Endpoints:A:MutualTls:OnRefused" },
        { "MutualTls:IssuerHints", "All", "Kestrel:Endpoints:A:MutualTls:IssuerHints" },
        { "MutualTls:GateTimeout", "-00:00:01", "Kestrel:Endpoints:A:MutualTls: GateTimeout" },
        { "MutualTls:HandshakeTimeout", "5", "Kestrel:Endpoints:A:MutualTls:HandshakeTimeout" },
        { "MutualTls:Hosts:bad name:Policy", "partners", "Kestrel:Endpoints:A:MutualTls:Hosts:bad name" },
        { "ClientCertificateMode", "DelayCertificate", "Kestrel:Endpoints:A:ClientCertificateMode" },
        { "Sni:a.example:ClientCertificateMode", "AllowCertificate", "Kestrel:Endpoints:A:Sni" },
        { "Url", "http://127.0.0.1:0", "Kestrel:Endpoints:A:Url" },
        { "Protocols", "Http1AndHttp2AndHttp3", "HTTP/3" },
    };

    [Theory]
    [MemberData(nameof(BadConfiguration))]
    public async Task Configuration_Bad_StopsTheStartAndNamesTheKey(string key, string value, string named)
    {
        MutualTlsConfigurationException stopped = await Assert.ThrowsAsync<MutualTlsConfigurationException>(() => App.StartAsync(Register, builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Kestrel:Endpoints:A:Url"] = "https://127.0.0.1:0",
                ["Kestrel:Endpoints:A:MutualTls:Credential"] = "web",
                ["Kestrel:Endpoints:A:MutualTls:Policy"] = "partners",
                [$"Kestrel:Endpoints:A:{key}"] = value,
            });
            builder.WebHost.UseMutualTls();
        }));
        Assert.Contains(stopped.Errors, error => error.Contains(named, StringComparison.Ordinal));
    }

    // A section that is there and says nothing was meant to say something.
    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("\"\"")]
    public async Task Configuration_EmptySection_StopsTheStart(string section)
    {
        using MemoryStream json = new(System.Text.Encoding.UTF8.GetBytes($$$"""{ "Kestrel": { "Endpoints": { "A": { "Url": "http://127.0.0.1:0", "MutualTls": {{{section}}} } } } }"""));
        MutualTlsConfigurationException stopped = await Assert.ThrowsAsync<MutualTlsConfigurationException>(async () =>
        {
            await using App app = await App.StartAsync(Register, builder =>
            {
                builder.Configuration.AddJsonStream(json);
                builder.WebHost.UseMutualTls();
            });
        });
        Assert.Contains("Kestrel:Endpoints:A:MutualTls", stopped.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2AndHttp3)]
    [InlineData(HttpProtocols.Http3)]
    public async Task Endpoint_WithHttp3_StopsTheStart(HttpProtocols protocols)
    {
        Exception stopped = await Assert.ThrowsAnyAsync<Exception>(() => App.StartAsync(s_pki, protocols: protocols));
        Assert.True(stopped is MutualTlsConfigurationException || protocols == HttpProtocols.Http3, stopped.Message);
        Assert.Contains("HTTP/3", stopped.Message);
    }

    [Fact]
    public async Task Endpoint_WithNobodyWhoLooksAtRequests_StopsTheStart()
    {
        MutualTlsConfigurationException stopped = await Assert.ThrowsAsync<MutualTlsConfigurationException>(() => App.StartAsync(Register, ListenOne, guarded: false));
        Assert.Contains("Call UseMutualTls() of the web host", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoint_OfAnApplicationThatAuthenticates_NeedsNothingElse()
    {
        await using App app = await App.StartAsync(
            Register,
            builder =>
            {
                ListenOne(builder);
                builder.Services.AddAuthentication().AddMutualTls();
            },
            guarded: false);
        Assert.Equal("partners client.test", await CallAsync(app.Port));
    }

    [Fact]
    public async Task Endpoint_WithoutRegistration_StopsTheStart()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls("web", "partners")));
        WebApplication app = builder.Build();
        await using IAsyncDisposable appEnd = app.Ending();
        MutualTlsConfigurationException stopped = await Assert.ThrowsAsync<MutualTlsConfigurationException>(() => app.StartAsync(App.Stop));
        Assert.Contains("services.AddMutualTls", stopped.Message, StringComparison.Ordinal);
    }

    // Somebody else's TLS asks nothing of a client: no connection passes.
    [Fact]
    public async Task Endpoint_WithUseHttpsBefore_AbortsEveryConnection()
    {
        await using App app = await App.StartAsync(Register, builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen =>
        {
            listen.UseHttps(s_pki.Server.ToX509Certificate2());
            listen.UseMutualTls("web", "partners");
        })));
        await NobodyAsync(app);
        using HttpClient client = Caller.Create(app.Port, s_pki.Client);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync());
        await app.Log.WaitForAsync("not set up by UseMutualTls");
    }

    // And where it comes after, it has nothing to do.
    [Fact]
    public async Task Endpoint_WithUseHttpsAfter_IsGated()
    {
        await using App app = await App.StartAsync(Register, builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen =>
        {
            listen.UseMutualTls("web", "partners");
            listen.UseHttps(s_pki.Server.ToX509Certificate2());
        })));
        Assert.Equal("partners client.test", await CallAsync(app.Port));
        await NobodyAsync(app);
    }

    // What is not HTTP is behind the gate too.
    [Fact]
    public async Task Endpoint_OfAConnectionHandler_IsGated()
    {
        int handled = 0;
        await using App app = await App.StartAsync(Register, builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen =>
        {
            listen.UseMutualTls("web", "partners");
            listen.Run(_ =>
            {
                Interlocked.Increment(ref handled);
                return Task.CompletedTask;
            });
        })));
        using HttpClient stranger = Caller.Create(app.Port, certificate: null), known = Caller.Create(app.Port, s_pki.Client);
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.CallAsync());
        await app.Log.WaitForAsync("CertificateMissing");
        Assert.Equal(0, handled);
        await Assert.ThrowsAsync<HttpRequestException>(() => known.CallAsync());
        Assert.True(handled > 0);
    }

    private static void ListenOne(WebApplicationBuilder builder) =>
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls("web", "partners")));

    private static void Register(DependencyInjection.MutualTlsBuilder mtls)
    {
        App.Register(mtls, s_pki);
        mtls.AddPolicy("others", p => p.TrustPemText(s_pki.Root.ToPem()).WithoutRevocation());
    }

    private static async Task<string> CallAsync(int port)
    {
        using HttpClient client = Caller.Create(port, s_pki.Client);
        return await client.CallAsync();
    }

    private static async Task NobodyAsync(App app)
    {
        int before = app.Reached.Count;
        foreach (int port in app.Ports)
        {
            using HttpClient client = Caller.Create(port, certificate: null);
            await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync());
        }

        Assert.Equal(before, app.Reached.Count);
    }
}
