using System.Net.Security;
using MutualTls.Connections;
using MutualTls.Diagnostics;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

public class HandshakeTests
{
    [Fact]
    public async Task Handshake_BothEndsGood_CarriesBytesBothWays()
    {
        TestPki pki = new();
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(pki));
        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        await using MutualTlsStream client = await MutualTlsStream.AuthenticateAsClientAsync(tcp, Pair.Client(pki), Pair.Stop);
        await using MutualTlsStream server = await accepting;

        await client.WriteAsync("ping"u8.ToArray(), Pair.Stop);
        Assert.Equal("ping", await ReadAsync(server, 4));
        await server.WriteAsync("pong"u8.ToArray(), Pair.Stop);
        Assert.Equal("pong", await ReadAsync(client, 4));

        Assert.True(client.Verdict.IsAuthenticated);
        Assert.True(server.Verdict.IsAuthenticated);
        Assert.Contains("client.test", server.Verdict.Identity!.DnsNames);
        Assert.All(server.Verdict.Checks, c => Assert.NotEqual(CheckOutcome.Failed, c.Outcome));
    }

    // A log is code of the application: what it throws must not leave the other end waiting on a connection that nobody holds.
    [Theory]
    [InlineData(EventIds.PeerAccepted)]
    [InlineData(EventIds.PeerRefused)]
    [InlineData(EventIds.HandshakeFailed)]
    public async Task Handshake_LogThrows_TransportIsClosed(int at)
    {
        TestPki pki = new(), other = new();
        (Stream near, Stream far) = InMemoryDuplex.CreatePair();
        Task serving = MutualTlsStream.AuthenticateAsServerAsync(
            far,
            new MutualTlsServerOptions
            {
                Credential = Pair.Credential(pki.Server),
                Policy = Pair.Trusting(at == EventIds.PeerRefused ? other.Root : pki.Root),
                Logger = new EventRecord { ThrowsAt = at },
            },
            Pair.Stop);
        if (at == EventIds.HandshakeFailed)
        {
            await near.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Pair.Stop);
        }
        else
        {
            await using SslStream client = new(near, leaveInnerStreamOpen: true);
            await client.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    ClientCertificateContext = Pair.Credential(pki.Client).Context,
                    RemoteCertificateValidationCallback = MutualTlsCallback.Create(Pair.Trusting(pki.Root), PeerRole.Server, ReferenceIdentity.ForHost("localhost")),
                },
                Pair.Stop);
        }

        Exception thrown = await Assert.ThrowsAnyAsync<Exception>(() => serving);
        Assert.Equal("bad log", thrown.GetBaseException().Message);

        // What is left to read, and then the end.
        byte[] left = new byte[4096];
        while (await near.ReadAsync(left, Pair.Stop) > 0)
        {
        }
    }

    [Fact]
    public async Task Handshake_ProtocolsOffered_BothEndsKnowTheAgreedOneAndTheServerName()
    {
        TestPki pki = new();
        MutualTlsServerOptions server = new()
        {
            Credential = Pair.Credential(pki.Server),
            Policy = Pair.Trusting(pki.Root),
            HandshakeTimeout = TimeSpan.FromMinutes(1),
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        };
        MutualTlsClientOptions client = new()
        {
            TargetHost = "localhost",
            Credential = Pair.Credential(pki.Client),
            Policy = Pair.Trusting(pki.Root),
            HandshakeTimeout = TimeSpan.FromMinutes(1),
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };

        await using TestHandshakeResult result = await TestHandshake.RunAsync(server, client, Pair.Stop);

        Assert.Equal(SslApplicationProtocol.Http11, result.Client!.ApplicationProtocol);
        Assert.Equal(SslApplicationProtocol.Http11, result.Server!.ApplicationProtocol);
        Assert.Equal("localhost", result.Server.ServerName);
    }

    [Fact]
    public async Task Handshake_ServerNameWrong_ClientRefusesWithTheVerdict()
    {
        TestPki pki = TestPki.With(server: c => c.WithSan(n => n.Dns("other.test")));
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(pki));
        await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);

        MutualTlsException refused = await Assert.ThrowsAsync<MutualTlsException>(
            () => MutualTlsStream.AuthenticateAsClientAsync(tcp, Pair.Client(pki), Pair.Stop));

        Assert.Equal(MutualTlsError.PeerRefused, refused.Error);
        Assert.Equal(ValidationReason.NameMismatch, refused.Verdict!.Primary!.Value.Reason);
    }

    // Pitfall 18: in TLS 1.3 the client's handshake is over before the server judges.
    [Fact]
    public async Task Handshake_ClientRefusedByServer_ClientLearnsItAtFirstRead()
    {
        TestPki pki = new();
        TestPki stranger = new();
        TaskCompletionSource<MutualTlsException> told = new();
        MutualTlsServerOptions options = new()
        {
            Credential = Pair.Credential(pki.Server),
            Policy = Pair.Trusting(pki.Root),
            HandshakeTimeout = TimeSpan.FromMinutes(1),
            OnRefused = e => told.TrySetResult(e),
        };
        await using MutualTlsListener listener = Pair.Listen(options);
        await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);

        MutualTlsException refused = await Assert.ThrowsAsync<MutualTlsException>(async () =>
        {
            await using MutualTlsStream client = await MutualTlsStream.AuthenticateAsClientAsync(tcp, Pair.Client(pki, stranger.Client), Pair.Stop);
            await client.ReadExactlyAsync(new byte[1], Pair.Stop);
        });

        Assert.Equal(MutualTlsError.RefusedByPeer, refused.Error);
        MutualTlsException atServer = await told.Task.WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);
        Assert.Equal(ValidationReason.IssuerUnknown, atServer.Verdict!.Primary!.Value.Reason);
    }

    [Fact]
    public async Task Read_PeerClosesTlsInOrder_IsAnEndAndNoRefusal()
    {
        TestPki pki = new();
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(pki));
        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        await using MutualTlsStream client = await MutualTlsStream.AuthenticateAsClientAsync(tcp, Pair.Client(pki), Pair.Stop);
        await using (MutualTlsStream server = await accepting)
        {
            await server.ShutdownAsync();
        }

        Assert.Equal(0, await client.ReadAsync(new byte[1], Pair.Stop));
    }

    private static async Task<string> ReadAsync(Stream stream, int count)
    {
        byte[] buffer = new byte[count];
        await stream.ReadExactlyAsync(buffer, Pair.Stop);
        return System.Text.Encoding.ASCII.GetString(buffer);
    }
}
