using MutualTls.Revocation.Stores;

namespace MutualTls.StoreProcess;

/// <summary>An answer whose content follows from when it was fetched: whoever reads it can tell that it is whole.</summary>
internal static class Revision
{
    private const int LongestDer = 200_000;

    public static FolderLimits Limits { get; } = new(LongestDer, MaxFiles: 100, MaxBytes: 10_000_000);

    public static StoredAnswer Make(DateTimeOffset fetchedAt)
    {
#pragma warning disable CA5394 // Content that can be made again, not a secret.
        Random content = new((int)fetchedAt.UtcTicks);
        byte[] der = new byte[content.Next(1, LongestDer)];
        content.NextBytes(der);
#pragma warning restore CA5394
        return new StoredAnswer(der, fetchedAt, fetchedAt.AddDays(1), "\"tag\"", LastModified: null);
    }

    public static bool IsWhole(StoredAnswer answer) => answer.Der.Span.SequenceEqual(Make(answer.FetchedAt).Der.Span);
}
