using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using MutualTls.Revocation.Fetching;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Fetching;

public class FetchByTlsTests
{
    // Whoever answers an https URL shows a certificate, and that one may name places too: where the issuer is. Nobody has verified it, so nothing of it is fetched.
    [Fact]
    public async Task FetchCrl_ServerCertificateNamesItsIssuersPlace_NobodyAsksThere()
    {
        await using FetchSite site = new();
        await using TestRevocationServer inside = TestRevocationServer.Start();
        TestCertificate server = site.Pki.Issuing.IssueServer("localhost", c => c.WithSan(n => n.Ip("127.0.0.1")).WithCaIssuers($"{inside.Url}/latest/meta-data"));
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync(listener, server);

        FetchResult result = await site.RunAsync(site.CrlAsync(new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/a.crl")));

        Assert.Equal(FetchOutcome.Unreachable, result.Outcome);
        Assert.Empty(inside.Requests);
        listener.Stop();
        await serving;
    }

    private static async Task ServeAsync(TcpListener listener, TestCertificate certificate)
    {
        // The certificate alone: its issuer is what is looked for.
        SslStreamCertificateContext context = SslStreamCertificateContext.Create(certificate.ToX509Certificate2(), [], offline: true);
        try
        {
            while (true)
            {
                using TcpClient tcp = await listener.AcceptTcpClientAsync(Pair.Stop);
                await using SslStream tls = new(tcp.GetStream());
                try
                {
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = context }, Pair.Stop);
                    await tls.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Pair.Stop);
                }
                catch (Exception exception) when (exception is IOException or AuthenticationException)
                {
                    // It is not trusted.
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException or OperationCanceledException)
        {
            // The test has ended.
        }
    }
}
