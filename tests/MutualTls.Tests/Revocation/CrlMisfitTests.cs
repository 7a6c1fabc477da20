using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>A CRL that is sound and about other certificates says nothing, and is called that, not malformed. RFC 5280 section 6.3.3 (b).</summary>
public sealed class CrlMisfitTests : IAsyncDisposable
{
    private readonly TestRevocationServer _server = TestRevocationServer.Start();
    private readonly RevocationService _service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } });

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _server.DisposeAsync();
    }

    public static TheoryData<string> Misfits => ["another issuer's", "of authorities only", "of another place", "a delta alone"];

    [Theory]
    [MemberData(nameof(Misfits))]
    public async Task JudgeAsync_CrlAboutOthers_IsCalledThat(string misfit)
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), other = TestCertificateAuthority.CreateRoot();
        TestCertificate client = root.IssueClient("client.test", c => c.WithCrlDistributionPoints(_server.CrlUrl(misfit == "another issuer's" ? other : root)));
        _server.ConfigureCrl = c => _ = misfit switch
        {
            "of authorities only" => c.WithIssuingDistributionPoint(p => p.OnlyAuthorityCertificates()),
            "of another place" => c.WithIssuingDistributionPoint(p => p.Url("http://crl.test/other")),
            "a delta alone" => c.WithNumber(6).DeltaTo(5),
            _ => c,
        };

        PeerVerdict verdict = await new PeerPolicyEngine(revocation: _service).JudgeAsync(
            PeerPolicy.Create("test", p => p.TrustPemText(root.ToPem()).CheckRevocation()), PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop);

        // Without the complete CRL whose key it must be of, nobody can tell who signed a delta.
        Assert.Equal(misfit == "a delta alone" ? ValidationReason.CrlSignerInvalid : ValidationReason.CrlOtherCertificate, verdict.Primary?.Reason);
        Assert.Equal(misfit == "a delta alone" ? RevocationCause.SignerInvalid : RevocationCause.Malformed, verdict.Revocation[0].Cause);
    }
}
