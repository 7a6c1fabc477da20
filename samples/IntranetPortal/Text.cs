using System.Globalization;
using MutualTls.Certificates;

namespace IntranetPortal;

/// <summary>Writes dates, times and fingerprints for people.</summary>
internal static class Text
{
    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Machine(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Key(ParsedCertificate certificate) => certificate.PublicKeyAlgorithm == PublicKeyAlgorithm.Rsa
        ? string.Create(CultureInfo.InvariantCulture, $"RSA {certificate.PublicKeySize}")
        : certificate.PublicKeyAlgorithm.ToString().Replace("EcP", "P-", StringComparison.Ordinal);

    /// <summary>Writes a fingerprint in groups of four, which a line may break between.</summary>
    public static string Groups(string hex) => string.Join(' ', hex.Chunk(4).Select(group => new string(group)));

    public static string Duration(TimeSpan time) => time.TotalMicroseconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.0} µs"),
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms"),
    };
}
