using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Revocation.Stores;
using MutualTls.StoreProcess;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Stores;

/// <summary>Several processes with one folder, killed while they write.</summary>
public sealed class FolderProcessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mutualtls-");
    private readonly string _key = Answers.Key(1);

    public void Dispose() => _folder.Delete(recursive: true);

    // Eight times four writers at once, each killed at a moment of its own.
    [Fact]
    public async Task Write_ProcessKilled_OldOrNewIsThereWhole()
    {
        FolderStore store = Store(TimeProvider.System);
        long known = 0;
        for (int round = 0; round < 8; round++)
        {
            PeerProcess[] writers = [.. Enumerable.Range(0, 4).Select(_ => StartWriter())];
            try
            {
                foreach (PeerProcess writer in writers)
                {
                    await writer.WaitForAsync("\n");
                }

                foreach (PeerProcess writer in writers)
                {
#pragma warning disable CA5394 // A moment, not a secret.
                    await Task.Delay(Random.Shared.Next(30), Pair.Stop);
#pragma warning restore CA5394
                    await writer.KillAsync();
                    known = await AssertWholeAsync(store, Math.Max(known, LastOf(writer)));
                }
            }
            finally
            {
                foreach (PeerProcess writer in writers)
                {
                    await writer.DisposeAsync();
                }
            }
        }

        // What the killed ones left is gone after a day, and nothing else.
        await Store(new FakeTimeProvider(new DateTimeOffset(known, TimeSpan.Zero).AddHours(23))).PurgeAsync(Pair.Stop);
        await AssertWholeAsync(store, known);
        await Store(new FakeTimeProvider(new DateTimeOffset(known, TimeSpan.Zero).AddHours(25))).PurgeAsync(Pair.Stop);
        Assert.Equal([".lock"], _folder.EnumerateFiles().Select(file => file.Name));
    }

    [Fact]
    public async Task Write_TwoProcesses_NeverGoBack()
    {
        FolderStore store = Store(TimeProvider.System);
        await using PeerProcess other = StartWriter();
        await other.WaitForAsync("\n");
        long known = 0;
        for (int i = 0; i < 100; i++)
        {
            StoredAnswer mine = Revision.Make(TimeProvider.System.GetUtcNow());
            await store.WriteAsync(_key, mine, Pair.Stop);
            known = await AssertWholeAsync(store, Math.Max(known, mine.FetchedAt.UtcTicks));
        }

        await other.KillAsync();
        await AssertWholeAsync(store, Math.Max(known, LastOf(other)));
    }

    private PeerProcess StartWriter() => PeerProcess.Start(
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "MutualTls.StoreProcess.exe" : "MutualTls.StoreProcess"), _folder.FullName, _key);

    private FolderStore Store(TimeProvider timeProvider) => new(_folder.FullName, Revision.Limits, timeProvider, NullLogger.Instance);

    // Whole, and none that was already replaced by a later one.
    private async Task<long> AssertWholeAsync(FolderStore store, long known)
    {
        StoredAnswer? answer = await store.ReadAsync(_key, Pair.Stop);
        Assert.NotNull(answer);
        Assert.True(Revision.IsWhole(answer));
        Assert.InRange(answer.FetchedAt.UtcTicks, known, long.MaxValue);
        return answer.FetchedAt.UtcTicks;
    }

    // A line that was cut off when it was killed is a smaller number. Windows replaces no file while somebody reads it: such a write is lost.
    private static long LastOf(PeerProcess writer) => OperatingSystem.IsWindows() ? 0 : writer.Output
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Max(line => long.Parse(line, CultureInfo.InvariantCulture));
}
