using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>Answers one request of HTTP/1.1 with 403. Nothing of the request is understood but where its head ends, whether it is a HEAD, and whether it is a person's.</summary>
internal static class Http1Answer
{
    // Kestrel's own limits are 8 KB for the request line and 32 KB for the headers.
    private const int MaxHead = 40 << 10;

    /// <summary>Waits for the head of the request and answers it.</summary>
    /// <param name="input">What the client sends.</param>
    /// <param name="output">What it is sent.</param>
    /// <param name="problem">The answer for a program.</param>
    /// <param name="page">The answer for a person.</param>
    /// <param name="cancellationToken">Time is up.</param>
    /// <returns>False if the client left without one.</returns>
    public static async Task<bool> GiveAsync(PipeReader input, PipeWriter output, RefusalBody problem, Lazy<RefusalBody> page, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (EndsHead(result.Buffer, out bool isHead))
            {
                RefusalBody body = PageWish.IsInHead(result.Buffer) ? page.Value : problem;
                input.AdvanceTo(result.Buffer.End);
                await WriteAsync(output, body, isHead, cancellationToken).ConfigureAwait(false);
                return true;
            }

            if (result.IsCompleted)
            {
                return false;
            }

            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    // RFC 9112 section 2.2: a bare LF may end a line.
    private static bool EndsHead(ReadOnlySequence<byte> buffer, out bool isHead)
    {
        SequenceReader<byte> reader = new(buffer);
        isHead = reader.IsNext("HEAD "u8);
        while (reader.TryReadTo(out ReadOnlySequence<byte> _, (byte)'\n'))
        {
            if (reader.IsNext("\r\n"u8) || reader.IsNext((byte)'\n'))
            {
                return true;
            }
        }

        return buffer.Length > MaxHead;
    }

    private static async Task WriteAsync(PipeWriter output, RefusalBody body, bool isHead, CancellationToken cancellationToken)
    {
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 403 Forbidden\r\nContent-Type: {body.ContentType}\r\nContent-Length: {body.Content.Length}\r\nCache-Control: no-store\r\nConnection: close\r\n");
        output.Write(System.Text.Encoding.ASCII.GetBytes($"{head}{string.Concat(body.Headers.Select(header => $"{header.Name}: {header.Value}\r\n"))}\r\n"));
        output.Write(isHead ? [] : body.Content);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
