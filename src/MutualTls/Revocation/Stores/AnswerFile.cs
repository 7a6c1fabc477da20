using Microsoft.Win32.SafeHandles;

namespace MutualTls.Revocation.Stores;

/// <summary>Names, reads and writes one file of a <see cref="FolderStore"/>.</summary>
internal static class AnswerFile
{
    // Another version of the format gets other names: two versions of this library can share a folder.
    private const string Suffix = ".v1";

    private const string TemporarySuffix = ".tmp";

    public static string PathOf(string folder, string key) => Path.Combine(folder, key + Suffix);

    public static string TemporaryPathOf(string folder, string key) => $"{PathOf(folder, key)}-{Guid.NewGuid():N}{TemporarySuffix}";

    public static bool IsAnswer(string name) => name.EndsWith(Suffix, StringComparison.Ordinal) && StoreKey.IsValid(name.AsSpan(0, name.Length - Suffix.Length));

    public static bool IsTemporary(string name) => name.EndsWith(TemporarySuffix, StringComparison.Ordinal)
        && name.LastIndexOf('-') is > 0 and var end && IsAnswer(name[..end]);

    /// <summary>Reads the file as a whole; null without a problem if there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static StoredAnswer? Read(string path, int maxDerLength, DateTimeOffset now, out string? problem)
    {
        using SafeFileHandle? file = Open(new FileInfo(path), StoredAnswerFormat.MaxLength(maxDerLength), out long length, out problem);
        return file is null ? null : StoredAnswerFormat.Read(ReadBeginning(file, (int)length), now, out problem);
    }

    /// <summary>Reads the header only; null if there is none that can be used.</summary>
    /// <inheritdoc cref="Read"/>
    public static StoredHeader? ReadHeader(FileInfo info, int maxDerLength, DateTimeOffset now)
    {
        using SafeFileHandle? file = Open(info, StoredAnswerFormat.MaxLength(maxDerLength), out long length, out _);
        return file is not null && StoredHeader.TryRead(ReadBeginning(file, StoredHeader.Length).Span, length, now, out StoredHeader header, out _) ? header : null;
    }

    /// <summary>Writes a new file and does not return before it is on the disk.</summary>
    public static async Task WriteAsync(string path, StoredAnswer answer, CancellationToken cancellationToken)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        RestrictToOwner(options);
        FileStream file = new(path, options);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(StoredAnswerFormat.WriteHead(answer), cancellationToken).ConfigureAwait(false);
            await file.WriteAsync(answer.Der, cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Lets nobody but the owner read what is created. On Windows the folder's own rights are inherited.</summary>
    public static void RestrictToOwner(FileStreamOptions options)
    {
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
    }

    // Looked at before it is opened: a pipe would block who opens it, and has no length; a link leads out of the folder.
    private static SafeFileHandle? Open(FileInfo info, long maxLength, out long length, out string? problem)
    {
        length = 0;
        problem = null;
        if (!info.Exists)
        {
            return null;
        }

        if ((info.Attributes & FileAttributes.ReparsePoint) != 0)
        {
            problem = "a link";
            return null;
        }

        if (IsOutside(info.Length, maxLength, ref problem))
        {
            return null;
        }

        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(info.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        length = RandomAccess.GetLength(file);
        if (IsOutside(length, maxLength, ref problem))
        {
            file.Dispose();
            return null;
        }

        return file;
    }

    private static bool IsOutside(long length, long maxLength, ref string? problem)
    {
        if (length >= StoredHeader.Length && length <= maxLength)
        {
            return false;
        }

        problem = $"{length} bytes, from {StoredHeader.Length} to {maxLength} are read";
        return true;
    }

    private static ReadOnlyMemory<byte> ReadBeginning(SafeFileHandle file, int length)
    {
        byte[] octets = GC.AllocateUninitializedArray<byte>(length);
        int read = 0;
        while (read < length && RandomAccess.Read(file, octets.AsSpan(read), read) is > 0 and int more)
        {
            read += more;
        }

        return octets.AsMemory(0, read);
    }
}
