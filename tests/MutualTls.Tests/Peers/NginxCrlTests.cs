using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Peers;

/// <summary>CRLs that <c>openssl ca</c> makes and nginx serves, fetched and used by us.</summary>
public sealed class NginxCrlTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mutualtls-").FullName;
    private readonly int _port = PeerPort.Next();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Crl_MadeByOpenSslAndServedByNginx_IsFetchedAskedForAgainAndItsRevocationSeen()
    {
        PeerProcess.Require("openssl");
        PeerProcess.Require("nginx");
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestCertificate client = root.IssueClient("client.test", c => c.WithCrlDistributionPoints($"http://127.0.0.1:{_port}/ca.crl"));
        WriteCa(root, client);
        await PublishAsync();
        await using PeerProcess nginx = await StartNginxAsync();
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        await using RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true }, RefreshInterval = TimeSpan.FromMinutes(10) }, clock);
        PeerPolicyEngine engine = new(clock, revocation: service);
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(root.ToPem()).CheckRevocation());
        TaskCompletionSource<RevocationChangedEventArgs> told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        PeerVerdict first = await engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop);
        Assert.True(first.IsAccepted, $"{first}; {nginx.Output}");
        Assert.Equal(RevocationSource.Crl, first.Revocation[0].Source);

        await Patience.UntilAsync(() => service.Scheduled == 1);

        // Nothing has changed: nginx says so in a few bytes.
        clock.Advance(TimeSpan.FromMinutes(10));
        await Patience.UntilAsync(() => AccessLog().Contains("304", StringComparison.Ordinal));
        Assert.Equal(["200", "304"], AccessLog().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await Patience.UntilAsync(() => service.Scheduled == 1);

        service.Changed += (_, change) => told.TrySetResult(change);
        await RunAsync("ca", "-config", In("ca.cnf"), "-revoke", In("client.pem"), "-crl_reason", "keyCompromise");
        await PublishAsync();
        clock.Advance(TimeSpan.FromMinutes(10));
        RevocationChangedEventArgs changed = await told.Task.WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);

        Assert.Equal(Convert.ToHexString(client.SerialNumber.Span), Assert.Single(changed.SerialNumbers));
        Assert.Equal(ValidationReason.CertificateRevoked, engine.Judge(policy, PeerRole.Client, Pair.Presented(client)).Primary!.Value.Reason);
    }

    private void WriteCa(TestCertificateAuthority root, TestCertificate client)
    {
        Directory.CreateDirectory(In("www"));
        File.WriteAllText(In("ca.pem"), root.ToPem());
        File.WriteAllText(In("ca.key"), root.ExportPrivateKeyPem());
        File.WriteAllText(In("client.pem"), client.ToPem());
        File.WriteAllText(In("index.txt"), "");
        File.WriteAllText(In("crlnumber"), "01\n");
        File.WriteAllText(In("ca.cnf"), $"""
            [ca]
            default_ca = here
            [here]
            database = {In("index.txt")}
            crlnumber = {In("crlnumber")}
            certificate = {In("ca.pem")}
            private_key = {In("ca.key")}
            default_md = sha256
            default_crl_days = 1
            crl_extensions = extensions
            [extensions]
            authorityKeyIdentifier = keyid:always
            """);
    }

    private async Task PublishAsync()
    {
        await RunAsync("ca", "-config", In("ca.cnf"), "-gencrl", "-out", In("crl.pem"));
        await RunAsync("crl", "-in", In("crl.pem"), "-outform", "DER", "-out", In("crl.der"));
        File.Move(In("crl.der"), Path.Combine(In("www"), "ca.crl"), overwrite: true);
    }

    private static async Task RunAsync(params string[] arguments)
    {
        await using PeerProcess openssl = PeerProcess.Start("openssl", arguments);
        Assert.True(await openssl.ExitAsync() == 0, openssl.Output);
    }

    private async Task<PeerProcess> StartNginxAsync()
    {
        // One process, with everything it writes in our folder.
        string folders = string.Join(' ', ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(name => $"{name}_temp_path {In(name)};"));
        await File.WriteAllTextAsync(In("nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid {{In("nginx.pid")}};
            events { }
            http {
              {{folders}}
              log_format status $status;
              access_log {{In("access.log")}} status;
              server { listen 127.0.0.1:{{_port.ToString(CultureInfo.InvariantCulture)}}; root {{In("www")}}; }
            }
            """);
        PeerProcess nginx = PeerProcess.Start("nginx", "-e", "stderr", "-c", In("nginx.conf"));
        await Patience.UntilAsync(() =>
        {
            using TcpClient probe = new();
            try
            {
                probe.Connect(IPAddress.Loopback, _port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
        return nginx;
    }

    private string AccessLog() => File.ReadAllText(In("access.log"));

    private string In(string name) => Path.Combine(_folder, name);
}
