using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Regressions;

/// <summary>Runs alone: what one policy keeps alive is weighed by the memory of the whole process.</summary>
[CollectionDefinition(nameof(VerdictCacheRegressions), DisableParallelization = true)]
[Collection(nameof(VerdictCacheRegressions))]
public class VerdictCacheRegressions
{
    // A good peer that sends other junk along each time must not keep more alive than the limit says.
    [Fact]
    public void Judge_GoodPeerWithJunkSentAlong_TheJunkCounts()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.Options.VerdictCacheLimit = 1 << 20);
        PeerPolicyEngine engine = new();
        const int Junk = 90_000, Times = 200;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < Times; i++)
        {
            byte[] junk = new byte[Junk];
            BitConverter.TryWriteBytes(junk, i);
            Assert.True(engine.Judge(policy, PeerRole.Client, new PresentedChain(pki.Client.Der, pki.Issuing.Der, junk)).IsAccepted);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4 << 20);
        GC.KeepAlive(policy);
    }

    // Pitfall 23: judged again, a CRL from the future is no answer; so what it said does not hold before its time either.
    [Fact]
    public void Judge_ClockSteppedBackBeforeTheCrl_IsJudgedAnew()
    {
        DateTimeOffset start = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
        FakeTimeProvider issued = new(start);
        TestPki pki = new(new TestPkiOptions { TimeProvider = issued });
        byte[][] crls = [pki.Root.IssueCrl(c => c.Validity(start, start.AddDays(7))).Der.ToArray(), pki.Issuing.IssueCrl(c => c.Validity(start, start.AddDays(7))).Der.ToArray()];
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(pki.Root.ToPem()).CheckRevocation(r =>
        {
            r.Crls.Add(crls[0]);
            r.Crls.Add(crls[1]);
        }));
        Clock clock = new() { Now = start };
        PeerPolicyEngine engine = new(clock);
        PresentedChain presented = Pair.Presented(pki.Client);
        Assert.True(engine.Judge(policy, PeerRole.Client, presented).IsAccepted);

        clock.Now = start.AddMinutes(-30);

        Assert.Equal(ValidationReason.CrlStale, engine.Judge(policy, PeerRole.Client, presented).Primary!.Value.Reason);
    }

    // What a CRL says holds no longer than its signer, where that one is not on the path.
    [Theory]
    [InlineData("the signer's certificate ends")]
    [InlineData("what is known of the signer ends")]
    public void Judge_SignerOfTheCrlIsOver_IsJudgedAnew(string what)
    {
        DateTimeOffset start = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero), soon = start.AddHours(1), later = start.AddDays(7);
        FakeTimeProvider clock = new(start);
        bool ends = what == "the signer's certificate ends";
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(timeProvider: clock), other = root.IssueIntermediate();
        TestCertificateAuthority issuing = root.IssueIntermediate();
        TestCertificateAuthority separate = other.IssueIntermediate(configure: c => c.WithSubject(issuing.Subject)
            .WithKeyUsage(System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.CrlSign).WithBasicConstraints(isCa: false).Validity(start, ends ? soon : later));
        PeerPolicy policy = PeerPolicy.Create("test", p =>
        {
            p.TrustPemText(root.ToPem()).CheckRevocation(r =>
            {
                r.Crls.Add(root.IssueCrl(c => c.Validity(start, later)).Der);
                r.Crls.Add(other.IssueCrl(c => c.Validity(start, ends ? later : soon)).Der);
                r.Crls.Add(separate.IssueCrl(c => c.Validity(start, later)).Der);
            });

            // Under the others a CA beside the path issues no signer of CRLs.
            p.Options.Rules = RulePreset.Rfc5280;
        });
        PeerPolicyEngine engine = new(clock);
        PresentedChain presented = new(issuing.IssueClient("client.test").Der, issuing.Der, separate.Der, other.Der);
        Assert.True(engine.Judge(policy, PeerRole.Client, presented).IsAccepted);

        clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(ValidationReason.CrlSignerInvalid, engine.Judge(policy, PeerRole.Client, presented).Primary!.Value.Reason);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
