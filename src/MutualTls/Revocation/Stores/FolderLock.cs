namespace MutualTls.Revocation.Stores;

/// <summary>Lets one process at a time replace files of a folder.</summary>
internal static class FolderLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Takes the lock; null if it cannot be had in time. Disposing gives it back, and so does the system when the process is killed.</summary>
    /// <exception cref="UnauthorizedAccessException">The lock's file may not be written.</exception>
    public static async ValueTask<IDisposable?> TryTakeAsync(string folder, CancellationToken cancellationToken)
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        AnswerFile.RestrictToOwner(options);

        // Other processes hold it, and they live by the system's clock.
        TimeProvider time = TimeProvider.System;
        long start = time.GetTimestamp();
        do
        {
            try
            {
                return new FileStream(Path.Combine(folder, ".lock"), options);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 25)), time, cancellationToken).ConfigureAwait(false);
            }
        }
        while (time.GetElapsedTime(start) < Patience);

        return null;
    }
}
