using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Http;
using MutualTls.Testing;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>nginx as the server that asks for a certificate, over HTTP/1.1 and HTTP/2.</summary>
public sealed class NginxTests : IDisposable
{
    private readonly TestPki _pki = new();
    private readonly TestPki _stranger = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mutualtls-").FullName;
    private readonly int _port = PeerPort.Next();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("1.1", "TLSv1.2")]
    [InlineData("1.1", "TLSv1.3")]
    [InlineData("2.0", "TLSv1.2")]
    [InlineData("2.0", "TLSv1.3")]
    public async Task Get_GoodCredential_IsKnownByItsName(string http, string tls)
    {
        await using PeerProcess nginx = await StartAsync(_pki.Server, tls);
        using HttpClient client = HttpPair.Client(HttpPair.Options(_pki), Version.Parse(http));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal($"SUCCESS CN=client.test HTTP/{http}", await client.GetStringAsync($"https://localhost:{_port}/", Pair.Stop));
        }
    }

    // nginx lets a bad certificate through TLS and answers the request with 400 and a page that says so.
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_CredentialOfAStranger_IsAnswered400(string http)
    {
        await using PeerProcess nginx = await StartAsync(_pki.Server, "TLSv1.3");
        using HttpClient client = HttpPair.Client(HttpPair.Options(_pki, credential: Pair.Credential(_stranger.Client)), Version.Parse(http));
        using HttpResponseMessage response = await client.GetAsync($"https://localhost:{_port}/", Pair.Stop);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("SSL certificate error", await response.Content.ReadAsStringAsync(Pair.Stop));
    }

    // nginx names the CAs that it accepts.
    [Theory]
    [InlineData("TLSv1.2")]
    [InlineData("TLSv1.3")]
    public async Task Get_SeveralCredentials_TheOneThatNginxAcceptsIsPresented(string tls)
    {
        await using PeerProcess nginx = await StartAsync(_pki.Server, tls);
        TestCertificate other = TestCertificateAuthority.CreateRoot("Other Root").IssueClient("other.test");
        using HttpClient client = HttpPair.Client(new MutualTlsHttpOptions
        {
            Credential = Pair.Credential(other),
            OtherCredentials = [Pair.Credential(_pki.Client)],
            Policy = Pair.Trusting(_pki.Root),
            ConfigureHandler = handler => handler.UseProxy = false,
        });
        Assert.StartsWith("SUCCESS CN=client.test", await client.GetStringAsync($"https://localhost:{_port}/", Pair.Stop));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_NginxOfAnotherName_IsRefused(string http)
    {
        await using PeerProcess nginx = await StartAsync(_pki.Issuing.IssueServer("other.test"), "TLSv1.3");
        using HttpClient client = HttpPair.Client(HttpPair.Options(_pki), Version.Parse(http));
        MutualTlsException refused = await HttpPair.RefusalAsync(client.GetStringAsync($"https://localhost:{_port}/", Pair.Stop));
        Assert.Equal(ValidationReason.NameMismatch, refused.Verdict?.Primary?.Reason);
    }

    private async Task<PeerProcess> StartAsync(TestCertificate certificate, string tls)
    {
        PeerProcess.Require("nginx");
        await File.WriteAllTextAsync(In("own.pem"), certificate.ChainToPem(), Pair.Stop);
        await File.WriteAllTextAsync(In("own.key"), certificate.ExportPrivateKeyPem(), Pair.Stop);
        await File.WriteAllTextAsync(In("root.pem"), _pki.Root.ToPem(), Pair.Stop);
        string folders = string.Concat(((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(f => $"{f}_temp_path {In(f)};"));
        await File.WriteAllTextAsync(In("nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid {{In("nginx.pid")}};
            events { }
            http {
              {{folders}}
              access_log off;
              server {
                listen 127.0.0.1:{{_port.ToString(CultureInfo.InvariantCulture)}} ssl http2;
                ssl_protocols {{tls}};
                ssl_certificate {{In("own.pem")}};
                ssl_certificate_key {{In("own.key")}};
                ssl_client_certificate {{In("root.pem")}};
                ssl_verify_client on;
                ssl_verify_depth 3;
                location / { return 200 "$ssl_client_verify $ssl_client_s_dn $server_protocol"; }
              }
            }
            """, Pair.Stop);
        PeerProcess nginx = PeerProcess.Start("nginx", "-e", "stderr", "-c", In("nginx.conf"));
        for (int i = 0; i < 1_200; i++)
        {
            try
            {
                using TcpClient probe = new();
                await probe.ConnectAsync(IPAddress.Loopback, _port, Pair.Stop);
                return nginx;
            }
            catch (SocketException)
            {
                await Task.Delay(25, Pair.Stop);
            }
        }

        Assert.Fail($"nginx does not listen: {nginx.Output}");
        return nginx;
    }

    private string In(string name) => Path.Combine(_folder, name);
}
