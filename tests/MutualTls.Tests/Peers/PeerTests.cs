using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Peers;

/// <summary>Our two ends against other implementations, accepted and refused, TLS 1.2 and 1.3, RSA and ECDSA.</summary>
public class PeerTests
{
    public static TheoryData<string, string, TestKeyKind> Clients
    {
        get
        {
            TheoryData<string, string, TestKeyKind> rows = [];
            foreach (string peer in (string[])["openssl", "curl", "gnutls-cli"])
            {
                foreach (string tls in (string[])["1.2", "1.3"])
                {
                    rows.Add(peer, tls, TestKeyKind.P256);
                    rows.Add(peer, tls, TestKeyKind.Rsa2048);
                }
            }

            return rows;
        }
    }

    public static TheoryData<string, string, TestKeyKind> Servers
    {
        get
        {
            TheoryData<string, string, TestKeyKind> rows = [];
            foreach (string peer in (string[])["openssl", "gnutls-serv"])
            {
                foreach (string tls in (string[])["1.2", "1.3"])
                {
                    rows.Add(peer, tls, TestKeyKind.P256);
                    rows.Add(peer, tls, TestKeyKind.Rsa2048);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task OurServer_GoodClient_IsAcceptedAndServed(string peer, string tls, TestKeyKind kind)
    {
        PeerProcess.Require(peer);
        TestPki pki = Pair.Pki(kind);
        using PeerFiles files = new(pki.Client, pki.Root);
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(pki));
        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        await using PeerProcess client = StartClient(peer, tls, listener.LocalEndPoint.Port, files);

        await using MutualTlsStream stream = await accepting.WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nwelcome\r\n"u8.ToArray(), Pair.Stop);
        await client.WaitForAsync("welcome");

        Assert.True(stream.Verdict.IsAuthenticated);
        Assert.Equal(tls == "1.2" ? System.Security.Authentication.SslProtocols.Tls12 : System.Security.Authentication.SslProtocols.Tls13, stream.Protocol);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task OurServer_ClientOfAnUnknownRoot_IsRefusedWithTheReason(string peer, string tls, TestKeyKind kind)
    {
        PeerProcess.Require(peer);
        TestPki pki = Pair.Pki(kind), stranger = Pair.Pki(kind);
        using PeerFiles files = new(stranger.Client, pki.Root);
        TaskCompletionSource<MutualTlsException> refused = new();
        await using MutualTlsListener listener = Pair.Listen(new MutualTlsServerOptions
        {
            Credential = Pair.Credential(pki.Server),
            Policy = Pair.Trusting(pki.Root),
            HandshakeTimeout = TimeSpan.FromMinutes(1),
            OnRefused = e => refused.TrySetResult(e),
        });
        await using PeerProcess client = StartClient(peer, tls, listener.LocalEndPoint.Port, files);

        MutualTlsException exception = await refused.Task.WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);

        Assert.Equal(ValidationReason.IssuerUnknown, exception.Verdict?.Primary?.Reason);
        Assert.DoesNotContain("welcome", client.Output);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task OurClient_GoodServer_IsAcceptedBothWays(string peer, string tls, TestKeyKind kind)
    {
        TestPki pki = Pair.Pki(kind);
        using PeerFiles files = new(pki.Server, pki.Root);
        int port = PeerPort.Next();
        await using PeerProcess server = await StartServerAsync(peer, tls, port, files);

        await using MutualTlsStream stream = await MutualTlsConnector.DialAsync(port, Pair.Client(pki), Pair.Stop);
        await stream.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), Pair.Stop);

        Assert.True(await stream.ReadAsync(new byte[1], Pair.Stop) > 0);
        Assert.True(stream.Verdict.IsAuthenticated);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task OurClient_ServerOfAnotherName_IsRefusedWithTheReason(string peer, string tls, TestKeyKind kind)
    {
        TestPki pki = Pair.Pki(kind, server: c => c.WithSan(n => n.Dns("other.test")));
        using PeerFiles files = new(pki.Server, pki.Root);
        int port = PeerPort.Next();
        await using PeerProcess server = await StartServerAsync(peer, tls, port, files);

        MutualTlsException refused = await Assert.ThrowsAsync<MutualTlsException>(() => MutualTlsConnector.DialAsync(port, Pair.Client(pki), Pair.Stop));

        Assert.Equal(ValidationReason.NameMismatch, refused.Verdict?.Primary?.Reason);
    }

    // Pitfall 18 against a foreign server.
    [Theory]
    [MemberData(nameof(Servers))]
    public async Task OurClient_RefusedByServer_IsToldWhatThatMeans(string peer, string tls, TestKeyKind kind)
    {
        TestPki pki = Pair.Pki(kind), stranger = Pair.Pki(kind);
        using PeerFiles files = new(pki.Server, pki.Root);
        int port = PeerPort.Next();
        await using PeerProcess server = await StartServerAsync(peer, tls, port, files);

        MutualTlsException refused = await Assert.ThrowsAsync<MutualTlsException>(async () =>
        {
            await using MutualTlsStream stream = await MutualTlsConnector.DialAsync(port, Pair.Client(pki, stranger.Client), Pair.Stop);
            await stream.ReadExactlyAsync(new byte[1], Pair.Stop);
        });

        Assert.Contains(refused.Error, (MutualTlsError[])[MutualTlsError.RefusedByPeer, MutualTlsError.HandshakeFailed]);
        Assert.Contains("refused", refused.Message);
    }

    // Pitfall 19: a later handshake could bring another certificate, so there is none. TLS 1.3 has no such thing.
    [Fact]
    public async Task OurServer_ClientAsksForRenegotiation_IsDenied()
    {
        PeerProcess.Require("openssl");
        TestPki pki = new();
        using PeerFiles files = new(pki.Client, pki.Root);
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(pki));
        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        await using PeerProcess client = PeerProcess.Start(
            "openssl", "s_client", "-connect", $"127.0.0.1:{listener.LocalEndPoint.Port}", "-servername", "localhost", "-cert", files.Certificate,
            "-cert_chain", files.Certificate, "-key", files.Key, "-CAfile", files.Root, "-tls1_2");
        await using MutualTlsStream stream = await accepting.WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);
        Task<int> reading = stream.ReadAsync(new byte[1], Pair.Stop).AsTask();
        await client.WaitForAsync("Verify return code");

        // Said on its other output, which is read on its own.
        await client.WaitForAsync("depth=0");
        int handshakes = Handshakes();

        client.Say("R");
        await client.WaitForAsync("RENEGOTIATING");
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(1), Pair.Stop));

