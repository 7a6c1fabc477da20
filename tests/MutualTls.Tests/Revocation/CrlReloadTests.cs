using Microsoft.Extensions.Time.Testing;
using MutualTls.Diagnostics;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>CRL files that change: what is newer and good is used within five seconds, and nothing else takes anything away. Promise P10.</summary>
public sealed class CrlReloadTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crls-").FullName;
    private readonly TestPki _pki = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly EventRecord<RevocationService> _log = new();
    private readonly List<RevocationChangedEventArgs> _told = [];
    private readonly RevocationService _service;
    private readonly PeerPolicyEngine _engine;

    public CrlReloadTests()
    {
        _service = new RevocationService(timeProvider: _clock, logger: _log);
        _service.Changed += (_, change) => _told.Add(change);
        _engine = new PeerPolicyEngine(_clock, revocation: _service);
        Write("root.crl", _pki.Root.IssueCrl());
        Write("issuing.crl", Crl(1));
    }

    private string Serial => Convert.ToHexString(_pki.Client.SerialNumber.Span);

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    public void Look_NewerCrlRevokes_StandingVerdictFallsAndTheEventTells(string kind)
    {
        PeerPolicy policy = kind == "folder" ? Policy(_folder) : Policy(PathOf("root.crl"), PathOf("issuing.crl"));
        Assert.True(Judge(policy).IsAccepted);

        Write("issuing.crl", Crl(2, c => c.Revoke(_pki.Client)));
        _clock.Advance(FileWatch.Interval - TimeSpan.FromTicks(1));
        Assert.True(Judge(policy).IsAccepted);
        _clock.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy).Primary?.Reason);
        RevocationChangedEventArgs change = Assert.Single(_told);
        Assert.Equal([Serial], change.SerialNumbers);
        Assert.True(change.IsComplete);
        Assert.Contains("Intermediate", change.Issuer!, StringComparison.Ordinal);
    }

    [Fact]
    public void Look_KubernetesTurnsTheVolume_IsSeen()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights of their own there.");
        string mounted = Directory.CreateDirectory(PathOf("mounted")).FullName;
        MountedVolume volume = new(mounted);
        volume.Update(("root.crl", Der(_pki.Root.IssueCrl())), ("issuing.crl", Der(Crl(1))));
        PeerPolicy folder = Policy(mounted), files = Policy(Path.Combine(mounted, "root.crl"), Path.Combine(mounted, "issuing.crl"));
        Assert.True(Judge(folder).IsAccepted);
        Assert.True(Judge(files).IsAccepted);

        volume.Update(("root.crl", Der(_pki.Root.IssueCrl())), ("issuing.crl", Der(Crl(2, c => c.Revoke(_pki.Client)))));
        Look();

        Assert.Equal(ValidationReason.CertificateRevoked, Judge(folder).Primary?.Reason);
        Assert.Equal(ValidationReason.CertificateRevoked, Judge(files).Primary?.Reason);
    }

    public static TheoryData<string> Broken => ["half", "garbage", "empty", "gone", "other file", "half PEM"];

    // Whoever writes the file has not finished, or has made a mistake: what was known to be revoked stays so, and what was good stays good.
    [Theory]
    [MemberData(nameof(Broken))]
    public void Look_FileOfNoUse_LastGoodStaysAndIsToldOnce(string how)
    {
        TestCertificate revoked = _pki.Issuing.IssueClient("revoked.test");
        Write("issuing.crl", Crl(1, c => c.Revoke(revoked)));
        PeerPolicy policy = Policy(_folder);
        Assert.True(Judge(policy).IsAccepted);
        byte[] next = Der(Crl(2, c => c.Revoke(revoked).Revoke(_pki.Client)));

        switch (how)
        {
            case "half":
                File.WriteAllBytes(PathOf("issuing.crl"), next[..(next.Length / 2)]);
                break;
            case "half PEM":
                File.WriteAllText(PathOf("issuing.crl"), Crl(2).ToPem()[..200]);
                break;
            case "gone":
                File.Delete(PathOf("issuing.crl"));
                break;
            default:
                File.WriteAllBytes(PathOf("issuing.crl"), how switch { "garbage" => [1, 2, 3], "empty" => [], _ => File.ReadAllBytes(PathOf("root.crl")) });
                break;
        }

        Look();
        Look();
        Look();

        Assert.True(Judge(policy).IsAccepted);
        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy, revoked).Primary?.Reason);
        Assert.Single(_log.TextsOf(EventIds.CrlFileUnusable));
        Assert.Empty(_told);

        // And once it is whole it counts.
        File.WriteAllBytes(PathOf("issuing.crl"), next);
        Look();
        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy).Primary?.Reason);
    }

    [Fact]
    public void Look_OlderThanBefore_TakesNothingAway()
    {
        Write("issuing.crl", Crl(5, c => c.Revoke(_pki.Client)));
        PeerPolicy policy = Policy(_folder);
        Assert.False(Judge(policy).IsAccepted);

        Write("issuing.crl", Crl(4));
        Look();

        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy).Primary?.Reason);
        Assert.Contains("not newer", Assert.Single(_log.TextsOf(EventIds.CrlFileUnusable)), StringComparison.Ordinal);
    }

    // Of whoever can write the file, and has no key of the CA.
    [Theory]
    [InlineData("root.crl")]
    [InlineData("issuing.crl")]
    public void Look_ForgedOfAHigherNumber_DisplacesNothing(string name)
    {
        TestCertificate revoked = _pki.Issuing.IssueClient("revoked.test");
        Write("issuing.crl", Crl(1, c => c.Revoke(revoked)));
        PeerPolicy policy = Policy(_folder);
        Assert.True(Judge(policy).IsAccepted);
        Assert.False(Judge(policy, revoked).IsAccepted);

        Write(name, name == "root.crl" ? _pki.Root.IssueCrl(c => c.WithNumber(1000).SignedByWrongKey()) : Crl(1000, c => c.SignedByWrongKey()));
        Look();

        Assert.True(Judge(policy).IsAccepted);
        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy, revoked).Primary?.Reason);

        // Nor does its number keep out what the CA itself makes next.
        Write(name, name == "root.crl" ? _pki.Root.IssueCrl(c => c.WithNumber(3).Revoke(_pki.Issuing)) : Crl(2, c => c.Revoke(_pki.Client)));
        Look();
        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy).Primary?.Reason);
    }

    [Fact]
    public void Look_FolderWithNewNames_TheNewTakesThePlaceOfTheOld()
    {
        PeerPolicy policy = Policy(_folder);
        Assert.True(Judge(policy).IsAccepted);

        Write("issuing-2.crl", Crl(2, c => c.Revoke(_pki.Client)));
        File.Delete(PathOf("issuing.crl"));
        Look();

        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy).Primary?.Reason);
        Assert.Equal(2, policy.RevocationChecker!.Configured.All.Count);
        Assert.Empty(_log.TextsOf(EventIds.CrlFileUnusable));
    }

    [Fact]
    public void Look_FolderMissingAtStartInSoftFail_IsFoundLater()
    {
        string later = PathOf("later");
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(_pki.Root.ToPem()).CheckRevocation(r =>
        {
            (r.Mode, r.Fetching) = (RevocationMode.SoftFail, RevocationFetching.Never);
            r.CrlFiles.Add(later);
        }));
        Assert.True(Judge(policy).IsAccepted);
        Look();
        Assert.Empty(_log.TextsOf(EventIds.CrlFileUnusable));

        Directory.CreateDirectory(later);
        Write("later/issuing.crl", Crl(2, c => c.Revoke(_pki.Client)));
        Look();

        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy).Primary?.Reason);
    }

    [Fact]
    public void Look_SameContentWrittenAgain_ChangesNothing()
    {
        PeerPolicy policy = Policy(_folder);
        Assert.True(Judge(policy).IsAccepted);
        long epoch = policy.Epoch;

        File.WriteAllBytes(PathOf("issuing.crl"), File.ReadAllBytes(PathOf("issuing.crl")));
        File.WriteAllText(PathOf("issuing.pem"), Pem(File.ReadAllBytes(PathOf("issuing.crl"))));
        File.Delete(PathOf("issuing.crl"));
        Look();

        Assert.Equal(epoch, policy.Epoch);
        Assert.Empty(_told);
    }

    // The signer was presented once; a renewed CRL needs it no second time.
    [Fact]
    public void Look_CrlOfASeparateKeyRenewed_ItsSignerIsStillKnown()
    {
        TestCertificateAuthority separate = _pki.Root.IssueIntermediate(configure: c =>
            c.WithSubject(_pki.Issuing.Subject).WithKeyUsage(System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.CrlSign).WithBasicConstraints(isCa: false));
        Write("issuing.crl", separate.IssueCrl(c => c.WithNumber(1)));
        PeerPolicy policy = Policy(_folder);
        TestCertificate other = _pki.Issuing.IssueClient("other.test");
        Assert.True(_engine.Judge(policy, PeerRole.Client, new PresentedChain(_pki.Client.Der, _pki.Issuing.Der, separate.Der)).IsAccepted);

        Write("issuing.crl", separate.IssueCrl(c => c.WithNumber(2).Revoke(_pki.Client)));
        Look();

        PeerVerdict verdict = _engine.Judge(policy, PeerRole.Client, new PresentedChain(other.Der, _pki.Issuing.Der));
        Assert.True(verdict.IsAccepted, verdict.ToString());
        Assert.Equal(ValidationReason.CertificateRevoked, Judge(policy).Primary?.Reason);
    }

    [Fact]
    public async Task Look_TwoServicesAndOnePolicy_BothTell()
    {
        await using RevocationService second = new(timeProvider: _clock);
        List<RevocationChangedEventArgs> told = [];
        second.Changed += (_, change) => told.Add(change);
        PeerPolicy policy = Policy(_folder);
        Assert.True(Judge(policy).IsAccepted);
        Assert.True(new PeerPolicyEngine(_clock, revocation: second).Judge(policy, PeerRole.Client, Pair.Presented(_pki.Issuing.IssueClient("other.test"))).IsAccepted);

        Write("issuing.crl", Crl(2, c => c.Revoke(_pki.Client)));
        Look();

        Assert.Single(_told);
        Assert.Single(told);
    }

    [Fact]
    public async Task Look_AfterDispose_NothingIsRead()
    {
        PeerPolicy policy = Policy(_folder);
        Assert.True(Judge(policy).IsAccepted);
        await _service.DisposeAsync();

        Write("issuing.crl", Crl(2, c => c.Revoke(_pki.Client)));
        Look();

        Assert.True(Judge(policy).IsAccepted);
    }

    private void Look() => _clock.Advance(FileWatch.Interval);

    private PeerPolicy Policy(params string[] paths) => RevocationPair.Policy(_pki.Root, r =>
    {
        foreach (string path in paths)
        {
            r.CrlFiles.Add(path);
        }
    });

    private PeerVerdict Judge(PeerPolicy policy, TestCertificate? client = null) => _engine.Judge(policy, PeerRole.Client, Pair.Presented(client ?? _pki.Client));

    private TestCrl Crl(int number, Action<TestCrlSpec>? configure = null) => _pki.Issuing.IssueCrl(c =>
    {
        c.WithNumber(number);
        configure?.Invoke(c);
    });

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Write(string name, TestCrl crl) => File.WriteAllBytes(PathOf(name), Der(crl));

    private static byte[] Der(TestCrl crl) => crl.Der.ToArray();

    private static string Pem(byte[] der) => System.Security.Cryptography.PemEncoding.WriteString("X509 CRL", der);
}
