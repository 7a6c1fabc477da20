using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Http;
using MutualTls.Connections;
using MutualTls.Testing;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Pitfall 18: a server that refused us says so after the handshake, or not at all; the caller is told what it means.</summary>
public class RefusedTests
{
    [Theory]
    [MemberData(nameof(ServerTests.Wires), MemberType = typeof(ServerTests))]
    public async Task Get_RefusedByKestrel_SaysSoAndWhatWePresent(string http, SslProtocols tls)
    {
        TestPki pki = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, configure: https => https.SslProtocols = tls);
        server.Accepts = _ => false;
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki), Version.Parse(http));

        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(server.Uri, Pair.Stop));

        Assert.True(failed.InnerException is MutualTlsException, failed.ToString());
        Assert.Equal(MutualTlsError.RefusedByPeer, Assert.IsType<MutualTlsException>(failed.InnerException).Error);
        Assert.Contains("refused ours", failed.Message);
        Assert.Contains("client.test", failed.Message);
        Assert.Contains($"localhost:{server.Port}", failed.Message);
    }

    [Fact]
    public async Task Get_RefusedByOurListener_SaysSo()
    {
        TestPki pki = new(), stranger = new();
        await using ListenerPeer server = new(Pair.Server(pki, Pair.Trusting(stranger.Root)));
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki));
        Assert.Equal(MutualTlsError.RefusedByPeer, (await HttpPair.RefusalAsync(client.GetStringAsync(server.Uri, Pair.Stop))).Error);
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("1.3")]
    public async Task Get_OpenSslServer_AcceptsOneAndRefusesAnother(string tls)
    {
        PeerProcess.Require("openssl");
        TestPki pki = new(), stranger = new();
        using PeerFiles files = new(pki.Server, pki.Root);
        int port = PeerPort.Next();
        await using PeerProcess server = PeerProcess.Start(
            "openssl", "s_server", "-accept", $"{port}", "-cert", files.Certificate, "-cert_chain", files.Certificate, "-key", files.Key,
            "-CAfile", files.Root, "-Verify", "3", "-verify_return_error", tls == "1.2" ? "-tls1_2" : "-tls1_3", "-www");
        await server.WaitForAsync("ACCEPT");
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki));
        using HttpClient refused = HttpPair.Client(HttpPair.Options(pki, credential: Pair.Credential(stranger.Client)));

        Assert.Contains("s_server", await client.GetStringAsync($"https://localhost:{port}/", Pair.Stop));
        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => refused.GetStringAsync($"https://localhost:{port}/", Pair.Stop));

        Assert.Contains("refused our", failed.Message);
        Assert.IsType<MutualTlsException>(failed.InnerException);
    }

    // A server of ours may answer instead of closing: 403 with the code of the reason.
    [Theory]
    [InlineData("""{ "title": "Forbidden", "code": "MTLS1101" }""", "application/problem+json", "MTLS1101")]
    [InlineData("""{ "title": "Forbidden", "code": "MTLS1101\r\nX: y" }""", "application/problem+json", null)]
    [InlineData("""{ "title": "Forbidden", "code": 1 }""", "application/problem+json", null)]
    [InlineData("""{ "title": """, "application/problem+json", null)]
    [InlineData("[]", "application/problem+json", null)]
    [InlineData("""{ "code": "MTLS1101" }""", "application/json", null)]
    public async Task Get_AnsweredForbidden_SaysWhatTheCodeMeans(string body, string type, string? code)
    {
        TestPki pki = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, context =>
        {
            (context.Response.StatusCode, context.Response.ContentType, context.Response.ContentLength) = (403, type, body.Length);
            return context.Response.WriteAsync(body, context.RequestAborted);
        });
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki));

        using HttpResponseMessage response = await client.GetAsync(server.Uri, HttpCompletionOption.ResponseHeadersRead, Pair.Stop);

        Assert.Equal(body, await response.Content.ReadAsStringAsync(Pair.Stop));
        HttpRequestException failed = Assert.Throws<HttpRequestException>(response.EnsureSuccessStatusCode);
        Assert.Equal(code is not null, failed.Message.Contains("refused our client certificate", StringComparison.Ordinal));
        Assert.Contains(code ?? "Forbidden", failed.Message);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_AnsweredMisdirected_SaysWhatThatMeans(string http)
    {
        TestPki pki = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, context =>
        {
            context.Response.StatusCode = 421;
            return Task.CompletedTask;
        });
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki), Version.Parse(http));
        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(server.Uri, Pair.Stop));
        Assert.Contains("a connection made to 'localhost'", failed.Message);
    }
}
