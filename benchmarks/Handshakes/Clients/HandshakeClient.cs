using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MutualTls.Handshakes.Clients;

/// <summary>Connects, asks, and closes, over and over: with a full handshake each time, or resuming.</summary>
/// <param name="port">The server's port.</param>
/// <param name="scenario">Which server that is, and what to do to it.</param>
internal sealed class HandshakeClient(int port, Scenario scenario)
{
    private static readonly X509ChainPolicy Unchecked = new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    // The platform keeps sessions by the name asked for, and resumes none for an address.
    private readonly string _host = scenario.Client == ClientKind.Resumed ? $"port-{port}.test" : "127.0.0.1";

    /// <summary>Makes one connection; throws if it ends otherwise than this kind of client's do.</summary>
    public async Task ConnectAsync(SslStreamCertificateContext certificate)
    {
        bool answered;
        try
        {
            answered = await TryConnectAsync(certificate);
        }
        catch (Exception exception) when (scenario.Client.IsRefused() && exception is IOException or AuthenticationException)
        {
            answered = false;
        }

        if (answered == scenario.Client.IsRefused())
        {
            throw new InvalidOperationException($"{scenario}: {(answered ? "answered" : "refused")}.");
        }
    }

    private async Task<bool> TryConnectAsync(SslStreamCertificateContext certificate)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await using SslStream tls = new(new NetworkStream(socket, ownsSocket: false));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = _host,
            ClientCertificateContext = certificate,
            EnabledSslProtocols = scenario.Protocol,
            AllowTlsResume = scenario.Client == ClientKind.Resumed,
            CertificateChainPolicy = Unchecked,
#pragma warning disable CA5359 // The servers are measured; the client is as cheap as it gets.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        return await Exchange.AskAsync(tls);
    }
}
