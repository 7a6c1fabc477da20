using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;
using MutualTls.Pinning;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Policies.Pins;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies;

/// <summary>Names, pins and lists that change while a policy stands, and time that passes: a remembered verdict does not outlive what it rests on.</summary>
public class ChangingDemandsTests
{
    private readonly TestPki _pki = new();
    private readonly PeerPolicyEngine _engine = new();

    private string Key => "sha256/" + Convert.ToBase64String(SHA256.HashData(_pki.Client.Key.SubjectPublicKeyInfo.Span));

    private static string OtherKey => "sha256/" + Convert.ToBase64String(SHA256.HashData(TestKey.Generate().SubjectPublicKeyInfo.Span));

    [Fact]
    public void DenyList_EntryAddedAndTaken_CountsForTheNextJudgement()
    {
        SnapshotSource<CertificateDenyList> denied = new(CertificateDenyList.Empty);
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.DenyFrom(denied));
        Assert.Null(Judge(policy));
        long version = denied.Version;

        denied.Change(CertificateDenyList.Parse("certificate:" + _pki.Client.Sha256Fingerprint));

        Assert.True(denied.Version > version);
        Assert.Equal(ValidationReason.CertificateDenied, Judge(policy));
        Assert.Equal(ValidationReason.CertificateDenied, Judge(policy));

