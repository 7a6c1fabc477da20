using System.Globalization;
using System.Net.Sockets;

namespace MutualTls.Testing.Http;

/// <summary>One HTTP/1 request, read whole (RFC 9112). Bounded: a test's client may be the one that is broken.</summary>
internal sealed record HttpQuestion(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private const int MaxHead = 16 * 1024;
    private const int MaxBody = 64 * 1024;

    /// <summary>Reads a request; null if it is none, or too large.</summary>
    public static async Task<HttpQuestion?> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxHead];
        int length = 0, end;
        while ((end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            int read = length == buffer.Length ? 0 : await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }

            length += read;
        }

        string[] lines = System.Text.Encoding.Latin1.GetString(buffer, 0, end).Split("\r\n");
        string[] first = lines[0].Split(' ');
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers[line[..colon]] = line[(colon + 1)..].Trim();
            }
        }

        int bodyLength = headers.TryGetValue("Content-Length", out string? text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int told) ? told : 0;
        if (first.Length != 3 || bodyLength > MaxBody)
        {
            return null;
        }

        byte[] body = new byte[bodyLength];
        int early = Math.Min(bodyLength, length - end - 4);
        buffer.AsSpan(end + 4, early).CopyTo(body);
        await stream.ReadExactlyAsync(body.AsMemory(early), cancellationToken).ConfigureAwait(false);
        return new HttpQuestion(first[0], first[1], headers, body);
    }
}
