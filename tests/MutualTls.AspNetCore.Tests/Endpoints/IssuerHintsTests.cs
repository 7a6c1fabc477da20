using Microsoft.AspNetCore.Hosting;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;
using MutualTls.Tests.Peers;

namespace MutualTls.AspNetCore.Tests.Endpoints;

/// <summary>The handshake names the authorities whose certificates are wanted where a policy says so, and only there.</summary>
public class IssuerHintsTests
{
    [Theory]
    [InlineData(IssuerHints.None, "-tls1_2")]
    [InlineData(IssuerHints.None, "-tls1_3")]
    [InlineData(IssuerHints.TrustAnchors, "-tls1_2")]
    [InlineData(IssuerHints.TrustAnchors, "-tls1_3")]
    public async Task Handshake_NamesTheAnchors_IfTold(IssuerHints hints, string version)
    {
        PeerProcess.Require("openssl");
        TestPki pki = TestPki.With(root: c => c.WithSubject("Hinted Root"));
        await using App app = await App.StartAsync(pki, host: h => h.IssuerHints = hints);
        using PeerFiles files = new(pki.Client, pki.Root);
        await using PeerProcess client = PeerProcess.Start(
            "openssl", "s_client", "-connect", $"127.0.0.1:{app.Port}", version, "-cert", files.Certificate, "-key", files.Key, "-cert_chain", files.Certificate, "-ign_eof");
        client.Say("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r");
        await client.ExitAsync();
        await client.KillAsync();
        Assert.Contains("partners client.test", client.Output);

        // A name stands on a line of its own; what openssl says of the verification on its other output may come between any two lines.
        bool isNamed = client.Output.Split('\n').SkipWhile(line => !line.StartsWith("Acceptable client certificate CA names", StringComparison.Ordinal))
            .TakeWhile(line => !line.StartsWith("SSL handshake has read", StringComparison.Ordinal))
            .Any(line => line.Contains("Hinted Root", StringComparison.Ordinal) && !line.StartsWith("depth=", StringComparison.Ordinal));
        Assert.Equal(hints == IssuerHints.TrustAnchors, isNamed);
    }

    // The hints are part of what SslStream is told to present, and so is the OCSP answer.
    [Theory]
    [InlineData(IssuerHints.None)]
    [InlineData(IssuerHints.TrustAnchors)]
    public async Task Handshake_CredentialStaples_WithHintsToo(IssuerHints hints)
    {
        PeerProcess.Require("openssl");
        TestPki pki = new();
        await using TestRevocationServer responder = TestRevocationServer.Start();
        var own = pki.Issuing.IssueServer("localhost", c => c.WithOcsp(responder.OcspUrl(pki.Issuing))).ToCredential();
        await using App app = await App.StartAsync(
            mtls => mtls.ConfigureRevocation(r => r.Dangerous.AllowLocalAddresses = true)
                .AddCredential("web", c => c.FromCertificate(own.Certificate, own.Intermediates).StapleOcsp())
                .AddPolicy("partners", p => p.TrustPemText(pki.Root.ToPem()).WithoutRevocation()),
            builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls("web", "partners", host => host.IssuerHints = hints))));
        using PeerFiles files = new(pki.Client, pki.Root);
        await app.Log.WaitForAsync("presents an OCSP answer");

        await using PeerProcess client = PeerProcess.Start(
            "openssl", "s_client", "-status", "-connect", $"127.0.0.1:{app.Port}", "-cert", files.Certificate, "-key", files.Key, "-cert_chain", files.Certificate);
        await client.WaitForAsync("Verify return code");

        Assert.Contains("Cert Status: good", client.Output);
    }
}
