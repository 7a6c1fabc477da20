using Microsoft.Extensions.Time.Testing;
using MutualTls.Revocation.Stores;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Stores;

public sealed class FolderSweepTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mutualtls-");
    private readonly FakeTimeProvider _time = new(Answers.Now);
    private readonly EventRecord _log = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Purge_DropsWhatIsOfNoUse()
    {
        FolderStore store = Store(Answers.Limits);
        await store.WriteAsync(Answers.Key(1), Answers.Make("kept", keepDays: 2), Pair.Stop);
        await store.WriteAsync(Answers.Key(2), Answers.Make("past its time", keepDays: 1), Pair.Stop);
        await File.WriteAllTextAsync(AnswerFile.PathOf(_folder.FullName, Answers.Key(3)), "garbage", Pair.Stop);
        string left = Make(AnswerFile.TemporaryPathOf(_folder.FullName, Answers.Key(4)), age: TimeSpan.FromDays(1) + TimeSpan.FromTicks(1));
        string beingWritten = Make(AnswerFile.TemporaryPathOf(_folder.FullName, Answers.Key(5)), age: TimeSpan.FromDays(1));
        string[] others =
        [
            Make(Path.Combine(_folder.FullName, "somebody's.tmp"), age: TimeSpan.FromDays(9)),
            Make(Path.Combine(_folder.FullName, "notes.v1"), age: TimeSpan.FromDays(9)),
            Make(Path.Combine(_folder.FullName, Answers.Key(6) + ".v2"), age: TimeSpan.FromDays(9)),
        ];
        _time.Advance(TimeSpan.FromDays(1));

        await store.PurgeAsync(Pair.Stop);

        string[] expected = [".lock", Path.GetFileName(beingWritten), Path.GetFileName(AnswerFile.PathOf("", Answers.Key(1))), .. others.Select(Path.GetFileName)!];
        Assert.Equal(expected.Order(StringComparer.Ordinal), _folder.EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(left));
        Assert.Equal("", _log.ToString());
    }

    [Fact]
    public async Task Write_FirstOfAProcess_Sweeps()
    {
        await Store(Answers.Limits).WriteAsync(Answers.Key(1), Answers.Make("past its time", keepDays: 1), Pair.Stop);
        _time.Advance(TimeSpan.FromDays(1));
        await Store(Answers.Limits).WriteAsync(Answers.Key(2), Answers.Make("new"), Pair.Stop);
        Assert.Equal([Answers.Key(2)], Kept());
    }

    [Fact]
    public async Task Write_ManyFiles_LeastTimeLeftGoesFirst()
    {
        FolderStore store = Store(Answers.Limits with { MaxFiles = 20 });
        for (int i = 1; i <= 100; i++)
        {
            // Every other one is kept for long.
            await store.WriteAsync(Answers.Key(i), Answers.Make($"{i}", keepDays: i % 2 == 0 ? 100 + i : 1 + (i / 1000.0)), Pair.Stop);
            Assert.InRange(Kept().Count(), 1, 20);
        }

        Assert.True(Kept().Count() >= 18);
        Assert.Superset(Enumerable.Range(86, 15).Where(i => i % 2 == 0).Select(i => Answers.Key(i)).ToHashSet(), Kept().ToHashSet());
    }

    [Fact]
    public async Task Write_ManyBytes_StaysWithinTheLimit()
    {
        FolderLimits limits = new(MaxAnswerBytes: 10_000, MaxFiles: 1_000, MaxBytes: 100_000);
        FolderStore store = Store(limits);
        for (int i = 1; i <= 60; i++)
        {
            await store.WriteAsync(Answers.Key(i), Answers.Make(new string('x', 4_000), keepDays: i), Pair.Stop);
            Assert.True(_folder.EnumerateFiles().Sum(file => file.Length) <= limits.MaxBytes);
        }

        Assert.Contains(Answers.Key(60), Kept());
        Assert.DoesNotContain(Answers.Key(1), Kept());
        Assert.True(Kept().Count() >= 18);
    }

    private FolderStore Store(FolderLimits limits) => new(_folder.FullName, limits, _time, _log);

    private IEnumerable<string> Kept() => _folder.EnumerateFiles().Where(file => AnswerFile.IsAnswer(file.Name)).Select(file => Path.GetFileNameWithoutExtension(file.Name));

    // Its age when the clock will be a day further.
    private static string Make(string path, TimeSpan age)
    {
        File.WriteAllText(path, "content");
        File.SetLastWriteTimeUtc(path, (Answers.Now.AddDays(1) - age).UtcDateTime);
        return path;
    }
}
