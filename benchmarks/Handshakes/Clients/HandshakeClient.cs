using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MutualTls.Handshakes.Clients;

/// <summary>Connects, asks, and closes, over and over: with a full handshake each time, or resuming.</summary>
/// <param name="port">The server's port.</param>
/// <param name="protocol">TLS 1.2 or 1.3.</param>
/// <param name="resumes">Whether sessions are resumed after the first.</param>
internal sealed class HandshakeClient(int port, SslProtocols protocol, bool resumes)
{
    private static readonly X509ChainPolicy Unchecked = new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    // The platform keeps sessions by the name asked for, and resumes none for an address.
    private readonly string _host = resumes ? $"port-{port}.test" : "127.0.0.1";

    public async Task ConnectAsync(SslStreamCertificateContext certificate)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await using SslStream tls = new(new NetworkStream(socket, ownsSocket: false));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = _host,
            ClientCertificateContext = certificate,
            EnabledSslProtocols = protocol,
            AllowTlsResume = resumes,
            CertificateChainPolicy = Unchecked,
#pragma warning disable CA5359 // The servers are measured; the client is as cheap as it gets.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        await Exchange.AskAsync(tls);
    }
}
