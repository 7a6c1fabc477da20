using System.Net;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Http;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Through a proxy that is asked to CONNECT: the same gate at the end of the tunnel, and nothing but the tunnel for the proxy.</summary>
public class ProxyTests
{
    private readonly TestPki _pki = new();

    // Pitfall 20: the hop to the proxy is the one stream without TLS that the gate lets pass.
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_ThroughAProxy_IsAnsweredAndTheProxySeesATunnelOnly(string http)
    {
        using ConnectProxy proxy = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(_pki.Server);
        using HttpClient client = HttpPair.Client(Options(proxy), Version.Parse(http));

        await client.GetStringAsync(server.Uri, Pair.Stop);
        await client.GetStringAsync(server.Uri, Pair.Stop);

        Assert.Equal([$"CONNECT localhost:{server.Port} HTTP/1.1"], proxy.Requests);
        Assert.Equal(2, Assert.Single(server.Presented).Length);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_ProxyLeadsToAnotherServer_IsRefusedAndNothingIsSent(string http)
    {
        await using KestrelPeer other = await KestrelPeer.StartAsync(_pki.Issuing.IssueServer("other.test"));
        using ConnectProxy proxy = new(leadsTo: other.Port);
        using HttpClient client = HttpPair.Client(Options(proxy), Version.Parse(http));

        MutualTlsException refused = await HttpPair.RefusalAsync(client.GetStringAsync("https://localhost:4433/", Pair.Stop));

        Assert.Equal(ValidationReason.NameMismatch, refused.Verdict?.Primary?.Reason);
        Assert.Equal(0, other.Requests);
    }

    [Fact]
    public async Task Get_ProxyAsksForAPassword_IsGivenIt()
    {
        using ConnectProxy proxy = new(head => head.Contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=", StringComparison.OrdinalIgnoreCase) ? null
            : "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
        await using KestrelPeer server = await KestrelPeer.StartAsync(_pki.Server);
        using HttpClient client = HttpPair.Client(Options(proxy, new NetworkCredential("user", "secret")));
        Assert.Equal("HTTP/1.1", await client.GetStringAsync(server.Uri, Pair.Stop));
        Assert.Equal(2, proxy.Requests.Count);
    }

    // A proxy that answers by itself is no server: what it says never reaches the caller.
    [Theory]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    public async Task Get_ProxyAnswersItself_Fails(string answer)
    {
        using ConnectProxy proxy = new(_ => answer);
        using HttpClient client = HttpPair.Client(Options(proxy));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("https://localhost:4433/", Pair.Stop));
    }

    // TLS to the proxy itself is TLS like any other: judged by the proxy's own name.
    [Theory]
    [InlineData("localhost", null)]
    [InlineData("other.test", ValidationReason.NameMismatch)]
    public async Task Get_ProxyWithTls_IsJudgedByItsOwnName(string name, ValidationReason? reason)
    {
        using ConnectProxy proxy = new(certificate: _pki.Issuing.IssueServer(name));
        await using KestrelPeer server = await KestrelPeer.StartAsync(_pki.Issuing.IssueServer("orders.example"));
        using HttpClient client = HttpPair.Client(Options(proxy));
        string uri = $"https://orders.example:{server.Port}/";

        if (reason is null)
        {
            Assert.Equal("HTTP/1.1", await client.GetStringAsync(uri, Pair.Stop));
        }
        else
        {
            Assert.Equal(reason, (await HttpPair.RefusalAsync(client.GetStringAsync(uri, Pair.Stop))).Verdict?.Primary?.Reason);
            Assert.Empty(proxy.Requests);
        }
    }

    [Fact]
    public async Task Get_HttpThroughAProxy_IsNotDialled()
    {
        using ConnectProxy proxy = new();
        using HttpClient client = HttpPair.Client(Options(proxy));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("http://localhost:4433/", Pair.Stop));
        Assert.Empty(proxy.Requests);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_CredentialRotated_NewTunnelsPresentTheNewOne(string http)
    {
        using ConnectProxy proxy = new();
        SnapshotSource<LocalCredential> credential = Pair.Credential(_pki.Client);
        await using KestrelPeer server = await KestrelPeer.StartAsync(_pki.Server);
        using HttpClient client = HttpPair.Client(Options(proxy, credential: credential), Version.Parse(http));

        await client.GetStringAsync(server.Uri, Pair.Stop);
        credential.Change(Pair.Credential(_pki.Issuing.IssueClient("next.test")));
        await client.GetStringAsync(server.Uri, Pair.Stop);

        Assert.Equal(2, proxy.Requests.Count);
        Assert.Contains("next.test", server.Presented.Last()[0]);
        Assert.Equal(2, server.Presented.Last().Length);
    }

    private MutualTlsHttpOptions Options(ConnectProxy proxy, ICredentials? password = null, SnapshotSource<LocalCredential>? credential = null) => HttpPair.Options(_pki, credential: credential, configure: handler =>
    {
        handler.UseProxy = true;
        handler.Proxy = new WebProxy(proxy.Uri) { Credentials = password };
    });
}
