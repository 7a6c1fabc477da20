using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;

namespace Quickstart;

/// <summary>Runs server and client on loopback TCP and tells what each of them checked.</summary>
internal static class Handshakes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<bool> RunGoodAsync(ExamplePki pki, LocalCredential serverCredential, LocalCredential clientCredential)
    {
        Story.Chapter("A two-way handshake");
        await using MutualTlsListener listener = new(new IPEndPoint(IPAddress.Loopback, 0), ServerOptions(pki, serverCredential));
        using CancellationTokenSource stop = new(Patience);
        Task<MutualTlsStream> accepting = listener.AcceptAsync(stop.Token).AsTask();
        await using MutualTlsStream client = await MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, ClientOptions(pki, clientCredential), stop.Token);
        await using MutualTlsStream server = await accepting;

        Story.Step("client", $"says hello to localhost ({listener.LocalEndPoint}) and offers TLS 1.2 and 1.3");
        Story.Step("server", $"answers hello and chooses {client.Protocol} with {client.CipherSuite}");
        Story.Step("server", "shows its certificate and the issuing CA's");
        Story.Checks("client", "server", client.Verdict);
        Story.Step("client", "shows its certificate and the issuing CA's");
        Story.Checks("server", "client", server.Verdict);
        Story.Step("both", "have agreed on session keys, made for this connection; no one who listens knows them");

        bool sent = await EchoAsync(client, server, "hello, server", stop.Token) && await EchoAsync(server, client, "hello, client", stop.Token);
        Story.Step("client", "sends 'hello, server', encrypted");
        Story.Step("server", "sends 'hello, client', encrypted");
        bool good = sent && client.Verdict.IsAuthenticated && server.Verdict.IsAuthenticated;
        Story.Outcome(good, "each end has proved who it is");
        return good;
    }

    public static async Task<bool> RunRefusedAsync(ExamplePki pki, LocalCredential goodServer, Refusal refusal)
    {
        Story.Chapter($"Refused: {refusal.Title}");
        TaskCompletionSource<PeerVerdict?> atServer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using MutualTlsListener listener = new(
            new IPEndPoint(IPAddress.Loopback, 0), ServerOptions(pki, refusal.Server ?? goodServer, e => atServer.TrySetResult(e.Verdict)));
        using CancellationTokenSource stop = new(Patience);

        PeerVerdict? verdict = await RefusedByClientAsync(pki, refusal, listener.LocalEndPoint.Port, stop.Token) ?? await atServer.Task.WaitAsync(stop.Token);
        if (verdict?.Primary is not { } finding)
        {
            Story.Outcome(asExpected: false, "nobody refused");
            return false;
        }

        bool byServer = verdict.Role == PeerRole.Client;
        Story.Checks(byServer ? "server" : "client", byServer ? "client" : "server", verdict);
        Story.Step("why", finding.ToString());
        Story.Step("hint", finding.Hint);
        bool expected = finding.Reason == refusal.Expected;
        Story.Outcome(expected, $"{finding.Code} {finding.Reason}");
        return expected;
    }

    // Connects and reads; gives the client's verdict if it was the client that refused.
    private static async Task<PeerVerdict?> RefusedByClientAsync(ExamplePki pki, Refusal refusal, int port, CancellationToken stop)
    {
        try
        {
            if (refusal.Client is null)
            {
                await ConnectWithoutCertificateAsync(pki, port, stop);
                return null;
            }

            await using MutualTlsStream client = await MutualTlsConnector.DialAsync(port, ClientOptions(pki, refusal.Client), stop);
            await client.ReadExactlyAsync(new byte[1], stop);
            return client.Verdict;
        }
        catch (MutualTlsException exception)
        {
            Story.Step("client", exception.Error == MutualTlsError.PeerRefused ? "refuses the server and closes" : "is told: " + exception.Message);
            return exception.Error == MutualTlsError.PeerRefused ? exception.Verdict : null;
        }
        catch (IOException exception)
        {
            Story.Step("client", "a bare SslStream, as this library's always has a certificate, sees only: " + exception.Message);
            return null;
        }
    }

    // Our own client always has a certificate; a stranger's need not.
    private static async Task ConnectWithoutCertificateAsync(ExamplePki pki, int port, CancellationToken stop)
    {
        using TcpClient tcp = new();
        await tcp.ConnectAsync(IPAddress.Loopback, port, stop);
        X509ChainPolicy trust = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(pki.Root.Der.Span));
        await using SslStream tls = new(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = trust }, stop);
        await tls.ReadExactlyAsync(new byte[1], stop);
    }

    private static async Task<bool> EchoAsync(Stream from, Stream to, string text, CancellationToken stop)
    {
        byte[] sent = Encoding.UTF8.GetBytes(text), received = new byte[sent.Length];
        await from.WriteAsync(sent, stop);
        await to.ReadExactlyAsync(received, stop);
        return received.AsSpan().SequenceEqual(sent);
    }

    private static MutualTlsServerOptions ServerOptions(ExamplePki pki, LocalCredential credential, Action<MutualTlsException>? onRefused = null) => new()
    {
        Credential = credential,
        Policy = PeerPolicy.Create("clients", p => p.TrustPemText(pki.Root.ToPem()).WithoutRevocation()),
        OnRefused = onRefused,
    };

    private static MutualTlsClientOptions ClientOptions(ExamplePki pki, LocalCredential credential) => new()
    {
        TargetHost = "localhost",
        Credential = credential,
        Policy = PeerPolicy.Create("servers", p => p.TrustPemText(pki.Root.ToPem()).WithoutRevocation()),
    };
}