        Assert.Equal(handshakes, Handshakes());
        Assert.False(reading.IsCompletedSuccessfully && await reading > 0);

        int Handshakes() => client.Output.Split("depth=0").Length;
    }

    private static PeerProcess StartClient(string peer, string tls, int port, PeerFiles files) => peer switch
    {
        "openssl" => PeerProcess.Start(
            "openssl", "s_client", "-connect", $"127.0.0.1:{port}", "-servername", "localhost", "-cert", files.Certificate, "-cert_chain", files.Certificate,
            "-key", files.Key, "-CAfile", files.Root, "-verify_return_error", tls == "1.2" ? "-tls1_2" : "-tls1_3", "-quiet"),
        "curl" => PeerProcess.Start(
            "curl", "--silent", "--show-error", "--noproxy", "*", "--cacert", files.Root, "--cert", files.Certificate, "--key", files.Key,
            $"--tlsv{tls}", "--tls-max", tls, $"https://localhost:{port}/"),
        _ => PeerProcess.Start(
            "gnutls-cli", "--x509cafile", files.Root, "--x509certfile", files.Certificate, "--x509keyfile", files.Key,
            "--priority", $"NORMAL:-VERS-ALL:+VERS-TLS{tls}", "--port", port.ToString(CultureInfo.InvariantCulture), "localhost"),
    };

    private static async Task<PeerProcess> StartServerAsync(string peer, string tls, int port, PeerFiles files)
    {
        PeerProcess.Require(peer);
        string number = port.ToString(CultureInfo.InvariantCulture);
        PeerProcess server = peer == "openssl"
            ? PeerProcess.Start(
                "openssl", "s_server", "-accept", number, "-cert", files.Certificate, "-cert_chain", files.Certificate, "-key", files.Key,
                "-CAfile", files.Root, "-Verify", "3", "-verify_return_error", tls == "1.2" ? "-tls1_2" : "-tls1_3", "-www")
            : PeerProcess.Start(
                "gnutls-serv", "--http", "--port", number, "--x509certfile", files.Certificate, "--x509keyfile", files.Key, "--x509cafile", files.Root,
                "--require-client-cert", "--verify-client-cert", "--priority", $"NORMAL:-VERS-ALL:+VERS-TLS{tls}");
        for (int i = 0; i < 1_200; i++)
        {
            try
            {
                using TcpClient probe = new();
                await probe.ConnectAsync(IPAddress.Loopback, port, Pair.Stop);
                return server;
            }
            catch (SocketException)
            {
                await Task.Delay(25, Pair.Stop);
            }
        }

        Assert.Fail($"{peer} does not listen: {server.Output}");
        return server;
    }
}
