using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>A CA below a trusted root is against us, or against another CA: what it and its clients do has no effect on the clients of others.</summary>
public sealed class HostileAuthorityTests : IAsyncDisposable
{
    private readonly TestRevocationServer _server = TestRevocationServer.Start();
    private readonly RevocationService _service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } });
    private readonly TestPki _pki = new();
    private readonly TestCertificateAuthority _hostile;
    private readonly PeerPolicyEngine _engine;

    public HostileAuthorityTests()
    {
        _hostile = _pki.Root.IssueIntermediate("Hostile CA");
        _engine = new PeerPolicyEngine(revocation: _service);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _server.DisposeAsync();
    }

    // Its clients name the CRL of the other CA, which is of no use for them. That it is of no use must not be remembered for the others.
    [Theory]
    [InlineData(RevocationMode.HardFail)]
    [InlineData(RevocationMode.SoftFail)]
    public async Task Crl_NamedByClientsOfAnother_IsFetchedForItsOwn(RevocationMode mode)
    {
        string url = _server.CrlUrl(_pki.Issuing);
        TestCertificate good = _pki.Issuing.IssueClient("good.test", c => c.WithCrlDistributionPoints(url)), revoked = _pki.Issuing.IssueClient("revoked.test", c => c.WithCrlDistributionPoints(url));
        _server.Revoke(revoked);
        PeerPolicy policy = Policy(mode);
        for (int i = 0; i < 3; i++)
        {
            PeerVerdict hostile = await JudgeAsync(policy, _hostile.IssueClient($"hostile-{i}.test", c => c.WithCrlDistributionPoints(url)));
            Assert.Equal(mode == RevocationMode.SoftFail, hostile.IsAccepted);
        }

        Assert.Equal(ValidationReason.CertificateRevoked, (await JudgeAsync(policy, revoked)).Primary?.Reason);
        PeerVerdict verdict = await JudgeAsync(policy, good);
        Assert.True(verdict.IsAccepted && verdict.Revocation[0].Status == RevocationStatus.Good, verdict.ToString());
    }

    // It makes itself a signer with the other CA's name, and whoever is on the way sends that one's list in the place of the true one.
    [Fact]
    public async Task Crl_OfASignerOfTheSameNameThatItMade_IsNotUsed()
    {
        TestCertificateAuthority partner = _pki.Root.IssueIntermediate("Partner CA"), forged = _hostile.IssueIntermediate("Partner CA"), renewed = _pki.Root.IssueIntermediate("Partner CA");
        foreach ((TestCertificateAuthority signer, bool isGood) in ((TestCertificateAuthority, bool)[])[(forged, false), (renewed, true)])
        {
            TestCertificate client = partner.IssueClient("client.test", c => c.WithCrlDistributionPoints(_server.CrlUrl(signer)));
            PresentedChain presented = new(((TestCertificate[])[client, partner, signer, _hostile]).Select(c => c.Der));

            PeerVerdict verdict = await _engine.JudgeAsync(Policy(RevocationMode.HardFail), PeerRole.Client, presented, cancellationToken: Pair.Stop);

            Assert.Equal(isGood ? null : ValidationReason.CrlSignerInvalid, verdict.Primary?.Reason);
        }
    }

    private PeerPolicy Policy(RevocationMode mode) => PeerPolicy.Create("partners", p => p.TrustPemText(_pki.Root.ToPem()).CheckRevocation(r =>
    {
        (r.Mode, r.Depth, r.MaxWait) = (mode, RevocationDepth.EndEntity, TimeSpan.FromSeconds(30));
    }));

    private async Task<PeerVerdict> JudgeAsync(PeerPolicy policy, TestCertificate client) => await _engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop);
}
