using Microsoft.Extensions.Time.Testing;
using MutualTls.Diagnostics;
using MutualTls.Revocation.Stores;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Stores;

/// <summary>Folders that are none, may not be written, or hold something else than files of ours.</summary>
public sealed class FolderStoreFaultTests : IDisposable
{
    private readonly DirectoryInfo _base = Directory.CreateTempSubdirectory("mutualtls-");
    private readonly FakeTimeProvider _time = new(Answers.Now);
    private readonly EventRecord _log = new();

    public void Dispose() => _base.Delete(recursive: true);

    [Fact]
    public async Task Folder_ThatIsAFile_ReadsNullAndLogsWrites()
    {
        string file = Path.Combine(_base.FullName, "file");
        await File.WriteAllTextAsync(file, "", Pair.Stop);
        await AssertUselessAsync(new FolderStore(file, Answers.Limits, _time, _log));
        await AssertUselessAsync(new FolderStore(Path.Combine(file, "below"), Answers.Limits, _time, _log));
    }

    // Root may write everywhere but where the kernel says what is.
    [Fact]
    public async Task Folder_ReadOnly_ReadsNullAndLogsWrites()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs the permissions of Linux.");
        string folder = "/sys/kernel";
        if (OperatingSystem.IsLinux() && !Environment.IsPrivilegedProcess)
        {
            folder = _base.CreateSubdirectory("read-only").FullName;
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        await AssertUselessAsync(new FolderStore(folder, Answers.Limits, _time, _log));
    }

    [Fact]
    public async Task Entry_ThatCannotBeOpened_IsNullAndLogged()
    {
        FolderStore store = Store();
        await store.WriteAsync(Answers.Key(1), Answers.Make("a CRL"), Pair.Stop);
        await using (FileStream held = new(PathOf(1), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Null(await store.ReadAsync(Answers.Key(1), Pair.Stop));
        }

        Assert.Equal(1, _log.CountOf(EventIds.StoreReadFailed));
        Assert.NotNull(await store.ReadAsync(Answers.Key(1), Pair.Stop));
    }

    [Fact]
    public async Task Entry_ThatIsAFolder_IsNullAndStays()
    {
        Directory.CreateDirectory(PathOf(1));
        FolderStore store = Store();
        await store.WriteAsync(Answers.Key(1), Answers.Make("a CRL"), Pair.Stop);
        Assert.Null(await store.ReadAsync(Answers.Key(1), Pair.Stop));
        Assert.Equal(1, _log.CountOf(EventIds.StoreWriteFailed));
        Assert.DoesNotContain(_base.EnumerateFiles(), file => file.Name.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Entry_ThatIsALink_IsNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making a link takes a right there.");
        string elsewhere = Path.Combine(_base.FullName, "elsewhere");
        await File.WriteAllBytesAsync(elsewhere, StoredAnswerFormat.Write(Answers.Make("theirs", fetched: 5)), Pair.Stop);
        File.CreateSymbolicLink(PathOf(1), elsewhere);
        File.CreateSymbolicLink(PathOf(2), PathOf(2));
        FolderStore store = Store();
        Assert.Null(await store.ReadAsync(Answers.Key(1), Pair.Stop));
        Assert.Null(await store.ReadAsync(Answers.Key(2), Pair.Stop));

        await store.WriteAsync(Answers.Key(1), Answers.Make("ours"), Pair.Stop);
        Assert.Equal("ours", Answers.ContentOf(await store.ReadAsync(Answers.Key(1), Pair.Stop)));
        Assert.Equal("theirs", Answers.ContentOf(StoredAnswerFormat.Read(await File.ReadAllBytesAsync(elsewhere, Pair.Stop), Answers.Now, out _)));
    }

    // Whoever opens it waits for somebody to write.
    [Fact]
    public async Task Entry_ThatIsAPipe_DoesNotBlock()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such pipes.");
        await using (PeerProcess made = PeerProcess.Start("mkfifo", PathOf(1)))
        {
            Assert.Equal(0, await made.ExitAsync());
        }

        FolderStore store = Store();
        Assert.Null(await store.ReadAsync(Answers.Key(1), Pair.Stop).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop));
        Assert.Equal(1, _log.CountOf(EventIds.StoredAnswerUnusable));
        await store.PurgeAsync(Pair.Stop).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);
        Assert.False(File.Exists(PathOf(1)));
    }

    [Fact]
    public async Task Files_AreTheOwnersOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Rights are inherited there.");
        string folder = Path.Combine(_base.FullName, "a", "b");
        await new FolderStore(folder, Answers.Limits, _time, _log).WriteAsync(Answers.Key(1), Answers.Make("a CRL"), Pair.Stop);
#pragma warning disable CA1416 // Not on Windows, see above.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.All(Directory.EnumerateFiles(folder), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
#pragma warning restore CA1416
        Assert.Equal(2, Directory.EnumerateFiles(folder).Count());
    }

    [Fact]
    public async Task Lock_HeldByAProcessThatHangs_WritesGoOn()
    {
        FolderStore store = Store();
        using (await FolderLock.TryTakeAsync(_base.FullName, Pair.Stop))
        {
            await store.WriteAsync(Answers.Key(1), Answers.Make("a CRL"), Pair.Stop);
        }

        Assert.Equal("a CRL", Answers.ContentOf(await store.ReadAsync(Answers.Key(1), Pair.Stop)));
    }

    private FolderStore Store() => new(_base.FullName, Answers.Limits, _time, _log);

    private string PathOf(int number) => AnswerFile.PathOf(_base.FullName, Answers.Key(number));

    private async Task AssertUselessAsync(FolderStore store)
    {
        int logged = _log.CountOf(EventIds.StoreWriteFailed);
        await store.WriteAsync(Answers.Key(1), Answers.Make("a CRL"), Pair.Stop);
        Assert.True(_log.CountOf(EventIds.StoreWriteFailed) == logged + 1, _log.ToString());
        Assert.Null(await store.ReadAsync(Answers.Key(1), Pair.Stop));
        await store.RemoveAsync(Answers.Key(1), Pair.Stop);
        await store.PurgeAsync(Pair.Stop);
    }
}
