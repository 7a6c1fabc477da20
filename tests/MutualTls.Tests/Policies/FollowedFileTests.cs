using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Diagnostics;
using MutualTls.Findings;
using MutualTls.Pinning;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Policies.Pins;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies;

/// <summary>Files of pins and deny-lists that change: what is good counts within five seconds, and nothing that is broken, half written or gone takes anything away. Promise P10.</summary>
public sealed class FollowedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("entries-").FullName;
    private readonly TestPki _pki = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly EventRecord<PeerPolicyEngine> _log = new();
    private readonly PeerPolicyEngine _engine;

    public FollowedFileTests() => _engine = new PeerPolicyEngine(_clock, _log);

    private string Peer => "certificate:" + _pki.Client.Sha256Fingerprint;

    private static string Somebody => "certificate:" + Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    private string Pin => "sha256/" + Convert.ToBase64String(SHA256.HashData(_pki.Client.Key.SubjectPublicKeyInfo.Span));

    private static string OtherPin => "sha256/" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private string Denied => Path.Combine(_folder, "denied.txt");

    private string Pins => Path.Combine(_folder, "pins.txt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void DenyFile_EntryAdded_RefusesARememberedPeerWithinFiveSeconds()
    {
        PeerPolicy policy = Denying("# nobody");
        Assert.Null(Judge(policy));
        Assert.Null(Judge(policy));

        File.AppendAllLines(Denied, ["", Peer]);
        _clock.Advance(FileWatch.Interval - TimeSpan.FromTicks(1));
        Assert.Null(Judge(policy));
        _clock.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(ValidationReason.CertificateDenied, Judge(policy));
        Assert.Equal("The deny-list of policy 'test' has changed; it has 1 entries now.", Assert.Single(_log.TextsOf(EventIds.DenyListReloaded)));
    }

    // Somebody may have cut the file to write it anew, and not have come to this entry yet.
    [Fact]
    public void DenyFile_EntryTaken_CountsWhenTheFileIsSeenUnchangedTwice()
    {
        PeerPolicy policy = Denying(Somebody, Peer);
        Assert.Equal(ValidationReason.CertificateDenied, Judge(policy));

        File.WriteAllLines(Denied, [Somebody]);
        Look();
        Assert.Equal(ValidationReason.CertificateDenied, Judge(policy));
        Look();
        Assert.Null(Judge(policy));
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("empty")]
    [InlineData("a line is cut")]
    [InlineData("no text")]
    [InlineData("a folder")]
    public void DenyFile_OfNoUse_TakesNothingAwayAndIsToldOnce(string what)
    {
        PeerPolicy policy = Denying(Peer);
        Assert.Equal(ValidationReason.CertificateDenied, Judge(policy));

        File.Delete(Denied);
        switch (what)
        {
            case "empty":
                File.WriteAllText(Denied, "");
                break;
            case "a line is cut":
                File.WriteAllText(Denied, Somebody[..40]);
                break;
            case "no text":
                File.WriteAllBytes(Denied, RandomNumberGenerator.GetBytes(1_000));
                break;
            case "a folder":
                Directory.CreateDirectory(Denied);
                break;
            default:
                break;
        }

        Look();
        Look();
        Look();
        Assert.Equal(ValidationReason.CertificateDenied, Judge(policy));
        Assert.Contains(Denied, Assert.Single(_log.TextsOf(EventIds.EntryFileUnusable).Select(text => text.Split("line ")[0]).Distinct()), StringComparison.Ordinal);
        int told = _log.CountOf(EventIds.EntryFileUnusable);
        Look();
        Assert.Equal(told, _log.CountOf(EventIds.EntryFileUnusable));

        // And what is mended counts again.
        if (Directory.Exists(Denied))
        {
            Directory.Delete(Denied);
        }

        File.WriteAllLines(Denied, [Somebody]);
        Look();
        Look();
        Assert.Null(Judge(policy));
    }

    // As Kubernetes does with a whole folder: the file's own name stays a link to the same place.
    [Theory]
    [InlineData("link to a file")]
    [InlineData("link to a folder")]
    public void DenyFile_LinkIsTurned_IsSeen(string what)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "v1"));
        Directory.CreateDirectory(Path.Combine(_folder, "v2"));
        File.WriteAllLines(Path.Combine(_folder, "v1", "denied.txt"), [Somebody]);
        File.WriteAllLines(Path.Combine(_folder, "v2", "denied.txt"), [Peer]);
        string link = Path.Combine(_folder, "data");
        Turn("v1");
        if (what == "link to a folder")
        {
            File.CreateSymbolicLink(Denied, Path.Combine("data", "denied.txt"));
        }

        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.Options.Lists.DeniedFiles.Add(what == "link to a folder" ? Denied : link));
        Assert.Null(Judge(policy));

        Turn("v2");
        Look();
        Assert.Equal(ValidationReason.CertificateDenied, Judge(policy));

        void Turn(string version)
        {
            string turned = link + ".new";
            if (what == "link to a folder")
            {
                Directory.CreateSymbolicLink(turned, version);
            }
            else
            {
                File.CreateSymbolicLink(turned, Path.Combine(version, "denied.txt"));
            }

            // Not by File.Move, which follows a link to a folder.
            File.Delete(link);
            if (what == "link to a folder")
            {
                Directory.Move(turned, link);
            }
            else
            {
                File.Move(turned, link);
            }
        }
    }

    [Fact]
    public void PinFile_KeyAddedAndTaken_Counts()
    {
        File.WriteAllLines(Pins, ["# in use", OtherPin]);
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.Pin(pins =>
        {
            pins.Pins.Add(OtherPin);
            pins.PinFiles.Add(Pins);
        }));
        Assert.Equal(ValidationReason.PinMismatch, Judge(policy));

        File.AppendAllLines(Pins, [Pin]);
        Look();
        Assert.Null(Judge(policy));
        Assert.Equal("The pins of policy 'test' have changed; there are 3 now.", Assert.Single(_log.TextsOf(EventIds.PinsReloaded)));

        File.WriteAllLines(Pins, [OtherPin]);
        Look();
        Assert.Null(Judge(policy));
        Look();
        Assert.Equal(ValidationReason.PinMismatch, Judge(policy));
        Assert.Equal(2, _log.CountOf(EventIds.PinsReloaded));
    }

    // A set that may not be is not made by a reload either.
    [Fact]
    public void PinFile_BackupIsGone_LastGoodSetStays()
    {
        File.WriteAllLines(Pins, [Pin, OtherPin]);
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.Pin(pins => pins.PinFiles.Add(Pins)));
        Assert.Null(Judge(policy));

        File.WriteAllLines(Pins, [OtherPin]);
        Look();
        Look();
        Look();

        Assert.Null(Judge(policy));
        Assert.Contains("backup", Assert.Single(_log.TextsOf(EventIds.EntryFileUnusable)), StringComparison.Ordinal);
        Assert.Equal(0, _log.CountOf(EventIds.PinsReloaded));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("sha256/AAAA", "line 1: 'sha256/AAAA' is not a pin")]
    [InlineData(null, "Could not find")]
    public void PinFile_OfNoUseAtStart_IsAnError(string? content, string says)
    {
        if (content is not null)
        {
            File.WriteAllText(Pins, content);
        }

        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(() => Pair.Trusting(_pki.Root, p => p.Pin(pins => pins.PinFiles.Add(Pins))));

        string error = Assert.Single(refused.Errors);
        Assert.StartsWith($"Pins:PinFiles:0: '{Pins}'", error, StringComparison.Ordinal);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_OfTheApplicationChange_AreLogged()
    {
        SnapshotSource<SpkiPinSet> pins = new(new SpkiPinSet([SpkiPin.Parse(Pin), SpkiPin.Parse(OtherPin)]));
        SnapshotSource<CertificateDenyList> denied = new(CertificateDenyList.Empty);
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.PinFrom(pins).DenyFrom(denied));
        Assert.Null(Judge(policy));

        pins.Change(new SpkiPinSet([SpkiPin.Parse(Pin)], backup: PinBackup.Waived));
        denied.Change(CertificateDenyList.Parse(Somebody, Somebody));

        Assert.Contains("1 now", Assert.Single(_log.TextsOf(EventIds.PinsReloaded)), StringComparison.Ordinal);
        Assert.Contains("2 entries", Assert.Single(_log.TextsOf(EventIds.DenyListReloaded)), StringComparison.Ordinal);
        Assert.Null(Judge(policy));

        // What was replaced is told of no more, and lets go of the sources that outlive it.
        _engine.End(policy);
        pins.Change(new SpkiPinSet([SpkiPin.Parse(Pin)], backup: PinBackup.Waived));
        denied.Change(CertificateDenyList.Empty);
        Assert.Equal((1, 1), (_log.CountOf(EventIds.PinsReloaded), _log.CountOf(EventIds.DenyListReloaded)));
    }

    // Configuration may be reloaded for years, and the application's sources outlive every policy.
    [Fact]
    public void Policy_ThatNobodyUsesAnyMore_IsKeptAliveByNothingThatIsFollowed()
    {
        SnapshotSource<CertificateDenyList> denied = new(CertificateDenyList.Empty);
        File.WriteAllLines(Denied, [Somebody]);
        WeakReference policy = UseOnce(denied);
        for (int i = 0; i < 20 && policy.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(policy.IsAlive);
        denied.Change(CertificateDenyList.Empty);
        Look();
        Assert.Equal(0, _log.CountOf(EventIds.DenyListReloaded));
        GC.KeepAlive(_engine);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference UseOnce(SnapshotSource<CertificateDenyList> denied)
    {
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.DenyFrom(denied).Options.Lists.DeniedFiles.Add(Denied));
        Assert.Null(Judge(policy));
        Look();
        return new WeakReference(policy);
    }

    private PeerPolicy Denying(params string[] lines)
    {
        File.WriteAllLines(Denied, lines);
        return Pair.Trusting(_pki.Root, p => p.Options.Lists.DeniedFiles.Add(Denied));
    }

    private ValidationReason? Judge(PeerPolicy policy) => _engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)).Primary?.Reason;

    private void Look() => _clock.Advance(FileWatch.Interval);
}
