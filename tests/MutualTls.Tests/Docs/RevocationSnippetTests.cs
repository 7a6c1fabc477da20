using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Docs;

/// <summary>What the documentation of MutualTls.Testing says about revocation.</summary>
public class RevocationSnippetTests
{
    [Fact]
    public async Task TestingReadme_Revocation_Holds()
    {
        // <snippet revocation>
        await using TestRevocationServer server = TestRevocationServer.Start();

        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestCertificate client = root.IssueClient("client.test", c => c
            .WithCrlDistributionPoints(server.CrlUrl(root))
            .WithOcsp(server.OcspUrl(root)));

        server.Revoke(client);                                    // from now on, by CRL and by OCSP
        server.Fault = TestRevocationFault.BlackHole;             // or Down, SlowDrip, Garbage, Expired, SignedByWrongKey, Huge ...
        server.ConfigureOcsp = answer => answer.WithoutNextUpdate();   // or any other defect
        int asked = server.CountOf(TestRevocationKind.Ocsp);
        // </snippet>
        server.Fault = TestRevocationFault.None;
        using HttpClient http = new();
        Assert.NotEmpty(await http.GetByteArrayAsync(new Uri(server.CrlUrl(root)), Pair.Stop));
        Assert.Equal(0, asked);
    }
}
