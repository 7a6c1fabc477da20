using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <summary>Peers that do not keep to the protocol cost their own connection and nothing else.</summary>
public class ListenerTests
{
    // Nothing is measured by it: a busy machine takes what it takes.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("nothing")]
    [InlineData("half a ClientHello")]
    [InlineData("a ClientHello and no more")]
    public async Task Accept_ClientStopsSending_TimesOutAndOthersAreServed(string what)
    {
        byte[] hello = await ClientHelloAsync();
        byte[] bytes = what switch { "nothing" => [], "half a ClientHello" => hello[..(hello.Length / 2)], _ => hello };
        TestPki pki = new();
        TaskCompletionSource<MutualTlsException> told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // The time that ends the silent one does not go on while the other is served: on a busy machine that would be late as well.
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        await using MutualTlsListener listener = Pair.Listen(new MutualTlsServerOptions
        {
            Credential = Pair.Credential(pki.Server),
            Policy = Pair.Trusting(pki.Root),
            Engine = new PeerPolicyEngine(clock),
            OnRefused = e => told.TrySetResult(e),
        });
        await using Stream silent = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        await silent.WriteAsync(bytes, Pair.Stop);

        await AssertServesAsync(listener, pki);
        Assert.False(told.Task.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(10));
        MutualTlsException timedOut = await told.Task.WaitAsync(s_patience, Pair.Stop);

        Assert.Equal(MutualTlsError.HandshakeTimedOut, timedOut.Error);
        await silent.CopyToAsync(Stream.Null, Pair.Stop);
    }

    [Fact]
    public async Task Accept_ClientSendsGarbage_FailsAndOthersAreServed()
    {
        TestPki pki = new();
        TaskCompletionSource<MutualTlsException> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using MutualTlsListener listener = Pair.Listen(new MutualTlsServerOptions
        {
            Credential = Pair.Credential(pki.Server),
            Policy = Pair.Trusting(pki.Root),
            HandshakeTimeout = s_patience,
            OnRefused = e => told.TrySetResult(e),
        });
        await using Stream garbage = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        await garbage.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Pair.Stop);

