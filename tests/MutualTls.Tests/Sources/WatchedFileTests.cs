using System.Diagnostics;
using MutualTls.Sources;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Sources;

/// <summary>When a file has to be read again, and what becomes of one that is half-written, gone, swapped or no file at all.</summary>
public sealed class WatchedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("watched-").FullName;

    private string FilePath => Path.Combine(_folder, "file");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void IsDue_Unchanged_IsReadOnceMoreAndThenNoLonger()
    {
        File.WriteAllText(FilePath, "one");
        WatchedFile file = new(FilePath);
        Assert.Equal([true, true, false, false], Looks(file, 4));
    }

    [Fact]
    public void IsDue_ChangedTwiceWithinOneTickOfTheFilesClock_TheSecondIsSeenToo()
    {
        DateTime tick = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        WatchedFile file = new(FilePath);
        Write("one");
        Assert.True(file.IsDue());

        Write("two");

        Assert.True(file.IsDue());
        Assert.Equal("two"u8, file.ReadAll(100));
        Assert.Equal([false], Looks(file, 1));

        void Write(string text)
        {
            File.WriteAllText(FilePath, text);
            File.SetLastWriteTimeUtc(FilePath, tick);
        }
    }

    [Fact]
    public void IsDue_Rewritten_IsTrue()
    {
        File.WriteAllText(FilePath, "one");
        WatchedFile file = new(FilePath);
        Looks(file, 3);
        File.WriteAllText(FilePath, "longer");
        Assert.Equal([true, true, false], Looks(file, 3));
    }

    // As configuration management does: a new file with the old one's length and time takes its name.
    [Fact]
    public void IsDue_ReplacedByOneOfTheSameLengthAndTime_IsTrue()
    {
        File.WriteAllText(FilePath, "one");
        WatchedFile file = new(FilePath);
        Looks(file, 3);
        DateTime written = File.GetLastWriteTimeUtc(FilePath), created = File.GetCreationTimeUtc(FilePath);
        string other = Path.Combine(_folder, "other");
        for (int i = 0; i < 1000 && (i == 0 || File.GetCreationTimeUtc(other) == created); i++)
        {
            File.Delete(other);
            File.WriteAllText(other, "two");
            File.SetLastWriteTimeUtc(other, written);
        }

        Assert.SkipWhen(File.GetCreationTimeUtc(other) == created, "This file system does not keep when a file was created.");
        File.Move(other, FilePath, overwrite: true);

        Assert.True(file.IsDue());
        Assert.Equal("two"u8, file.ReadAll(100));
    }

    [Fact]
    public void IsDue_GoneAndBack_IsTrueAndReadingTellsThatItIsGone()
    {
        WatchedFile file = new(FilePath);
        Assert.Equal([true, true, true], Looks(file, 3));
        Assert.Throws<FileNotFoundException>(() => file.ReadAll(100));
        File.WriteAllText(FilePath, "one");
        Assert.Equal([true, true, false], Looks(file, 3));
        File.Delete(FilePath);
        Assert.Equal([true, true], Looks(file, 2));
    }

    [Fact]
    public void Retry_AfterContentOfNoUse_IsReadAgainThoughUnchanged()
    {
        File.WriteAllText(FilePath, "half");
        WatchedFile file = new(FilePath);
        Looks(file, 3);
        file.Retry();
        Assert.Equal([true, true, false], Looks(file, 3));
    }

    [Fact]
    public void IsDue_KubernetesTurnsTheFolderLink_IsTrue()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights of their own there.");
        MountedVolume volume = new(_folder);
        volume.Update(("file", [1, 2]));
        WatchedFile file = new(FilePath);
        Looks(file, 3);

        // File systems tell time in ticks of some milliseconds; looks are seconds apart.
        Thread.Sleep(50);
        volume.Update(("file", [3, 4]));

        Assert.True(file.IsDue());
        Assert.Equal([3, 4], file.ReadAll(100));
    }

    [Fact]
    public void ReadAll_EmptyOrTooLongOrAFolder_Throws()
    {
        WatchedFile file = new(FilePath);
        File.WriteAllText(FilePath, "");
        Assert.Contains("empty", Assert.Throws<IOException>(() => file.ReadAll(100)).Message, StringComparison.Ordinal);
        File.WriteAllText(FilePath, "12345");
        Assert.Contains("limit 4", Assert.Throws<IOException>(() => file.ReadAll(4)).Message, StringComparison.Ordinal);
        Assert.Equal(5, file.ReadAll(5).Length);
        File.Delete(FilePath);
        Directory.CreateDirectory(FilePath);
        Assert.ThrowsAny<SystemException>(() => file.ReadAll(100));
    }

    [Fact]
    public void Read_ChangedMeanwhile_Throws()
    {
        File.WriteAllText(FilePath, "one");
        WatchedFile file = new(FilePath);
        IOException exception = Assert.Throws<IOException>(() => file.Read(100, (_, _) =>
        {
            File.AppendAllText(FilePath, "two");
            return 0;
        }));
        Assert.Contains("changed while", exception.Message, StringComparison.Ordinal);
    }

    // Whoever opens a pipe waits for a writer, here forever.
    [Fact]
    public void ReadAll_Pipe_DoesNotBlock()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "mkfifo is of Unix.");
        using (Process make = Process.Start("mkfifo", [FilePath]))
        {
            make.WaitForExit();
        }

        Assert.Throws<IOException>(() => new WatchedFile(FilePath).ReadAll(100));
    }

    [Fact]
    public void IsDue_LinksInACircle_CountAsNoFile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights of their own there.");
        File.CreateSymbolicLink(FilePath, "other");
        File.CreateSymbolicLink(Path.Combine(_folder, "other"), "file");
        WatchedFile file = new(FilePath);
        Assert.Equal([true, true], Looks(file, 2));
        Assert.ThrowsAny<IOException>(() => file.ReadAll(100));
    }

    private static IEnumerable<bool> Looks(WatchedFile file, int count) => [.. Enumerable.Range(0, count).Select(_ => file.IsDue())];
}
