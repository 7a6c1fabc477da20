using System.Security.Cryptography;

namespace MutualTls.Revocation.Stores;

/// <summary>Turns an answer into octets and back: <see cref="StoredHeader"/>, the tag, the DER.</summary>
/// <remarks>The hash finds what is half-written or damaged. It keeps nobody from making an entry: the signature inside the DER does that.</remarks>
internal static class StoredAnswerFormat
{
    /// <summary>Tells how long an entry may be whose DER may have a length.</summary>
    public static long MaxLength(int maxDerLength) => (long)StoredHeader.Length + StoredHeader.MaxTagLength + maxDerLength;

    /// <summary>Writes what stands before the DER.</summary>
    public static byte[] WriteHead(StoredAnswer answer)
    {
        string tag = answer.EntityTag is { } stated && IsTag(stated) ? stated : "";
        byte[] head = new byte[StoredHeader.Length + tag.Length];
        new StoredHeader(answer.FetchedAt, answer.KeepUntil, answer.LastModified, tag.Length, answer.Der.Length).CopyTo(head);
        System.Text.Encoding.Latin1.GetBytes(tag, head.AsSpan(StoredHeader.Length));
        Hash(head, answer.Der.Span, head.AsSpan(StoredHeader.HashOffset, SHA256.HashSizeInBytes));
        return head;
    }

    /// <summary>Writes an entry as a whole.</summary>
    public static byte[] Write(StoredAnswer answer) => [.. WriteHead(answer), .. answer.Der.Span];

    /// <summary>Reads an entry; null with what is wrong with it, if it is none.</summary>
    /// <param name="entry">The entry. The answer refers to it.</param>
    /// <param name="now">The time.</param>
    /// <param name="problem">What is wrong.</param>
    public static StoredAnswer? Read(ReadOnlyMemory<byte> entry, DateTimeOffset now, out string? problem)
    {
        if (!StoredHeader.TryRead(entry.Span, entry.Length, now, out StoredHeader header, out problem))
        {
            return null;
        }

        int headLength = StoredHeader.Length + header.TagLength;
        ReadOnlyMemory<byte> der = entry[headLength..];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(entry.Span[..headLength], der.Span, hash);
        if (!hash.SequenceEqual(entry.Span.Slice(StoredHeader.HashOffset, SHA256.HashSizeInBytes)))
        {
            problem = "damaged";
            return null;
        }

        string tag = System.Text.Encoding.Latin1.GetString(entry.Span[StoredHeader.Length..headLength]);
        return new StoredAnswer(der, header.FetchedAt, header.KeepUntil, IsTag(tag) ? tag : null, header.LastModified);
    }

    private static void Hash(ReadOnlySpan<byte> head, ReadOnlySpan<byte> der, Span<byte> into)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head[..StoredHeader.HashOffset]);
        hash.AppendData(head[StoredHeader.Length..]);
        hash.AppendData(der);
        hash.GetHashAndReset(into);
    }

    // RFC 9110 8.8.3, without what is not ASCII. It goes back into a request: no space, no line end.
    private static bool IsTag(string tag) => tag.Length is > 0 and <= StoredHeader.MaxTagLength && !tag.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e');
}
