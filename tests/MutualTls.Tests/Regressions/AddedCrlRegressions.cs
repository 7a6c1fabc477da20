using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Revocation;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Regressions;

/// <summary>What <see cref="RevocationService.Add"/> is told counts beside CRLs that a policy is given.</summary>
public class AddedCrlRegressions
{
    private readonly TestPki _pki = new();
    private readonly PeerPolicyEngine _engine = new();

    // An authority whose CRL the policy was given was not known to the service, so that a newer one of it was of no use; and the given one, older, was asked first and last.
    [Theory]
    [InlineData(RevocationMode.HardFail)]
    [InlineData(RevocationMode.SoftFail)]
    public void Add_NewerThanAGivenCrl_RevokedPeerIsRefused(RevocationMode mode)
    {
        PeerPolicy policy = RevocationPair.Policy(_pki.Root, r => r.Mode = mode, _pki.Root.IssueCrl(), _pki.Issuing.IssueCrl());
        Assert.True(Judge(policy).IsAccepted);

        Assert.True(_engine.Revocation.Add(_pki.Issuing.IssueCrl(crl => crl.Revoke(_pki.Client)).Der.Span));

        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy).Primary?.Reason);
    }

    [Fact]
    public void Add_OlderThanAGivenCrl_GivenOneCounts()
    {
        PeerPolicy policy = RevocationPair.Policy(_pki.Root, _ => { }, _pki.Root.IssueCrl(), _pki.Issuing.IssueCrl(crl => crl.WithNumber(9)));
        Assert.True(Judge(policy).IsAccepted);

        // Put on hold, and released since.
        _engine.Revocation.Add(_pki.Issuing.IssueCrl(crl => crl.WithNumber(8).Validity(crl.Now.AddHours(-2), crl.Now.AddDays(7)).Revoke(_pki.Client)).Der.Span);

        Assert.True(Judge(policy).IsAccepted);
    }

    [Fact]
    public void Add_OfAStranger_IsOfNoUse()
    {
        PeerPolicy policy = RevocationPair.Policy(_pki.Root, _ => { }, _pki.Root.IssueCrl(), _pki.Issuing.IssueCrl());
        Assert.True(Judge(policy).IsAccepted);
        TestCertificateAuthority stranger = TestCertificateAuthority.CreateRoot(configure: c => c.WithSubject(_pki.Issuing.Subject));

        Assert.False(_engine.Revocation.Add(stranger.IssueCrl(crl => crl.RevokeSerial(_pki.Client.SerialNumber.Span)).Der.Span));

        Assert.True(Judge(policy).IsAccepted);
    }

    // What a newer one says to be good does not undo what the given one says to be revoked.
    [Fact]
    public void Add_NewerWithoutTheEntry_RevokedStaysSo()
    {
        PeerPolicy policy = RevocationPair.Policy(_pki.Root, _ => { }, _pki.Root.IssueCrl(), _pki.Issuing.IssueCrl(crl => crl.Revoke(_pki.Client)));
        Assert.False(Judge(policy).IsAccepted);
        _engine.Revocation.Add(_pki.Issuing.IssueCrl(crl => crl.WithNumber(99)).Der.Span);
        Assert.False(Judge(policy).IsAccepted);
    }

    private PeerVerdict Judge(PeerPolicy policy) => _engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client));
}
