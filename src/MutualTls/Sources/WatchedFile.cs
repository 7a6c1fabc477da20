using Microsoft.Win32.SafeHandles;

namespace MutualTls.Sources;

/// <summary>Follows one file by looking at it from time to time: tells when it has to be read, and reads it.</summary>
/// <remarks>
/// Whoever reads keeps what was read last when reading fails, and calls <see cref="Retry"/> when what was read is of no use: a file that somebody is writing
/// is of use a moment later. What changed is read once more at the next look, since a second change within one tick of the file system's clock looks like none.
/// </remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal sealed class WatchedFile(string path)
{
    private FileStamp _seen;
    private FileStamp? _settled;

    public string Path => path;

    /// <summary>Looks at the file: tells whether it has changed, or was not read yet. A file that is not there is to be read too, and the attempt says so.</summary>
    public bool IsDue()
    {
        FileStamp now = FileStamp.Of(path);
        if (now.Exists && now == _settled)
        {
            return false;
        }

        _settled = now == _seen ? now : null;
        _seen = now;
        return true;
    }

    /// <summary>Gets whether the file was the same at the last two looks.</summary>
    public bool IsSettled => _settled is not null;

    /// <summary>Has the file read again at the next look, whether it changes or not.</summary>
    public void Retry() => (_seen, _settled) = (default, null);

    /// <summary>Reads the whole file.</summary>
    /// <param name="maxLength">How many octets it may have.</param>
    /// <exception cref="IOException">It is not there, is empty or too long, cannot be read, or was changed meanwhile.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public byte[] ReadAll(int maxLength) => Read(maxLength, static (file, length) =>
    {
        byte[] octets = GC.AllocateUninitializedArray<byte>((int)length);
        return octets.AsSpan(0, Fill(file, octets)).ToArray();
    });

    /// <summary>Reads the file by other means.</summary>
    /// <param name="maxLength">How many octets it may have.</param>
    /// <param name="read">Reads; takes the file and its length.</param>
    /// <inheritdoc cref="ReadAll"/>
    public T Read<T>(long maxLength, Func<SafeFileHandle, long, T> read)
    {
        FileStamp before = FileStamp.Of(path);

        // A pipe has no length, and would block whoever opens it.
        if (before is { Exists: true, Length: 0 })
        {
            throw new IOException("The file is empty.");
        }

        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        long length = RandomAccess.GetLength(file);
        if (length > maxLength)
        {
            throw new IOException($"The file has {length} bytes, limit {maxLength}.");
        }

        T result = read(file, length);
        return FileStamp.Of(path) == before ? result : throw new IOException("The file was changed while it was read.");
    }

    /// <summary>Reads from the beginning until the buffer is full or the file ends; gets how many octets that were.</summary>
    public static int Fill(SafeFileHandle file, Span<byte> buffer)
    {
        int length = 0;
        while (length < buffer.Length && RandomAccess.Read(file, buffer[length..], length) is > 0 and int read)
        {
            length += read;
        }

        return length;
    }
}
