using Microsoft.Extensions.Logging;

namespace MutualTls.Revocation.Stores;

/// <summary>Keeps each answer in a file of its own.</summary>
/// <remarks>
/// <para>
/// A file is written beside the one it replaces, flushed to disk and renamed over it: whoever reads, and whenever the writer is killed, there is the old answer
/// or the new one, whole. A lock file makes comparing and replacing one step among processes. Where it cannot be had in time, or the file system knows no
/// locks, the older of two answers written at once may stay; and a reader may read an answer just before it is replaced. Neither matters: what is read is
/// verified, and its thisUpdate decides.
/// </para>
/// <para>
/// The folder is swept at the first write, on request, and when this process has written an eighth of what it may hold. A sweep leaves seven eighths; those
/// with the least time left go first. Several processes may together exceed the limits by an eighth each.
/// </para>
/// </remarks>
/// <threadsafety>Safe from any thread and from many processes.</threadsafety>
internal sealed class FolderStore : IRevocationStore
{
    private readonly string _folder;
    private readonly FolderLimits _limits;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private bool _isSwept;
    private int _writtenFiles;
    private long _writtenBytes;

    /// <summary>Makes a store. The folder is made, for its owner only, when something is first written; one that exists keeps its rights.</summary>
    /// <exception cref="ArgumentException">The path is none, or the limits leave no room for two of the longest answers.</exception>
    public FolderStore(string path, FolderLimits limits, TimeProvider timeProvider, ILogger logger)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limits.MaxFiles);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(StoredAnswerFormat.MaxLength(limits.MaxAnswerBytes), Math.Min(limits.MaxBytes / 2, Array.MaxLength));
        _folder = Path.GetFullPath(path);
        _limits = limits;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    public ValueTask<StoredAnswer?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        StoreKey.ThrowIfInvalid(key);
        return new(Task.Run(() => Read(key), cancellationToken));
    }

    public ValueTask WriteAsync(string key, StoredAnswer answer, CancellationToken cancellationToken)
    {
        StoreKey.ThrowIfInvalid(key);
        return answer.Der.Length > _limits.MaxAnswerBytes || answer.KeepUntil <= _timeProvider.GetUtcNow()
            ? ValueTask.CompletedTask
            : ChangeAsync(() => ReplaceAsync(key, answer, cancellationToken), cancellationToken);
    }

    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        StoreKey.ThrowIfInvalid(key);
        return ChangeAsync(
            () =>
            {
                if (Directory.Exists(_folder))
                {
                    File.Delete(AnswerFile.PathOf(_folder, key));
                }

                return Task.CompletedTask;
            },
            cancellationToken);
    }

    public ValueTask PurgeAsync(CancellationToken cancellationToken) => ChangeAsync(
        async () =>
        {
            // Whoever holds the lock for that long is sweeping.
            if (Directory.Exists(_folder) && await FolderLock.TryTakeAsync(_folder, cancellationToken).ConfigureAwait(false) is { } held)
            {
                using (held)
                {
                    Sweep();
                }
            }
        },
        cancellationToken);

    private StoredAnswer? Read(string key)
    {
        DateTimeOffset now = _timeProvider.GetUtcNow();
        try
        {
            StoredAnswer? answer = AnswerFile.Read(AnswerFile.PathOf(_folder, key), _limits.MaxAnswerBytes, now, out string? problem);
            if (problem is not null)
            {
                Log.StoredAnswerUnusable(_logger, key, _folder, problem);
            }

            return answer?.KeepUntil > now ? answer : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.StoreReadFailed(_logger, exception, key, _folder);
            return null;
        }
    }

    // On a thread of the pool: opening, renaming and deleting have no asynchronous form, and a folder may be far away.
    private ValueTask ChangeAsync(Func<Task> change, CancellationToken cancellationToken) => new(Task.Run(
        async () =>
        {
            try
            {
                await change().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.StoreWriteFailed(_logger, exception, _folder);
            }
        },
        cancellationToken));

    private async Task ReplaceAsync(string key, StoredAnswer answer, CancellationToken cancellationToken)
    {
        CreateFolder();
        string path = AnswerFile.PathOf(_folder, key), temporary = AnswerFile.TemporaryPathOf(_folder, key);
        try
        {
            await AnswerFile.WriteAsync(temporary, answer, cancellationToken).ConfigureAwait(false);
            using IDisposable? held = await FolderLock.TryTakeAsync(_folder, cancellationToken).ConfigureAwait(false);
            DateTimeOffset now = _timeProvider.GetUtcNow();
            if (AnswerFile.ReadHeader(new FileInfo(path), _limits.MaxAnswerBytes, now) is { } there && there.KeepUntil > now && there.FetchedAt > answer.FetchedAt)
            {
                return;
            }

            File.Move(temporary, path, overwrite: true);
            Interlocked.Increment(ref _writtenFiles);
            Interlocked.Add(ref _writtenBytes, answer.Der.Length);
            if (held is not null && IsSweepDue())
            {
                Sweep();
            }
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder);
        }
        else
        {
            Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private bool IsSweepDue() => !_isSwept
        || Volatile.Read(ref _writtenFiles) > _limits.MaxFiles / FolderSweep.Share
        || Volatile.Read(ref _writtenBytes) > _limits.MaxBytes / FolderSweep.Share;

    private void Sweep()
    {
        _isSwept = true;
        Volatile.Write(ref _writtenFiles, 0);
        Volatile.Write(ref _writtenBytes, 0);
        if (FolderSweep.Run(_folder, _limits, _timeProvider.GetUtcNow()) is { } failure)
        {
            Log.StoreWriteFailed(_logger, failure, _folder);
        }
    }
}
