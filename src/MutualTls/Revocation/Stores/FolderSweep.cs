namespace MutualTls.Revocation.Stores;

/// <summary>Drops from the folder of a <see cref="FolderStore"/> what it has no use or no room for. What is not the store's is left alone.</summary>
internal static class FolderSweep
{
    /// <summary>A limit divided by this is how much room a sweep makes, and so how much may be written before the next one.</summary>
    public const int Share = 8;

    // A writer takes seconds; what is this old was left by one that was killed.
    private static readonly TimeSpan TemporaryLife = TimeSpan.FromDays(1);

    /// <summary>Sweeps. The caller holds the lock, or a file seen here as past its time might be a new one when it is deleted.</summary>
    /// <returns>Why one of the files could not be looked at or deleted; the others were.</returns>
    public static Exception? Run(string folder, FolderLimits limits, DateTimeOffset now)
    {
        Exception? failure = null;
        List<Kept> kept = [];
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles())
        {
            Try(() =>
            {
                if (AnswerFile.IsTemporary(file.Name) ? now - file.LastWriteTimeUtc > TemporaryLife : AnswerFile.IsAnswer(file.Name) && !IsKept(file))
                {
                    file.Delete();
                }
            });
        }

        kept.Sort((a, b) => a.KeepUntil.CompareTo(b.KeepUntil));
        long bytes = kept.Sum(one => one.Length);
        for (int i = 0; i < kept.Count && (kept.Count - i > limits.MaxFiles - (limits.MaxFiles / Share) || bytes > limits.MaxBytes - (limits.MaxBytes / Share)); i++)
        {
            bytes -= kept[i].Length;
            Try(kept[i].File.Delete);
        }

        return failure;

        bool IsKept(FileInfo file)
        {
            if (AnswerFile.ReadHeader(file, limits.MaxAnswerBytes, now) is not { } header || header.KeepUntil <= now)
            {
                return false;
            }

            kept.Add(new Kept(header.KeepUntil, file.Length, file));
            return true;
        }

        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                failure = exception;
            }
        }
    }

    private readonly record struct Kept(DateTimeOffset KeepUntil, long Length, FileInfo File);
}
