using System.IO.Compression;
using System.Text.Json;

namespace MutualTls.Conformance.Cases;

/// <summary>Reads JSON from a file, plain or gzip.</summary>
internal static class JsonFile
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <exception cref="SuiteFileException">The file cannot be read, or holds something else.</exception>
    public static async Task<T> ReadAsync<T>(string path, string what, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            await using FileStream file = File.OpenRead(path);
            Stream json = await IsGzipAsync(file, cancellationToken) ? new GZipStream(file, CompressionMode.Decompress) : file;
            await using (json)
            {
                return await JsonSerializer.DeserializeAsync<T>(json, Options, cancellationToken)
                    ?? throw new SuiteFileException(path, $"is not {what}: it is null.");
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            throw new SuiteFileException(path, $"is not {what}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SuiteFileException(path, $"cannot be read: {exception.Message}", exception);
        }
    }

    // RFC 1952 section 2.3.1.
    private static async Task<bool> IsGzipAsync(FileStream file, CancellationToken cancellationToken)
    {
        byte[] magic = new byte[2];
        int read = await file.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken);
        file.Position = 0;
        return read == 2 && magic is [0x1F, 0x8B];
    }
}
