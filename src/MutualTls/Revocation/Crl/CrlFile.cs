using System.Security.Cryptography;
using MutualTls.Sources;

namespace MutualTls.Revocation.Crl;

/// <summary>One file of CRLs, and what it held when it was last of use.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal sealed class CrlFile(string path, string what)
{
    private readonly WatchedFile _file = new(path);
    private byte[] _hash = [];

    public IReadOnlyList<ParsedCrl> Crls { get; private set; } = [];

    /// <summary>Reads the file if it may have changed. One that cannot be read whole, as while somebody writes it, counts for nothing and is tried again.</summary>
    public void Look(List<string> problems)
    {
        if (!_file.IsDue())
        {
            return;
        }

        List<string> wrong = [];
        try
        {
            _file.Read(CrlParser.MaxLength, (file, length) =>
            {
                using NativeBuffer buffer = new(Math.Max(length, 1));
                Take(buffer.Bytes[..WatchedFile.Fill(file, buffer.Bytes[..(int)length])], wrong);
                return true;
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            wrong.Add($"{what}: {exception.Message}");
        }

        if (wrong.Count > 0)
        {
            _file.Retry();
            problems.AddRange(wrong);
        }
    }

    private void Take(ReadOnlySpan<byte> content, List<string> wrong)
    {
        // The same content is the same CRLs, and what was found about their signatures stays known.
        byte[] hash = SHA256.HashData(content);
        if (hash.AsSpan().SequenceEqual(_hash))
        {
            return;
        }

        List<ParsedCrl> read = [];
        CrlReader.Read(content, what, read, wrong);
        if (wrong.Count == 0)
        {
            _hash = hash;
        }

        // The first time, what is good of a file is better than nothing.
        Crls = wrong.Count == 0 || Crls.Count == 0 ? read : Crls;
    }
}
