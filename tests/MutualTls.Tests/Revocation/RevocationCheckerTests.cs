using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Revocation.Crl;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>The checker answers from memory, allocates nothing, and follows when the CRLs change.</summary>
public class RevocationCheckerTests
{
    private readonly TestPki _pki = TestPki.With(client: c => c.WithCrlDistributionPoints("http://crl.test/a.crl"));

    [Fact]
    public void Check_EverythingGood_AllocatesNothing()
    {
        PeerPolicy policy = RevocationPair.Policy(_pki.Root, _ => { }, _pki.Root.IssueCrl(), _pki.Issuing.IssueCrl(c => c.Revoke(_pki.Server)));
        VerifiedPath path = new PeerPolicyEngine().Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)).Path!;
        (SignatureMemo memo, CandidatePool pool, DateTimeOffset now) = (new SignatureMemo(), new CandidatePool(), DateTimeOffset.UtcNow);
        RevocationResult[] results = new RevocationResult[path.Certificates.Count];
        void Check() => policy.RevocationChecker!.Check(path, new RevocationContext { Presented = [], Memo = memo, Pool = pool, Memory = null, Now = now }, results);
        Check();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            Check();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.All(results, result => Assert.Equal(RevocationStatus.Good, result.Status));
    }

    // Pitfall 23: what was accepted on old CRLs is judged again on the new ones.
    [Fact]
    public void Change_NewCrlRevokes_RefusesAPeerThatWasRemembered()
    {
        PeerPolicy policy = RevocationPair.Policy(_pki.Root, _ => { }, _pki.Root.IssueCrl(), _pki.Issuing.IssueCrl());
        PeerPolicyEngine engine = new();
        Assert.True(engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)).IsAccepted);

        policy.RevocationChecker!.Change(new CrlSet([Parse(_pki.Root.IssueCrl()), Parse(_pki.Issuing.IssueCrl(c => c.Revoke(_pki.Client)))]));

        Assert.Equal(ValidationReason.CertificateRevoked, engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)).Primary!.Value.Reason);
    }

    // A remembered verdict lasts no longer than the CRL it rests on.
    [Fact]
    public void Judge_CrlEnds_RefusesAPeerThatWasRemembered()
    {
        Microsoft.Extensions.Time.Testing.FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        PeerPolicy policy = RevocationPair.Policy(_pki.Root, _ => { }, _pki.Root.IssueCrl(), _pki.Issuing.IssueCrl(c => c.Validity(c.Now.AddHours(-1), c.Now.AddHours(1))));
        PeerPolicyEngine engine = new(clock);
        PeerVerdict accepted = engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client));
        Assert.True(accepted.IsAccepted);
        Assert.Equal(accepted.Revocation[0].Until, accepted.Until);

        clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(ValidationReason.CrlStale, engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)).Primary!.Value.Reason);
    }

    // Pitfall 15: unknown is never remembered; once the CRL is there it counts.
    [Fact]
    public void Judge_SoftFailUnknown_IsAskedAgainEachTime()
    {
        PeerPolicy policy = RevocationPair.Policy(_pki.Root, r => r.Mode = RevocationMode.SoftFail, _pki.Root.IssueCrl());
        PeerPolicyEngine engine = new();
        PeerVerdict first = engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)), second = engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client));

        Assert.Equal(ValidationReason.RevocationMissing, Assert.Single(first.Warnings).Reason);
        Assert.NotSame(first, second);
    }

    [Fact]
    public void With_CrlOfTheSameSeries_TakesTheNewerOnly()
    {
        ParsedCrl older = Parse(_pki.Issuing.IssueCrl(c => c.WithNumber(255))), newer = Parse(_pki.Issuing.IssueCrl(c => c.WithNumber(256)));
        ParsedCrl delta = Parse(_pki.Issuing.IssueCrl(c => c.WithNumber(300).DeltaTo(255))), other = Parse(_pki.Root.IssueCrl(c => c.WithNumber(1)));
        ParsedCrl scoped = Parse(_pki.Issuing.IssueCrl(c => c.WithNumber(1).WithIssuingDistributionPoint(d => d.OnlyEndEntityCertificates())));
        CrlSet set = new([older]);

        Assert.Equal([newer], set.With(newer).All);
        Assert.Same(set, set.With(older));
        Assert.Equal([newer], set.With(newer).With(older).All);
        Assert.Equal(4, set.With(newer).With(delta).With(other).With(scoped).All.Count);
    }

    [Fact]
    public void With_WithoutNumbers_GoesByDate()
    {
        ParsedCrl older = Parse(_pki.Issuing.IssueCrl(c => c.WithoutNumber().Validity(c.Now.AddHours(-3), null))), newer = Parse(_pki.Issuing.IssueCrl(c => c.WithoutNumber()));
        Assert.Equal([newer], new CrlSet([older]).With(newer).All);
        Assert.Equal([newer], new CrlSet([newer]).With(older).All);
    }

    [Fact]
    public void Pointers_OfACertificate_AreItsHttpUrlsInOrder()
    {
        TestCertificate client = _pki.Issuing.IssueClient("c.test", c => c
            .WithCrlDistributionPoints(new TestDistributionPoint().Url("ldap://x/", "HTTP://a/1.crl"), new TestDistributionPoint().Url("https://b/2.crl")).WithOcsp("http://o/").WithCaIssuers("http://ca/"));
        Assert.True(ParsedCertificate.TryParse(client.Der.Span, out ParsedCertificate? parsed, out _));

        Assert.Equal(["HTTP://a/1.crl", "https://b/2.crl"], RevocationPointers.CrlUrls(parsed));
        Assert.Equal(["http://o/"], RevocationPointers.OcspUrls(parsed));
    }

    private static ParsedCrl Parse(TestCrl crl)
    {
        Assert.True(CrlParser.TryParse(crl.Der.Span, out ParsedCrl? parsed, out string? error), error);
        return parsed;
    }
}
