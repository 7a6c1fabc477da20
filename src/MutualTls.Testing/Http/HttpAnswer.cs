using System.Globalization;

namespace MutualTls.Testing.Http;

/// <summary>One HTTP/1 answer. Each ends its connection, so that a test counts connections and requests alike.</summary>
internal sealed record HttpAnswer(int Status, ReadOnlyMemory<byte> Body = default, string ContentType = "application/octet-stream")
{
    public Dictionary<string, string> Headers { get; } = [];

    /// <summary>Writes all in front of the body. With no length, the body ends with the connection.</summary>
    public byte[] Head(bool withLength = true)
    {
        System.Text.StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} Test\r\nConnection: close\r\nContent-Type: {ContentType}\r\n");
        foreach ((string name, string value) in Headers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (withLength)
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        }

        return System.Text.Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Head(), cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(Body, cancellationToken).ConfigureAwait(false);
    }
}
