using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <summary>Resumption stays on, and every connection is judged all the same.</summary>
public class ResumptionTests
{
    // The runtime forgets the sessions of all certificates that are not in use just then with every 32nd that comes into use, and other tests have many. What is to be resumed is tried again.
    private const int MostForgotten = 20;

    // Pitfall 3: a resumed session brings no intermediates; stock .NET then refuses every later connection.
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Connect_FiveTimes_IsAcceptedFiveTimes(SslProtocols protocol)
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        using StockClient client = new(pki, protocol);
        MutualTlsServerOptions server = Pair.Server(pki, policy);
        for (int i = 0; i < 5; i++)
        {
            Assert.Null(await client.RefusalAsync(server));
        }
    }

    // Pitfalls 2 and 23: what was good at the full handshake is judged anew at the resumed one.
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Resume_ExpiredMeanwhile_IsRefused(SslProtocols protocol)
    {
        TestPki pki = new();
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        using StockClient client = new(pki, protocol);
        MutualTlsServerOptions server = Pair.Server(pki, engine: new PeerPolicyEngine(clock));
        Assert.Null(await client.RefusalAsync(server));

        clock.Advance(TimeSpan.FromDays(91));

        Assert.Equal(ValidationReason.NotAfterPassed, (await client.RefusalAsync(server))!.Verdict!.Primary!.Value.Reason);
    }

    // Pitfalls 1 and 2: a session made under one policy, resumed where another holds; and an anchor removed.
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Resume_UnderAnotherPolicy_ThatPolicyDecides(SslProtocols protocol)
    {
        TestPki pki = new(), other = new();
        PeerPolicyEngine engine = new();
        using StockClient client = new(pki, protocol);
        Assert.Null(await client.RefusalAsync(Pair.Server(pki, Pair.Trusting(pki.Root), engine)));

        MutualTlsException? refused = await client.RefusalAsync(Pair.Server(pki, Pair.Trusting(other.Root), engine));

        Assert.Equal(ValidationReason.IssuerUnknown, refused!.Verdict!.Primary!.Value.Reason);
    }

    // Pitfall 3 where an application has several engines: a session knows none of them.
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Resume_AtAnotherEngine_IsAccepted(SslProtocols protocol)
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        using StockClient client = new(pki, protocol);
        for (int i = 0; i < MostForgotten; i++)
        {
            Assert.Null(await client.RefusalAsync(Pair.Server(pki, policy, new PeerPolicyEngine())));
        }
    }

    // Pitfall 21: the memory of intermediates is lost; at most one refusal, then healed.
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Resume_MemoryLost_RefusesAtMostOnceThenHeals(SslProtocols protocol)
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        using StockClient client = new(pki, protocol);
        Assert.Null(await client.RefusalAsync(Pair.Server(pki, policy)));

        // The refusal also proves that the session really was resumed.
        PeerPolicyEngine forgetful = new() { SharesIntermediates = false };
        for (int i = 0; await client.RefusalAsync(Pair.Server(pki, policy, forgetful)) is null; i++)
        {
            Assert.True(i < MostForgotten, "No session was resumed.");
            forgetful = new() { SharesIntermediates = false };
        }

        for (int i = 0; i < 4; i++)
        {
            Assert.Null(await client.RefusalAsync(Pair.Server(pki, policy, forgetful)));
        }
    }

    // Pitfalls 1 and 21: a session from an endpoint that asked for no certificate, offered to one that requires it.
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Resume_SessionWithoutCertificate_IsRefusedAtMostOnceThenHeals(SslProtocols protocol)
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        MutualTlsServerOptions server = Pair.Server(pki, policy);
        for (int i = 0; ; i++)
        {
            Assert.True(i < MostForgotten, "No session was resumed.");
            using StockClient client = new(pki, protocol);
            await client.ConnectToPublicEndpointAsync(server);
            if (await client.RefusalAsync(server) is null)
            {
                continue;
            }

            for (int more = 0; more < 4; more++)
            {
                Assert.Null(await client.RefusalAsync(server));
            }

            break;
        }
    }

    /// <summary>A plain SslStream client that keeps its TLS sessions between connections, against one listener at a time.</summary>
    private sealed class StockClient(TestPki pki, SslProtocols protocol) : IDisposable
    {
        // Sessions are kept by host name in the client's process-wide cache: each test has a name of its own.
        private readonly string _host = $"host-{Guid.NewGuid():N}.test";
        private readonly SslStreamCertificateContext _context = Pair.Credential(pki.Client).Context;

        public async Task<MutualTlsException?> RefusalAsync(MutualTlsServerOptions options)
        {
            TaskCompletionSource<MutualTlsException?> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
            MutualTlsServerOptions told = new()
            {
                Credential = options.Credential,
                Policy = options.Policy,
                Engine = options.Engine,
                HandshakeTimeout = options.HandshakeTimeout,
                OnRefused = e => outcome.TrySetResult(e),
            };
            await using MutualTlsListener listener = Pair.Listen(told);
            Task serve = ServeAsync(listener, outcome);
            try
            {
                await ConnectAsync(listener.LocalEndPoint);
            }
            catch (Exception exception) when (exception is IOException or AuthenticationException)
            {
                // The server's word counts.
            }

            MutualTlsException? refusal = await outcome.Task.WaitAsync(TimeSpan.FromSeconds(60), Pair.Stop);
            await listener.DisposeAsync();
            await serve;
            return refusal;
        }

        public async Task ConnectToPublicEndpointAsync(MutualTlsServerOptions options)
        {
            using TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            Task serve = Task.Run(async () =>
            {
                using TcpClient tcp = await listener.AcceptTcpClientAsync(Pair.Stop);
                await using SslStream tls = new(tcp.GetStream());
                await tls.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificateContext = options.Credential.Current.Context, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 }, Pair.Stop);
                await tls.WriteAsync(new byte[1], Pair.Stop);
                await tls.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Pair.Stop);
            });
            await ConnectAsync((IPEndPoint)listener.LocalEndpoint);
            await serve;
        }

        public void Dispose()
        {
        }

        private static async Task ServeAsync(MutualTlsListener listener, TaskCompletionSource<MutualTlsException?> outcome)
        {
            try
            {
                await using MutualTlsStream stream = await listener.AcceptAsync(Pair.Stop);
                await stream.WriteAsync(new byte[1], Pair.Stop);
                await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Pair.Stop);
                outcome.TrySetResult(null);
            }
            catch (Exception exception) when (exception is ObjectDisposedException or IOException)
            {
                outcome.TrySetResult(null);
            }
        }

        private async Task ConnectAsync(IPEndPoint endPoint)
        {
            await using Stream tcp = await Pair.ConnectTcpAsync(endPoint);
            await using SslStream tls = new(tcp);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = _host,
                    ClientCertificateContext = _context,
                    EnabledSslProtocols = protocol,
#pragma warning disable CA5359 // The client's own checks are not the subject here.
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                Pair.Stop);

            // TLS 1.3 tickets come with the first bytes.
            await tls.ReadExactlyAsync(new byte[1], Pair.Stop);
            await tls.WriteAsync(new byte[1], Pair.Stop);
            await tls.ShutdownAsync();
        }
    }
}
