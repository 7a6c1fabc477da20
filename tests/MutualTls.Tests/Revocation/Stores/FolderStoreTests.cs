using Microsoft.Extensions.Time.Testing;
using MutualTls.Diagnostics;
using MutualTls.Revocation.Stores;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Stores;

public sealed class FolderStoreTests : IDisposable
{
    private readonly DirectoryInfo _base = Directory.CreateTempSubdirectory("mutualtls-");
    private readonly FakeTimeProvider _time = new(Answers.Now);
    private readonly EventRecord _log = new();

    private string Folder => Path.Combine(_base.FullName, "answers");

    public void Dispose() => _base.Delete(recursive: true);

    [Fact]
    public async Task Read_WhatWasWritten_IsTheSame()
    {
        await Store().WriteAsync(Answers.Key(1), Answers.Make("a CRL"), Pair.Stop);
        await Store().WriteAsync(Answers.Key(1, "ocsp"), Answers.Make("an answer"), Pair.Stop);

        Assert.Equal("a CRL", await ReadAsync(Answers.Key(1)));
        Assert.Equal("an answer", await ReadAsync(Answers.Key(1, "ocsp")));
        Assert.Null(await ReadAsync(Answers.Key(2)));
        Assert.Equal("", _log.ToString());
    }

    [Fact]
    public async Task Read_PastItsTime_IsNull()
    {
        await Store().WriteAsync(Answers.Key(1), Answers.Make("a CRL", keepDays: 1), Pair.Stop);
        _time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromTicks(1));
        Assert.Equal("a CRL", await ReadAsync(Answers.Key(1)));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(await ReadAsync(Answers.Key(1)));
        Assert.Equal("", _log.ToString());
    }

    [Theory]
    [MemberData(nameof(StoredAnswerFormatTests.Defects), MemberType = typeof(StoredAnswerFormatTests))]
    public async Task Read_Defect_IsNullUntilItIsReplaced(string defect, string problem)
    {
        Directory.CreateDirectory(Folder);
        await File.WriteAllBytesAsync(PathOf(1), StoredAnswerFormatTests.Defective(defect), Pair.Stop);
        Assert.Null(await ReadAsync(Answers.Key(1)));
        Assert.True(_log.CountOf(EventIds.StoredAnswerUnusable) == 1, $"{problem}: {_log}");

        await Store().WriteAsync(Answers.Key(1), Answers.Make("new"), Pair.Stop);
        Assert.Equal("new", await ReadAsync(Answers.Key(1)));
    }

    // Longer than any array: had it been read, that would have thrown.
    [Fact]
    public async Task Read_Huge_IsNotRead()
    {
        Directory.CreateDirectory(Folder);
        await using (FileStream file = File.Create(PathOf(1)))
        {
            await file.WriteAsync(StoredAnswerFormat.Write(Answers.Make("a CRL")), Pair.Stop);
            file.SetLength(3L << 30);
        }

        Assert.Null(await ReadAsync(Answers.Key(1)));
        Assert.Equal(1, _log.CountOf(EventIds.StoredAnswerUnusable));
    }

    [Fact]
    public async Task Write_LongerThanTheLimit_IsNotWritten()
    {
        StoredAnswer longest = Answers.Make(new string('x', Answers.Limits.MaxAnswerBytes));
        await Store().WriteAsync(Answers.Key(1), longest, Pair.Stop);
        await Store().WriteAsync(Answers.Key(2), longest with { Der = new byte[Answers.Limits.MaxAnswerBytes + 1] }, Pair.Stop);
        await Store().WriteAsync(Answers.Key(3), Answers.Make("late", keepDays: 0), Pair.Stop);

        Assert.Equal(Answers.ContentOf(longest), await ReadAsync(Answers.Key(1)));
        Assert.Equal([".lock", Path.GetFileName(PathOf(1))], Names());
    }

    [Theory]
    [InlineData("fetched earlier", -1.0, "first")]
    [InlineData("fetched at the same time", 0.0, "second")]
    [InlineData("fetched later", 1.0, "second")]
    public async Task Write_OverAnother_LaterFetchedStays(string row, double fetched, string expected)
    {
        await Store().WriteAsync(Answers.Key(1), Answers.Make("first"), Pair.Stop);
        await Store().WriteAsync(Answers.Key(1), Answers.Make("second", fetched), Pair.Stop);
        Assert.True(await ReadAsync(Answers.Key(1)) == expected, row);
        Assert.Equal([".lock", Path.GetFileName(PathOf(1))], Names());
    }

    [Fact]
    public async Task Write_OverOnePastItsTime_Replaces()
    {
        await Store().WriteAsync(Answers.Key(1), Answers.Make("first", keepDays: 1), Pair.Stop);
        _time.Advance(TimeSpan.FromDays(1));
        await Store().WriteAsync(Answers.Key(1), Answers.Make("second", fetched: -1), Pair.Stop);
        Assert.Equal("second", await ReadAsync(Answers.Key(1)));
    }

    [Fact]
    public async Task Remove_Answer_IsGone()
    {
        await Store().RemoveAsync(Answers.Key(1), Pair.Stop);
        await Store().WriteAsync(Answers.Key(1), Answers.Make("a CRL"), Pair.Stop);
        await Store().RemoveAsync(Answers.Key(1), Pair.Stop);
        await Store().RemoveAsync(Answers.Key(1), Pair.Stop);
        Assert.Null(await ReadAsync(Answers.Key(1)));
        Assert.Equal("", _log.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("crl-")]
    [InlineData("crl-../../../../../../../../../../../../../../../../../../../etc/passwd")]
    [InlineData("crl-000000000000000000000000000000000000000000000000000000000000000g")]
    [InlineData("crl-00000000000000000000000000000000000000000000000000000000000000A0")]
    [InlineData("crl-00000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("crl-000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("pin-0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/0000000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Key_OfAnotherForm_Throws(string key)
    {
        foreach (IRevocationStore store in (IRevocationStore[])[Store(), new DistributedCacheStore(new FaultyCache(), 1000, _time, _log)])
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.ReadAsync(key, Pair.Stop));
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.WriteAsync(key, Answers.Make("x"), Pair.Stop));
            await Assert.ThrowsAsync<ArgumentException>(async () => await store.RemoveAsync(key, Pair.Stop));
        }

        Assert.Empty(_base.EnumerateFileSystemInfos());
    }

    [Fact]
    public void Limits_WithoutRoom_Throw()
    {
        Assert.ThrowsAny<ArgumentException>(() => new FolderStore(Folder, Answers.Limits with { MaxFiles = 0 }, _time, _log));
        Assert.ThrowsAny<ArgumentException>(() => new FolderStore(Folder, Answers.Limits with { MaxBytes = 200_000 }, _time, _log));
        Assert.ThrowsAny<ArgumentException>(() => new FolderStore(Folder, new FolderLimits(int.MaxValue, 10, long.MaxValue), _time, _log));
        Assert.ThrowsAny<ArgumentException>(() => new FolderStore("", Answers.Limits, _time, _log));
    }

    [Fact]
    public async Task Cancellation_Throws()
    {
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store().ReadAsync(Answers.Key(1), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store().WriteAsync(Answers.Key(1), Answers.Make("x"), cancelled));
    }

    private FolderStore Store() => new(Folder, Answers.Limits, _time, _log);

    private string PathOf(int number) => AnswerFile.PathOf(Folder, Answers.Key(number));

    private async Task<string?> ReadAsync(string key) => Answers.ContentOf(await Store().ReadAsync(key, Pair.Stop));

    private IEnumerable<string?> Names() => Directory.EnumerateFileSystemEntries(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
