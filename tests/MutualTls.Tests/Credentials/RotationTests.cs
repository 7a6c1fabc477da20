using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Credentials;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Credentials;

/// <summary>Promise P10 for what we present: whatever happens to the files, a credential that works is presented, and the next one as soon as it is whole.</summary>
public sealed class RotationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rotation-").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TestCertificateAuthority _authority;
    private readonly List<ReloadFailedEventArgs> _failed = [];

    public RotationTests() => _authority = TestCertificateAuthority.CreateRoot(name: null, timeProvider: _clock);

    private string CertificateFile => Path.Combine(_folder, "tls.crt");

    private string KeyFile => Path.Combine(_folder, "tls.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Look_KubernetesTurnsTheFolderLink_NewCredentialIsPresentedOnce()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights of their own there.");
        TestCertificate first = Issue(), second = Issue();
        MountedVolume volume = new(_folder);
        volume.Update(("tls.crt", Utf8(first.ToPem())), ("tls.key", Utf8(first.ExportPrivateKeyPem())));
        using LocalCredentialSource source = Follow();
        int changes = 0;
        source.Credential.Changed += (_, _) => changes++;
        Look(times: 3);
        AssertIs(first, source);

        volume.Update(("tls.crt", Utf8(second.ToPem())), ("tls.key", Utf8(second.ExportPrivateKeyPem())));
        AssertIs(first, source);
        Look();
        AssertIs(second, source);
        Look(times: 5);

        Assert.Equal((1, 2), (changes, source.Credential.Version));
        Assert.Empty(_failed);
    }

    [Theory]
    [InlineData("key first")]
    [InlineData("certificate first")]
    public void Look_BetweenKeyAndCertificate_LastGoodStaysAndIsToldOnce(string order)
    {
        TestCertificate first = Issue(), second = Issue();
        Write(first);
        using LocalCredentialSource source = Follow();
        (string path, string text)[] writes = [(KeyFile, second.ExportPrivateKeyPem()), (CertificateFile, second.ToPem())];
        if (order == "certificate first")
        {
            Array.Reverse(writes);
        }

        File.WriteAllText(writes[0].path, writes[0].text);
        Look(times: 4);
        AssertIs(first, source);
        Assert.Equal("The credential", Assert.Single(_failed).What);

        File.WriteAllText(writes[1].path, writes[1].text);
        Look();
        AssertIs(second, source);
        Assert.Single(_failed);
    }

    [Fact]
    public void Look_HalfWrittenCertificate_LastGoodStaysUntilItIsWhole()
    {
        TestCertificate first = Issue(), second = Issue();
        string pem = second.ToPem();
        Write(first);
        using LocalCredentialSource source = Follow();
        File.WriteAllText(KeyFile, second.ExportPrivateKeyPem());
        foreach (int length in (int[])[0, 1, pem.Length / 2, pem.Length - 30])
        {
            File.WriteAllText(CertificateFile, pem[..length]);
            Look(times: 2);
            AssertIs(first, source);
        }

        File.Delete(CertificateFile);
        Look(times: 2);
        AssertIs(first, source);
        File.WriteAllText(CertificateFile, pem);
        Look();
        AssertIs(second, source);
    }

    [Fact]
    public void Look_ExpiredFile_LastGoodStaysAndItIsTold()
    {
        TestCertificate good = Issue(), expired = _authority.IssueServer("localhost", c => c.Expired());
        Write(good);
        using LocalCredentialSource source = Follow();
        Write(expired);
        Look(times: 3);
        AssertIs(good, source);
        Assert.Contains("expired", Assert.Single(Assert.Single(_failed).Errors), StringComparison.Ordinal);
    }

    // A certificate that is renewed ahead is there before it is valid: nothing changes in the file when its time comes.
    [Fact]
    public void Look_NotYetValid_IsTakenWhenItsTimeComes()
    {
        TestCertificate good = Issue(), next = _authority.IssueServer("localhost", c => c.NotYetValid());
        Write(good);
        using LocalCredentialSource source = Follow();
        Write(next);
        Look(times: 3);
        AssertIs(good, source);
        _clock.SetUtcNow(next.ToX509Certificate2().NotBefore.ToUniversalTime());
        Look();
        AssertIs(next, source);
    }

    [Fact]
    public void Look_PfxReplaced_IsPresented()
    {
        TestCertificate first = Issue(), second = Issue();
        string path = Path.Combine(_folder, "tls.pfx");
        File.WriteAllBytes(path, first.ExportPfx("secret"));
        using LocalCredentialSource source = LocalCredentialSource.FromPfxFile(path, "secret", _clock);
        File.WriteAllBytes(path, second.ExportPfx("another"));
        Look();
        AssertIs(first, source);
        File.WriteAllBytes(path, second.ExportPfx("secret"));
        Look();
        AssertIs(second, source);
    }

    [Fact]
    public void Look_Delegate_IsAskedEveryMinuteAndMayThrow()
    {
        TestCertificate first = Issue(), second = Issue();
        int asked = 0;
        LocalCredential firstCredential = Make(first), secondCredential = Make(second);
        Func<LocalCredential> load = () => firstCredential;
        using LocalCredentialSource source = LocalCredentialSource.From(() =>
        {
            asked++;
            return load();
        }, _clock);
        source.ReloadFailed += (_, failed) => _failed.Add(failed);
        Look(times: 11);
        Assert.Equal(1, asked);
        Look();
        Assert.Equal(2, asked);
        load = () => throw new InvalidOperationException("the vault is closed");
        Look(times: 24);
        AssertIs(first, source);
        Assert.Equal("the vault is closed", Assert.Single(Assert.Single(_failed).Errors));
        load = () => secondCredential;
        Assert.True(source.Reload());
        AssertIs(second, source);
    }

    [Fact]
    public void ReloadFailed_HandlerThrows_FilesAreFollowedAllTheSame()
    {
        TestCertificate first = Issue(), second = Issue();
        Write(first);
        using LocalCredentialSource source = Follow();
        source.ReloadFailed += (_, _) => throw new InvalidOperationException("handler");
        File.WriteAllText(CertificateFile, "nothing");
        Look();
        Write(second);
        Look();
        AssertIs(second, source);
    }

    [Fact]
    public void Dispose_NothingChangesAnyMore()
    {
        TestCertificate first = Issue();
        Write(first);
        LocalCredentialSource source = Follow();
        source.Dispose();
        Write(Issue());
        Look(times: 2);
        Assert.False(source.Reload());
        AssertIs(first, source);
    }

    // Whoever holds only what the options hold is served; when nobody does, nobody looks.
    [Fact]
    public void Follow_OnlyTheSnapshotsAreHeld_AreFollowedForAsLong()
    {
        TestCertificate first = Issue(), second = Issue();
        Write(first);
        using FileWatch watch = new(_clock, NullLogger.Instance);
        WeakReference forgotten = HoldAndForget(watch, second);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Look();
        Assert.False(forgotten.IsAlive);
        Assert.Equal(0, watch.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference HoldAndForget(FileWatch watch, TestCertificate second)
    {
        SnapshotSource<LocalCredential> held = new LocalCredentialSource("", CredentialOrigin.Pem(CertificateFile, KeyFile, null), _clock, NullLogger.Instance, watch).Credential;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Write(second);
        Look();
        Assert.Equal(second.Der.ToArray(), held.Current.Certificate.RawData);
        return new WeakReference(held);
    }

    private TestCertificate Issue() => _authority.IssueServer("localhost");

    private void Write(TestCertificate certificate)
    {
        File.WriteAllText(CertificateFile, certificate.ToPem());
        File.WriteAllText(KeyFile, certificate.ExportPrivateKeyPem());
    }

    private LocalCredentialSource Follow()
    {
        LocalCredentialSource source = LocalCredentialSource.FromPemFile(CertificateFile, KeyFile, timeProvider: _clock);
        source.ReloadFailed += (_, failed) => _failed.Add(failed);
        return source;
    }

    private LocalCredential Make(TestCertificate certificate) => LocalCredential.FromPem(certificate.ToPem(), certificate.ExportPrivateKeyPem(), timeProvider: _clock);

    private void Look(int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            _clock.Advance(FileWatch.Interval);
        }
    }

    private static void AssertIs(TestCertificate expected, LocalCredentialSource source) => Assert.Equal(expected.Der.ToArray(), source.Credential.Current.Certificate.RawData);

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