        Assert.Equal(MutualTlsError.HandshakeFailed, (await told.Task.WaitAsync(s_patience, Pair.Stop)).Error);
        await AssertServesAsync(listener, pki);
    }

    // OpenSSL takes certificate messages up to 100 KB, and end-entities up to 64 KB since a session ticket must hold one. Beyond, it fails the
    // handshake and nothing else; below, our verdict counts.
    [Theory]
    [InlineData(0, 90_000, true)]
    [InlineData(60_000, 30_000, true)]
    [InlineData(90_000, 0, false)]
    [InlineData(0, 110_000, false)]
    public async Task Accept_HugeCertificateMessage_EndsInOrderAndOthersAreServed(int endEntityBytes, int intermediateBytes, bool fits)
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestPki pki = new();
        TestCertificate huge = root.IssueIntermediate(null, c => c.WithExtension(TestOids.Unknown, critical: false, new byte[intermediateBytes]))
            .IssueClient("client.test", c => c.WithExtension(TestOids.Unknown, critical: false, new byte[endEntityBytes]));
        TaskCompletionSource<MutualTlsException> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using MutualTlsListener listener = Pair.Listen(new MutualTlsServerOptions
        {
            Credential = Pair.Credential(pki.Server),
            Policy = Pair.Trusting(pki.Root, p => p.TrustPemText(root.ToPem())),
            HandshakeTimeout = s_patience,
            OnRefused = e => told.TrySetResult(e),
        });
        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        Task<MutualTlsStream> connecting = MutualTlsStream.AuthenticateAsClientAsync(tcp, Pair.Client(pki, huge), Pair.Stop);

        Task ended = await Task.WhenAny(accepting, told.Task).WaitAsync(s_patience, Pair.Stop);

        if (fits)
        {
            Assert.True(ended == accepting, told.Task.IsCompleted ? (await told.Task).Message : "");
            await using MutualTlsStream server = await accepting;
            await using MutualTlsStream client = await connecting;
            Assert.True(server.Verdict.IsAuthenticated);
            accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        }
        else
        {
            Assert.Equal(MutualTlsError.HandshakeFailed, (await told.Task).Error);
            await Task.WhenAny(connecting);
        }

        await AssertServesAsync(listener, pki, accepting);
    }

    [Fact]
    public async Task Accept_OnRefusedThrows_OthersAreServed()
    {
        TestPki pki = new();
        await using MutualTlsListener listener = Pair.Listen(new MutualTlsServerOptions
        {
            Credential = Pair.Credential(pki.Server),
            Policy = Pair.Trusting(pki.Root),
            HandshakeTimeout = s_patience,
            OnRefused = _ => throw new InvalidOperationException(),
        });
        await using (Stream garbage = await Pair.ConnectTcpAsync(listener.LocalEndPoint))
        {
            await garbage.WriteAsync(new byte[100], Pair.Stop);
        }

        await AssertServesAsync(listener, pki);
    }

    [Fact]
    public async Task Dispose_HandshakesInProgress_EndsThemAndAccept()
    {
        TestPki pki = new();
        MutualTlsListener listener = Pair.Listen(Pair.Server(pki));
        await using Stream silent = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();

        await listener.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Pair.Stop);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => accepting);
    }

    [Fact]
    public async Task Authenticate_Cancelled_ThrowsOperationCanceled()
    {
        TestPki pki = new();
        using TcpListener silent = new(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Pair.Stop);
        stop.CancelAfter(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => MutualTlsConnector.DialAsync(((System.Net.IPEndPoint)silent.LocalEndpoint).Port, Pair.Client(pki), stop.Token));
    }

    [Fact]
    public async Task Authenticate_ServerSaysNothing_TimesOut()
    {
        TestPki pki = new();
        using TcpListener silent = new(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        MutualTlsClientOptions options = new()
        {
            TargetHost = "localhost",
            Credential = Pair.Credential(pki.Client),
            Policy = Pair.Trusting(pki.Root),
            HandshakeTimeout = TimeSpan.FromMilliseconds(300),
        };
        MutualTlsException timedOut = await Assert.ThrowsAsync<MutualTlsException>(
            () => MutualTlsConnector.DialAsync(((System.Net.IPEndPoint)silent.LocalEndpoint).Port, options, Pair.Stop));
        Assert.Equal(MutualTlsError.HandshakeTimedOut, timedOut.Error);
    }

    [Fact]
    public async Task Authenticate_ServerOffersOnlyOldTls_Fails()
    {
        TestPki pki = new();
        using TcpListener old = new(System.Net.IPAddress.Loopback, 0);
        old.Start();
        Task serve = Task.Run(async () =>
        {
            using TcpClient tcp = await old.AcceptTcpClientAsync(Pair.Stop);
            await using SslStream tls = new(tcp.GetStream());
#pragma warning disable SYSLIB0039, CA5397 // The old version is the subject.
            SslServerAuthenticationOptions options = new() { ServerCertificateContext = Pair.Credential(pki.Server).Context, EnabledSslProtocols = SslProtocols.Tls11 };
#pragma warning restore SYSLIB0039, CA5397
            await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsServerAsync(options, Pair.Stop));
        }, Pair.Stop);

        MutualTlsException failed = await Assert.ThrowsAsync<MutualTlsException>(
            () => MutualTlsConnector.DialAsync(((System.Net.IPEndPoint)old.LocalEndpoint).Port, Pair.Client(pki), Pair.Stop));

        Assert.Equal(MutualTlsError.HandshakeFailed, failed.Error);
        await serve;
    }

    private static async Task AssertServesAsync(MutualTlsListener listener, TestPki pki, Task<MutualTlsStream>? accepting = null)
    {
        accepting ??= listener.AcceptAsync(Pair.Stop).AsTask();
        await using MutualTlsStream client = await MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, Pair.Client(pki), Pair.Stop);
        await using MutualTlsStream server = await accepting.WaitAsync(s_patience, Pair.Stop);
        Assert.True(server.Verdict.IsAuthenticated);
    }

    // What a real client says first.
    private static async Task<byte[]> ClientHelloAsync()
    {
        (Stream near, Stream far) = InMemoryDuplex.CreatePair();
        await using SslStream tls = new(near);
        Task connecting = tls.AuthenticateAsClientAsync("localhost");
        byte[] buffer = new byte[16 * 1024];
        int length = await far.ReadAsync(buffer, Pair.Stop);
        await far.DisposeAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => connecting);
        return buffer[..length];
    }
}
