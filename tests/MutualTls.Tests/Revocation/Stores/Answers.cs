using MutualTls.Revocation.Stores;

namespace MutualTls.Tests.Revocation.Stores;

/// <summary>Answers and keys to store, at a fixed time.</summary>
internal static class Answers
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly FolderLimits Limits = new(MaxAnswerBytes: 100_000, MaxFiles: 1_000, MaxBytes: 100_000_000);

    public static StoredAnswer Make(string content, double fetched = 0, double keepDays = 7) =>
        new(System.Text.Encoding.UTF8.GetBytes(content), Now.AddMinutes(fetched), Now.AddDays(keepDays), "W/\"7-b\"", Now.AddDays(-2));

    public static string Key(int number, string kind = "crl") => $"{kind}-{number:x64}";

    public static string? ContentOf(StoredAnswer? answer) => answer is null ? null : System.Text.Encoding.UTF8.GetString(answer.Der.Span);
}
