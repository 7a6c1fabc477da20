namespace MutualTls.Sources;

/// <summary>What tells without reading it that a file is another one than before; the default value stands for no file.</summary>
/// <remarks>Links are followed, so that one which is turned to another file (as Kubernetes does with a whole folder) is seen as a change.</remarks>
internal readonly record struct FileStamp(string? Target, long Length, long WrittenTicks, long CreatedTicks)
{
    public bool Exists => Target is not null;

    /// <summary>Looks at a file. Never throws for what is there or is not: what cannot be looked at counts as no file.</summary>
    public static FileStamp Of(string path)
    {
        try
        {
            FileSystemInfo file = new FileInfo(path);
            file = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) ?? file;

            // A file that is put in the place of another one has another time of creation, whatever it claims of its content's.
            return file is FileInfo { Exists: true } found ? new FileStamp(found.FullName, found.Length, found.LastWriteTimeUtc.Ticks, found.CreationTimeUtc.Ticks) : default;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return default;
        }
    }
}
