using System.Globalization;

namespace IntranetPortal;

/// <summary>Writes dates, times and fingerprints for people.</summary>
internal static class Text
{
    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Machine(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Writes a fingerprint in groups of four, which a line may break between.</summary>
    public static string Groups(string hex) => string.Join(' ', hex.Chunk(4).Select(group => new string(group)));

    public static string Duration(TimeSpan time) => time.TotalMilliseconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.##} µs");

    public static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
