using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Http;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Ways around the gate, and that they are closed.</summary>
public class GuardTests
{
    // Pitfall 20: without TLS there is no callback and no certificate, so there is no request.
    [Theory]
    [InlineData("http")]
    [InlineData("ws")]
    [InlineData("ftp")]
    public async Task Send_SchemeWithoutTls_IsNotDialled(string scheme)
    {
        using TcpListener plain = new(IPAddress.Loopback, 0);
        plain.Start();
        using HttpMessageInvoker client = new(new MutualTlsHttpHandler(HttpPair.Options(new TestPki())));
        using HttpRequestMessage request = new(HttpMethod.Get, $"{scheme}://localhost:{((IPEndPoint)plain.LocalEndpoint).Port}/");

        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, Pair.Stop));

        Assert.Contains("mutual TLS", refused.Message);
        Assert.False(plain.Pending());
    }

    // Pitfall 20: nor is it dialled because a server says so.
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Redirect_ToHttp_IsNotFollowed(string http)
    {
        TestPki pki = new();
        using TcpListener plain = new(IPAddress.Loopback, 0);
        plain.Start();
        int port = ((IPEndPoint)plain.LocalEndpoint).Port;
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, context =>
        {
            context.Response.Redirect($"http://localhost:{port}/");
            return Task.CompletedTask;
        });
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki), Version.Parse(http));

        using HttpResponseMessage response = await client.GetAsync(server.Uri, Pair.Stop);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.False(plain.Pending());
    }

    [Fact]
    public async Task Send_Http3Exactly_IsNotDialled()
    {
        using HttpClient client = HttpPair.Client(HttpPair.Options(new TestPki()), HttpVersion.Version30);
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("https://localhost:1/", Pair.Stop));
        Assert.Equal(HttpRequestError.VersionNegotiationError, refused.HttpRequestError);
        Assert.Contains("HTTP/2", refused.Message);
    }

    [Theory]
    [InlineData("3.0", HttpVersionPolicy.RequestVersionOrLower, "HTTP/2")]
    [InlineData("2.0", HttpVersionPolicy.RequestVersionOrHigher, "HTTP/2")]
    [InlineData("1.1", HttpVersionPolicy.RequestVersionOrHigher, "HTTP/2")]
    [InlineData("1.1", HttpVersionPolicy.RequestVersionOrLower, "HTTP/1.1")]
    public async Task Send_VersionIsOpen_IsAtMostHttp2(string version, HttpVersionPolicy policy, string agreed)
    {
        TestPki pki = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, context =>
        {
            context.Response.Headers.AltSvc = "h3=\":443\"";
            return context.Response.Body.WriteAsync(System.Text.Encoding.ASCII.GetBytes(context.Request.Protocol)).AsTask();
        });
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki), Version.Parse(version));
        client.DefaultVersionPolicy = policy;
        Assert.Equal(agreed, await client.GetStringAsync(server.Uri, Pair.Stop));
        Assert.Equal(agreed, await client.GetStringAsync(server.Uri, Pair.Stop));
    }

    // Pitfall 4 at a client: SocketsHttpHandler dials one name and checks the other.
    [Theory]
    [InlineData("other.test", false)]
    [InlineData("LOCALHOST", true)]
    [InlineData("localhost.:443", true)]
    public async Task Send_HostHeaderOfAnotherName_IsNotDialled(string header, bool passes)
    {
        TestPki pki = TestPki.With(server: c => c.WithSan(n => n.Dns("localhost").Dns("other.test")));
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server);
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki));
        using HttpRequestMessage request = new(HttpMethod.Get, server.Uri);
        request.Headers.Host = header;
        if (passes)
        {
            using HttpResponseMessage response = await client.SendAsync(request, Pair.Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        else
        {
            HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, Pair.Stop));
            Assert.Contains("Host header", refused.Message);
            Assert.Empty(server.Presented);
        }
    }

    // Pitfall 2: should the runtime not call the callback, the gate judges by itself. Here TLS is done by somebody who checks nothing.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_CallbackNeverCalled_TheGateJudges(bool isGood)
    {
        TestPki pki = new(), stranger = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(isGood ? pki.Server : stranger.Server);
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki, configure: handler => handler.ConnectCallback = async (context, stop) =>
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(context.DnsEndPoint, stop);
            SslStream tls = new(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = context.DnsEndPoint.Host,
                    ClientCertificateContext = SslStreamCertificateContext.Create(pki.Client.ToX509Certificate2(), [], offline: true),
#pragma warning disable CA5359 // Who checks nothing is the subject.
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                stop);
            return tls;
        }));

        if (isGood)
        {
            // Only the end-entity can be had from the stream, so this one has to be known.
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(server.Uri, Pair.Stop));
        }

        MutualTlsException refused = await HttpPair.RefusalAsync(client.GetStringAsync(server.Uri, Pair.Stop));
        Assert.Equal(ValidationReason.IssuerUnknown, refused.Verdict?.Primary?.Reason);
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public void Make_ConfigureHandlerTakesTheGateOut_IsAnError()
    {
        MutualTlsConfigurationException bad = Assert.Throws<MutualTlsConfigurationException>(() => new MutualTlsHttpHandler(HttpPair.Options(new TestPki(), configure: handler =>
        {
#pragma warning disable CA5359 // Who checks nothing is the subject.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            handler.SslOptions.CertificateChainPolicy = new();
#pragma warning disable SYSLIB0040 // The old policy is the subject.
            handler.SslOptions.EncryptionPolicy = EncryptionPolicy.AllowNoEncryption;
#pragma warning restore SYSLIB0040
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => null!;
            handler.SslOptions.ClientCertificates = [new TestPki().Client.ToX509Certificate2()];
#pragma warning disable SYSLIB0039, CA5397 // The old version is the subject.
            handler.SslOptions.EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls11;
#pragma warning restore SYSLIB0039, CA5397
            handler.PlaintextStreamFilter = (context, _) => ValueTask.FromResult(context.PlaintextStream);
        })));
        Assert.Equal(7, bad.Errors.Count);
    }

    [Fact]
    public void Make_PolicyAuditsOnly_IsAnError()
    {
        TestPki pki = new();
        PeerPolicy audit = Pair.Trusting(pki.Root, p => p.Options.Dangerous.AuditOnly = true);
        Assert.Contains("AuditOnly", Assert.Throws<MutualTlsConfigurationException>(() => new MutualTlsHttpHandler(HttpPair.Options(pki, audit))).Message);
    }

    [Fact]
    public void Make_PolicyIsWeakened_IsLogged()
    {
        // By its number in docs/observability.md.
        const int DangerousOptionInUse = 3;
        TestPki pki = new();
        EventRecord log = new();
        using MutualTlsHttpHandler handler = new(new MutualTlsHttpOptions
        {
            Credential = Pair.Credential(pki.Client),
            Policy = Pair.Trusting(pki.Root, p => p.Options.Dangerous.AcceptAnyServerName = true),
            Logger = log,
        });
        Assert.Contains("AcceptAnyServerName", Assert.Single(log.TextsOf(DangerousOptionInUse)), StringComparison.Ordinal);
    }
}
