using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Http;
using MutualTls.Testing;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Which of several credentials is presented: by host, and by the issuers that the server accepts.</summary>
public class ChoiceTests
{
    private readonly TestPki _first = new();
    private readonly TestCertificateAuthority _foreign = TestCertificateAuthority.CreateRoot("Foreign Root");

    // The names of two test PKIs are the same, so the other credential has a root of its own.
    private TestCertificate Other => field ??= TestCertificateAuthority.CreateRoot("Other Root").IssueIntermediate("Other Issuing CA").IssueClient("other.test");

    [Theory]
    [MemberData(nameof(ServerTests.Wires), MemberType = typeof(ServerTests))]
    public async Task Get_ServerNamesIssuers_TheOneThatFitsIsPresentedWithItsIntermediates(string http, SslProtocols tls)
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_first.Server, configure: https =>
        {
            https.SslProtocols = tls;
            Accepting(https, () => [Other.Issuer!.Issuer!]);
        });
        using HttpClient client = HttpPair.Client(Options(), Version.Parse(http));

        await client.GetStringAsync(server.Uri, Pair.Stop);
        await client.GetStringAsync(server.Uri, Pair.Stop);

        Assert.Equal(["CN=other.test", "CN=Other Issuing CA"], Assert.Single(server.Presented).Select(Last));
    }

    // The handshake that was begun to hear what is asked for must not have cost the body.
    [Fact]
    public async Task Post_ServerNamesIssuers_TheBodyArrivesOnce()
    {
        List<string> bodies = [];
        await using KestrelPeer server = await KestrelPeer.StartAsync(
            _first.Server,
            async context =>
            {
                using StreamReader reader = new(context.Request.Body);
                bodies.Add(await reader.ReadToEndAsync(context.RequestAborted));
            },
            configure: https => Accepting(https, () => [Other.Issuer!.Issuer!]));
        using HttpClient client = HttpPair.Client(Options());
        using StreamContent content = new(new MemoryStream("once"u8.ToArray()));
        (await client.PostAsync(server.Uri, content, Pair.Stop)).EnsureSuccessStatusCode();
        Assert.Equal(["once"], bodies);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Get_ServerNamesNobody_TheFirstIsPresented(SslProtocols tls)
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_first.Server, configure: https => https.SslProtocols = tls);
        using HttpClient client = HttpPair.Client(Options());
        await client.GetStringAsync(server.Uri, Pair.Stop);
        Assert.Equal("CN=client.test", Last(Assert.Single(server.Presented)[0]));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Get_ServerAsksForNothing_NothingIsPresented(SslProtocols tls)
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_first.Server, configure: https =>
        {
            https.SslProtocols = tls;
            https.ClientCertificateMode = ClientCertificateMode.NoCertificate;
        });
        using HttpClient client = HttpPair.Client(Options());
        await client.GetStringAsync(server.Uri, Pair.Stop);
        Assert.Empty(server.Presented);
    }

    [Theory]
    [MemberData(nameof(ServerTests.Wires), MemberType = typeof(ServerTests))]
    public async Task Get_NoneFits_SaysWhatIsAskedForAndWhatWeHave(string http, SslProtocols tls)
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_first.Server, configure: https =>
        {
            https.SslProtocols = tls;
            Accepting(https, () => [_foreign]);
        });
        using HttpClient client = HttpPair.Client(Options(), Version.Parse(http));

        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(server.Uri, Pair.Stop));

        Assert.Equal(MutualTlsError.NoSuitableCredential, Assert.IsType<MutualTlsException>(failed.InnerException).Error);
        Assert.Contains("Foreign Root", failed.Message);
        Assert.Contains("Other Issuing CA", failed.Message);
        Assert.Contains("client.test", failed.Message);
        Assert.Empty(server.Presented);
    }

    [Fact]
    public async Task Get_ServerWantsAnotherByNow_TheNextRequestAsksAgain()
    {
        TestCertificateAuthority[] accepted = [Other.Issuer!.Issuer!];
        await using KestrelPeer server = await KestrelPeer.StartAsync(_first.Server, configure: https => Accepting(https, () => accepted));
        server.Accepts = subject => subject.Contains(accepted[0] == _first.Root ? "client.test" : "other.test", StringComparison.Ordinal);
        using HttpClient client = HttpPair.Client(new MutualTlsHttpOptions
        {
            Credential = Pair.Credential(_first.Client),
            OtherCredentials = [Pair.Credential(Other)],
            Policy = Pair.Trusting(_first.Root),
            ConfigureHandler = handler => (handler.UseProxy, handler.PooledConnectionLifetime) = (false, TimeSpan.Zero),
        });
        await client.GetStringAsync(server.Uri, Pair.Stop);
        accepted = [_first.Root];

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(server.Uri, Pair.Stop));
        await client.GetStringAsync(server.Uri, Pair.Stop);

        Assert.Equal(["CN=other.test", "CN=other.test", "CN=client.test"], server.Presented.Select(p => Last(p[0])));
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("1.3")]
    public async Task Get_OpenSslServer_IsPresentedWhatItAccepts(string tls)
    {
        PeerProcess.Require("openssl");
        using PeerFiles files = new(_first.Server, (TestCertificateAuthority)Other.Issuer!.Issuer!);
        int port = PeerPort.Next();
        await using PeerProcess server = PeerProcess.Start(
            "openssl", "s_server", "-accept", $"{port}", "-cert", files.Certificate, "-cert_chain", files.Certificate, "-key", files.Key,
            "-CAfile", files.Root, "-Verify", "3", "-verify_return_error", tls == "1.2" ? "-tls1_2" : "-tls1_3", "-www");
        await server.WaitForAsync("ACCEPT");
        using HttpClient client = HttpPair.Client(Options());
        Assert.Contains("other.test", await client.GetStringAsync($"https://localhost:{port}/", Pair.Stop));
    }

    [Theory]
    [InlineData("orders.example", "client.test")]
    [InlineData("bank.example", "bank.test")]
    [InlineData("BANK.example.", "bank.test")]
    [InlineData("a.bank.example", "branch.test")]
    [InlineData("vault.bank.example", "vault.test")]
    [InlineData("a.b.bank.example", "client.test")]
    public async Task Get_ByHost_PresentsTheCredentialOfTheMostExactName(string host, string presented)
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(
            _first.Issuing.IssueServer("orders.example", c => c.WithSan(n => n.Dns("orders.example").Dns("bank.example").Dns("*.bank.example").Dns("a.b.bank.example"))));
        using HttpClient client = HttpPair.Client(ByHost());
        await client.GetStringAsync($"https://{host}:{server.Port}/", Pair.Stop);
        Assert.Equal($"CN={presented}", Last(Assert.Single(server.Presented)[0]));
    }

    // A certificate for one host must not be shown to another because a server says so.
    [Fact]
    public async Task Redirect_ToAHostOfAnotherCredential_PresentsThatOne()
    {
        TestCertificate certificate = _first.Issuing.IssueServer("orders.example", c => c.WithSan(n => n.Dns("orders.example").Dns("bank.example")));
        await using KestrelPeer server = await KestrelPeer.StartAsync(certificate, context =>
        {
            if (context.Request.Host.Host == "orders.example")
            {
                context.Response.Redirect($"https://bank.example:{context.Request.Host.Port}/");
            }

            return context.Response.WriteAsync(context.Request.Headers.Authorization.ToString());
        });
        using HttpClient client = HttpPair.Client(ByHost());
        client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");

        Assert.Equal("", await client.GetStringAsync($"https://orders.example:{server.Port}/", Pair.Stop));

        Assert.Equal(["CN=client.test", "CN=bank.test"], server.Presented.Select(p => Last(p[0])));
    }

    [Theory]
    [InlineData("POST", 302, "GET")]
    [InlineData("POST", 303, "GET")]
    [InlineData("POST", 307, "POST body")]
    [InlineData("POST", 308, "POST body")]
    [InlineData("PUT", 302, "PUT body")]
    [InlineData("PUT", 303, "GET")]
    [InlineData("HEAD", 303, "")]
    public async Task Redirect_WithSeveralCredentials_FollowsLikeTheRuntime(string method, int status, string expected)
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_first.Server, async context =>
        {
            if (context.Request.Path == "/")
            {
                context.Response.StatusCode = status;
                context.Response.Headers.Location = "/next";
                return;
            }

            using StreamReader reader = new(context.Request.Body);
            await context.Response.WriteAsync($"{context.Request.Method} {await reader.ReadToEndAsync(context.RequestAborted)}".Trim(), context.RequestAborted);
        });
        using HttpClient several = HttpPair.Client(Options());
        using HttpClient one = HttpPair.Client(HttpPair.Options(_first));
        foreach (HttpClient client in (HttpClient[])[one, several])
        {
            using HttpRequestMessage request = new(new HttpMethod(method), server.Uri) { Content = method == "HEAD" ? null : new StringContent("body") };
            using HttpResponseMessage response = await client.SendAsync(request, Pair.Stop);
            Assert.Equal(expected, await response.Content.ReadAsStringAsync(Pair.Stop));
            Assert.Equal("/next", response.RequestMessage!.RequestUri!.AbsolutePath);
        }
    }

    [Theory]
    [InlineData(true, 3, 4)]
    [InlineData(false, 3, 1)]
    public async Task Redirect_WithoutEnd_StopsWhereTheApplicationSays(bool follows, int most, int requests)
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_first.Server, context =>
        {
            context.Response.Redirect("/");
            return Task.CompletedTask;
        });
        using HttpClient client = HttpPair.Client(Options(handler => (handler.AllowAutoRedirect, handler.MaxAutomaticRedirections) = (follows, most)));
        using HttpResponseMessage response = await client.GetAsync(server.Uri, Pair.Stop);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(requests, server.Requests);
    }

    // Pitfall 20, where the redirect is ours to follow.
    [Fact]
    public async Task Redirect_ToHttpWithSeveralCredentials_IsNotFollowed()
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_first.Server, context =>
        {
            context.Response.Redirect("http://localhost:1/");
            return Task.CompletedTask;
        });
        using HttpClient client = HttpPair.Client(Options());
        using HttpResponseMessage response = await client.GetAsync(server.Uri, Pair.Stop);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    [Fact]
    public void Make_PasswordForWhateverHost_IsAnErrorWithSeveralCredentials()
    {
        MutualTlsConfigurationException bad = Assert.Throws<MutualTlsConfigurationException>(
            () => new MutualTlsHttpHandler(Options(handler => handler.Credentials = new NetworkCredential("user", "password"))));
        Assert.Contains("CredentialCache", bad.Message);
        using MutualTlsHttpHandler good = new(Options(handler => handler.Credentials = new CredentialCache()));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("*.*.example")]
    [InlineData("a.*.example")]
    [InlineData("https://example")]
    public void Make_HostThatIsNone_IsAnError(string host) => Assert.Throws<ArgumentException>(() => new HostCredential(host, Pair.Credential(_first.Client)));

    private static string Last(string subject) => subject.Split(", ").First(part => part.StartsWith("CN=", StringComparison.Ordinal));

    private static void Accepting(HttpsConnectionAdapterOptions https, Func<TestCertificate[]> issuers)
    {
        X509Certificate2 certificate = https.ServerCertificate!;
        X509Certificate2Collection chain = https.ServerCertificateChain!;
        https.OnAuthenticate = (_, tls) => tls.ServerCertificateContext = SslStreamCertificateContext.Create(
            certificate, chain, offline: true, SslCertificateTrust.CreateForX509Collection([.. issuers().Select(i => X509CertificateLoader.LoadCertificate(i.Der.Span))], sendTrustInHandshake: true));
    }

    private MutualTlsHttpOptions Options(Action<SocketsHttpHandler>? configure = null) => new()
    {
        Credential = Pair.Credential(_first.Client),
        OtherCredentials = [Pair.Credential(Other)],
        Policy = Pair.Trusting(_first.Root),
        ConfigureHandler = handler =>
        {
            handler.UseProxy = false;
            configure?.Invoke(handler);
        },
    };

    private MutualTlsHttpOptions ByHost() => new()
    {
        Credential = Pair.Credential(_first.Client),
        HostCredentials =
        [
            new HostCredential("bank.example", Pair.Credential(_first.Issuing.IssueClient("bank.test"))),
            new HostCredential("*.bank.example", Pair.Credential(_first.Issuing.IssueClient("branch.test"))),
            new HostCredential("Vault.Bank.example", Pair.Credential(_first.Issuing.IssueClient("vault.test"))),
        ],
        Policy = Pair.Trusting(_first.Root),
        ConfigureHandler = handler =>
        {
            handler.UseProxy = false;
            HttpPair.DialLoopback(handler);
        },
    };
}
