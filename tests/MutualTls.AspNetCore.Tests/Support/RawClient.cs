using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Support;

/// <summary>Connects without any HTTP of its own.</summary>
internal static class RawClient
{
    public static async Task<NetworkStream> ConnectTcpAsync(int port)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, App.Stop);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public static async Task<SslStream> ConnectAsync(int port, TestCertificate? certificate, string serverName = "localhost", SslProtocols protocol = SslProtocols.None, SslApplicationProtocol? speaks = null)
    {
        SslStream tls = new(await ConnectTcpAsync(port));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = serverName,
                AllowTlsResume = false,
                ClientCertificateContext = certificate?.ToCredential().Context,
                EnabledSslProtocols = protocol,
                ApplicationProtocols = speaks is { } spoken ? [spoken] : null,
#pragma warning disable CA5359 // The client's own checks are not the subject here.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            },
            App.Stop);
        return tls;
    }
}
