using System.Security.Cryptography;
using MutualTls.Sources;

namespace MutualTls.Policies;

/// <summary>One file of entries, a line each, <c>#</c> for comments, and what it held when it was last of use.</summary>
/// <remarks>
/// A file that is gone, empty or in any line wrong takes nothing away. One with fewer entries than before is taken when it has been seen unchanged twice:
/// somebody may be writing it.
/// </remarks>
/// <typeparam name="T">What its entries make.</typeparam>
/// <threadsafety>Not safe for use by several threads at once; <see cref="Entries"/> may be read from any.</threadsafety>
internal sealed class EntryFile<T>(string path, string option, EntryParser<T> parse)
    where T : class
{
    // A deny-list of three million fingerprints.
    private const int MaxLength = 256 << 20;
    private const int MaxErrors = 10;

    // In full: the current directory may change.
    private readonly WatchedFile _file = new(path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) ? path : Path.GetFullPath(path));
    private byte[] _hash = [];
    private int _count;
    private T? _entries;
    private string _told = "";

    /// <summary>Gets what the file held when it was last of use; null if it never was.</summary>
    public T? Entries => Volatile.Read(ref _entries);

    /// <summary>Reads the file if it may have changed.</summary>
    /// <param name="problems">Takes what is wrong with it, each time with something else only.</param>
    /// <returns>True if it holds something else than before.</returns>
    public bool Look(List<string> problems)
    {
        if (!_file.IsDue())
        {
            return false;
        }

        List<string> wrong = [];
        bool changed = false;
        try
        {
            changed = Take(_file.ReadAll(MaxLength), wrong);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            wrong.Add($"{option}: '{path}': {exception.Message}");
        }

        if (wrong.Count > 0)
        {
            _file.Retry();
        }

        string told = string.Join('\n', wrong);
        if (told != _told)
        {
            problems.AddRange(wrong);
            _told = told;
        }

        return changed;
    }

    private bool Take(byte[] content, List<string> wrong)
    {
        byte[] hash = SHA256.HashData(content);
        if (hash.AsSpan().SequenceEqual(_hash))
        {
            return false;
        }

        int errors = 0;
        T entries = parse(Lines(content), (index, error) =>
        {
            if (++errors <= MaxErrors)
            {
                wrong.Add($"{option}: '{path}', line {index + 1}: {error}");
            }
        }, out int count);
        if (errors > 0 || (count < _count && !_file.IsSettled))
        {
            return false;
        }

        _hash = hash;
        _count = count;
        Volatile.Write(ref _entries, entries);
        return true;
    }

    private static IEnumerable<string> Lines(byte[] content)
    {
        using StreamReader reader = new(new MemoryStream(content));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}

/// <summary>Reads entries, blank ones and comments passed over, and tells of the wrong ones by their index.</summary>
internal delegate T EntryParser<T>(IEnumerable<string> lines, Action<int, string> onError, out int count);
