using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Tests.House;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Docs;

/// <summary>The commands of docs/certificates.md are run as they stand there, and both ends accept what they make.</summary>
public sealed class CertificatesPageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mutualtls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Commands_OfThePage_MakeCertificatesThatPass()
    {
        PeerProcess.Require("sh");
        PeerProcess.Require("openssl");
        await using (PeerProcess version = PeerProcess.Start("openssl", "version"))
        {
            await version.ExitAsync();
            string said = version.Output.Trim();
            if (!said.StartsWith("OpenSSL ", StringComparison.Ordinal) || said.StartsWith("OpenSSL 1", StringComparison.Ordinal))
            {
                PeerProcess.Lack($"openssl is not OpenSSL 3 but {said}");   // macOS has LibreSSL
            }
        }

        string commands = Repository.Read("docs/certificates.md").Split("```sh\n")[1].Split("```")[0];
        await using (PeerProcess shell = PeerProcess.Start("sh", "-ec", $"cd '{_folder}'\n{commands}"))
        {
            Assert.True(await shell.ExitAsync() == 0, shell.Output);
        }

        // The strict rules ask for more than the default ones.
        PeerPolicy policy = PeerPolicy.Create("page", p => p.TrustPem(Path("root.pem")).WithoutRevocation().UseRules(RulePreset.Strict));
        await using MutualTlsListener listener = Pair.Listen(new MutualTlsServerOptions { Credential = Credential("server"), Policy = policy });
        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        MutualTlsClientOptions options = new() { TargetHost = "localhost", Credential = Credential("client"), Policy = policy };
        await using MutualTlsStream client = await MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, options, Pair.Stop);
        await using MutualTlsStream server = await accepting;
        Assert.Equal("localhost", $"{client.Verdict.Identity}");
        Assert.Equal("client.test", $"{server.Verdict.Identity}");
        Assert.Equal(2, server.Verdict.Path!.Certificates.Count);   // its own and the issuing CA's
    }

    private LocalCredential Credential(string name) => LocalCredential.FromPemFile(Path($"{name}.pem"), Path($"{name}.key.pem"));

    private string Path(string file) => System.IO.Path.Combine(_folder, "certs", file);
}
