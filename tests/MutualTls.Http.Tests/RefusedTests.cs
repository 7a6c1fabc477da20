using System.Net;
using System.Security.Authentication;
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
        server.LetsIn = false;
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
}