        denied.Change(CertificateDenyList.Empty);
        Assert.Null(Judge(policy));
    }

    [Fact]
    public void Names_OfASource_CountForTheNextJudgement()
    {
        SnapshotSource<SanMatcher> names = new(SanMatcher.AnyOf("dns:client.test"));
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.AllowNamesFrom(names));
        Assert.Null(Judge(policy));
        names.Change(SanMatcher.AnyOf("dns:other.test"));
        Assert.Equal(ValidationReason.IdentityNotAllowed, Judge(policy));
        names.Change(SanMatcher.AnyOf("dns:**.test", "dns:client.test"));
        Assert.Null(Judge(policy));
    }

    [Fact]
    public void Pins_OfASource_CountForTheNextJudgement()
    {
        SnapshotSource<SpkiPinSet> pins = new(Set(Key, OtherKey));
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.PinFrom(pins));
        Assert.Null(Judge(policy));
        pins.Change(Set(OtherKey, OtherKey));
        Assert.Equal(ValidationReason.PinMismatch, Judge(policy));
    }

    // A change that throws keeps the last good value.
    [Fact]
    public void Source_ChangeThatFails_KeepsTheLastGoodList()
    {
        SnapshotSource<CertificateDenyList> denied = new(CertificateDenyList.Parse("certificate:" + _pki.Client.Sha256Fingerprint));
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.DenyFrom(denied));
        Assert.Contains("Entry 2", Assert.Throws<ArgumentException>(() => denied.Change(_ => CertificateDenyList.Parse("# good", "bad"))).Message, StringComparison.Ordinal);
        Assert.Equal(ValidationReason.CertificateDenied, Judge(policy));
    }

    [Fact]
    public void Pins_ExpireWhileAVerdictIsRemembered_RefuseFromThenOn()
    {
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        PeerPolicyEngine engine = new(clock);
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.Pin(Key, OtherKey).Pin(o => o.ExpiresAt = clock.GetUtcNow().AddHours(1)));
        Assert.True(engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)).IsAccepted);

        clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(ValidationReason.PinsExpired, engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)).Primary!.Value.Reason);
    }

    [Fact]
    public void RemainingLife_RunsLowWhileAVerdictIsRemembered_RefusesFromThenOn()
    {
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        PeerPolicyEngine engine = new(clock);
        TestPki pki = TestPki.With(client: c => c.Validity(c.Now, c.Now.AddHours(10)), timeProvider: clock);
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.Fitness(f => f.MinRemainingLife = TimeSpan.FromHours(4)));
        PeerVerdict verdict = engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client));
        Assert.True(verdict.IsAccepted);

        clock.Advance(TimeSpan.FromHours(6).Add(TimeSpan.FromSeconds(1)));

        Assert.Equal(ValidationReason.RemainingLifeTooShort, engine.Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).Primary!.Value.Reason);
    }

    [Fact]
    public void Pins_ReportOnly_AreTold()
    {
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.Pin(OtherKey, OtherKey).Pin(o => o.Mode = PinMode.ReportOnly));
        PeerVerdict verdict = _engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client));
        Assert.True(verdict.IsAuthenticated);
        Assert.Equal(ValidationReason.PinMismatch, Assert.Single(verdict.Warnings).Reason);
    }

    // The error lists what would have matched, ready to be put into the policy.
    [Fact]
    public void Pins_NoneFits_TellsThoseThatWould()
    {
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.Pin(OtherKey, OtherKey));
        string detail = _engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)).Primary!.Value.Detail!;
        Assert.Contains($"end-entity {Key}", detail, StringComparison.Ordinal);
        foreach (TestCertificate issuer in new[] { _pki.Issuing, (TestCertificate)_pki.Root })
        {
            string pin = Convert.ToBase64String(SHA256.HashData(issuer.Key.SubjectPublicKeyInfo.Span));
            Assert.Contains($"sha256/{pin}", detail, StringComparison.Ordinal);
            Assert.True(_engine.Judge(Pair.Trusting(_pki.Root, p => p.Pin("sha256/" + pin, OtherKey)), PeerRole.Client, Pair.Presented(_pki.Client)).IsAccepted);
        }
    }

    // Pitfall 22: an unpinned or denied first path does not hide a good cross-signed one.
    [Theory]
    [InlineData("pin")]
    [InlineData("deny")]
    [InlineData("deny by serial")]
    public void FirstPath_DoesNotPass_SecondIsTaken(string demand)
    {
        TestCertificateAuthority first = TestCertificateAuthority.CreateRoot("First"), second = TestCertificateAuthority.CreateRoot("Second");
        TestCertificateAuthority issuing = first.IssueIntermediate("Issuing"), crossed = second.CrossSign(issuing);
        TestCertificate client = issuing.IssueClient("client.test");
        foreach (TestCertificateAuthority wanted in new[] { first, second })
        {
            TestCertificateAuthority unwanted = wanted == first ? second : first;
            string pin = "sha256/" + Convert.ToBase64String(SHA256.HashData(wanted.Key.SubjectPublicKeyInfo.Span));
            PeerPolicy policy = Pair.Trusting(first, p =>
            {
                p.TrustPemText(second.ToPem());
                _ = demand switch
                {
                    "pin" => p.Pin(pin, OtherKey),
                    "deny" => p.DenyCertificate($"certificate:{unwanted.Sha256Fingerprint}"),
                    _ => p.DenyCertificate(unwanted == first ? $"serial:{Serial(issuing)}@CN=First" : $"serial:{Serial(crossed)}@CN=Second"),
                };
            });

            PeerVerdict verdict = new PeerPolicyEngine().Judge(policy, PeerRole.Client, new PresentedChain(client.Der, issuing.Der, crossed.Der));

            Assert.True(verdict.IsAccepted, verdict.ToString());
            Assert.Equal(wanted == first ? "CN=First" : "CN=Second", verdict.Path!.Anchor.Subject);
        }
    }

    // A million entries: some dozens of nanoseconds for each look-up, so none that could be seen beside a signature; and no cost at all to a remembered verdict.
    [Fact]
    public void DenyList_AMillionEntries_CostsAsMuchAsOne()
    {
        string issuer = "@" + _pki.Issuing.Subject;
        Random random = new(1);
        byte[] bytes = new byte[32];
        CertificateDenyList many = CertificateDenyList.Parse(Enumerable.Range(0, 1_000_000).Select(i =>
        {
            random.NextBytes(bytes);
            return (i % 3) switch { 0 => "certificate:", 1 => "key:", _ => "serial:" } + Convert.ToHexString(bytes) + (i % 3 == 2 ? issuer : "");
        }));
        CertificateDenyList one = CertificateDenyList.Parse("certificate:" + Convert.ToHexString(bytes), "key:" + Convert.ToHexString(bytes), "serial:01" + issuer);
        Assert.Equal(1_000_000, many.Count);
        VerifiedPath path = _engine.Judge(Pair.Trusting(_pki.Root), PeerRole.Client, Pair.Presented(_pki.Client)).Path!;
        Assert.False(many.Contains(path, out _, out _));
        Assert.False(one.Contains(path, out _, out _));

        double best = double.MaxValue;
        for (int round = 0; round < 20 && best > 2; round++)
        {
            best = Math.Min(best, Time(many, path) / (double)Time(one, path));
        }

        Assert.True(best <= 2, $"{best:0.0} times");
        long before = GC.GetAllocatedBytesForCurrentThread();
        many.Contains(path, out _, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        // And each entry is found.
        CertificateDenyList found = CertificateDenyList.Parse(Enumerable.Range(0, 10_000).Select(i => $"serial:{i:X8}{issuer}").Append($"serial:{Convert.ToHexString(_pki.Client.SerialNumber.Span)}{issuer}"));
        Assert.True(found.Contains(path, out int depth, out string what));
        Assert.Equal(0, depth);
        Assert.StartsWith("serial ", what, StringComparison.Ordinal);
    }

    private static long Time(CertificateDenyList list, VerifiedPath path)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 2_000; i++)
        {
            list.Contains(path, out _, out _);
        }

        return Stopwatch.GetTimestamp() - start;
    }

    private ValidationReason? Judge(PeerPolicy policy) => _engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)).Primary?.Reason;

    private static string Serial(TestCertificate certificate) => Convert.ToHexString(certificate.SerialNumber.Span);

    private static SpkiPinSet Set(params string[] pins) => new(pins.Select(SpkiPin.Parse));
}
