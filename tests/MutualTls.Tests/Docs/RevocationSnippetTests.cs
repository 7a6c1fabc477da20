using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Docs;

/// <summary>What the documentation says about fetching, and that of MutualTls.Testing about its server.</summary>
public class RevocationSnippetTests
{
    [Fact]
    public void Fetching_Documented_PolicyIsMade()
    {
        string partnersCa = TestCertificateAuthority.CreateRoot().ToPem();
        ServiceCollection services = new();

        // <snippet revocation-fetching>
        services.AddMutualTls(mtls => mtls
            .AddPolicy("partners", p => p.TrustPemText(partnersCa).CheckRevocation(r =>
            {
                r.Preference = RevocationPreference.PreferOcsp;
                r.MaxWait = TimeSpan.FromSeconds(3);
                r.Places.Add(new RevocationPlace(RevocationSource.Ocsp, new Uri("http://ocsp.partners.example/")));
            }))
            .ConfigureRevocation(fetching => fetching.RefreshInterval = TimeSpan.FromMinutes(15)));
        // </snippet>

        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal(RevocationMode.HardFail, provider.GetRequiredService<MutualTlsEndpoints>().Policy("partners").Current.Revocation);
        Assert.Same(provider.GetRequiredService<RevocationService>(), provider.GetRequiredService<PeerPolicyEngine>().Revocation);
        Assert.Equal(TimeSpan.FromMinutes(15), provider.GetRequiredService<IOptions<RevocationServiceOptions>>().Value.RefreshInterval);
    }

    [Fact]
    public async Task TestingReadme_Revocation_Holds()
    {
        // <snippet revocation>
        await using TestRevocationServer server = TestRevocationServer.Start();

        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestCertificate client = root.IssueClient("client.test", c => c
            .WithCrlDistributionPoints(server.CrlUrl(root))
            .WithOcsp(server.OcspUrl(root)));

        // An engine asks nothing of this machine unless told to; with services: mtls.ConfigureRevocation(r => r.Dangerous.AllowLocalAddresses = true).
        await using RevocationService fetching = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } });
        PeerPolicyEngine engine = new(revocation: fetching);

        server.Revoke(client);                                    // from now on, by CRL and by OCSP
        server.Fault = TestRevocationFault.BlackHole;             // or Down, SlowDrip, Garbage, Expired, SignedByWrongKey, Huge ...
        server.ConfigureOcsp = answer => answer.WithoutNextUpdate();   // or any other defect
        int asked = server.CountOf(TestRevocationKind.Ocsp);
        // </snippet>
        server.Fault = TestRevocationFault.None;
        using HttpClient http = new();
        Assert.NotEmpty(await http.GetByteArrayAsync(new Uri(server.CrlUrl(root)), Pair.Stop));
        Assert.Equal(0, asked);

        // Its engine is answered; one that was not told to ask here is not, and says what it lacks.
        PeerPolicy policy = Pair.Trusting(root, p => p.CheckRevocation());
        Assert.Equal(ValidationReason.CertificateRevoked, (await engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop)).Primary?.Reason);
        Finding unasked = (await new PeerPolicyEngine(revocation: new RevocationService()).JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop)).Primary!.Value;
        Assert.Equal(ValidationReason.RevocationUnreachable, unasked.Reason);
        Assert.Single(unasked.ToString().Split("AllowLocalAddresses")[1..]);
        Assert.Single(unasked.ToString().Split("127.0.0.1,")[1..]);
    }
}
