using System.Globalization;

namespace MutualTls.Testing.Http;

/// <summary>Writes an answer as a server with that fault would. Faults of the content itself are in the answer already.</summary>
internal static class RevocationFaults
{
    private static readonly TimeSpan DripPause = TimeSpan.FromMilliseconds(100);

    public static async Task WriteAsync(
        TestRevocationFault fault, HttpQuestion question, HttpAnswer answer, string redirectTarget, long hugeLength, Stream stream, CancellationToken cancellationToken)
    {
        switch (fault)
        {
            case TestRevocationFault.BlackHole:
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
                break;
            case TestRevocationFault.SlowDrip:
                await DripAsync(answer, stream, cancellationToken).ConfigureAwait(false);
                break;
            case TestRevocationFault.Disconnect:
                await stream.WriteAsync(answer.Head(), cancellationToken).ConfigureAwait(false);
                await stream.WriteAsync(answer.Body[..(answer.Body.Length / 2)], cancellationToken).ConfigureAwait(false);
                break;
            case TestRevocationFault.Huge:
                await PourAsync(answer, hugeLength, stream, cancellationToken).ConfigureAwait(false);
                break;
            case TestRevocationFault.RedirectLoop:
                await Redirect(Next(question.Target)).WriteAsync(stream, cancellationToken).ConfigureAwait(false);
                break;
            case TestRevocationFault.Redirect:
                await Redirect(redirectTarget).WriteAsync(stream, cancellationToken).ConfigureAwait(false);
                break;
            case TestRevocationFault.ServerError:
                await new HttpAnswer(500).WriteAsync(stream, cancellationToken).ConfigureAwait(false);
                break;
            case TestRevocationFault.NotFound:
                await new HttpAnswer(404).WriteAsync(stream, cancellationToken).ConfigureAwait(false);
                break;
            case TestRevocationFault.Garbage:
                await new HttpAnswer(200, Garbage(), answer.ContentType).WriteAsync(stream, cancellationToken).ConfigureAwait(false);
                break;
            default:
                await answer.WriteAsync(stream, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private static async Task DripAsync(HttpAnswer answer, Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(answer.Head(), cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < answer.Body.Length; i++)
        {
            await stream.WriteAsync(answer.Body.Slice(i, 1), cancellationToken).ConfigureAwait(false);
            await Task.Delay(DripPause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task PourAsync(HttpAnswer answer, long length, Stream stream, CancellationToken cancellationToken)
    {
        byte[] block = new byte[64 * 1024];
        await stream.WriteAsync(answer.Head(withLength: false), cancellationToken).ConfigureAwait(false);
        for (long written = 0; written < length; written += block.Length)
        {
            await stream.WriteAsync(block, cancellationToken).ConfigureAwait(false);
        }
    }

    private static HttpAnswer Redirect(string target)
    {
        HttpAnswer redirect = new(302);
        redirect.Headers["Location"] = target;
        return redirect;
    }

    // Another URL each time, so that a client that only looks for one it knows goes round for ever.
    private static string Next(string target)
    {
        string[] parts = target.Split("?n=");
        int round = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{parts[0]}?n={round + 1}");
    }

    private static byte[] Garbage()
    {
        byte[] octets = new byte[600];
        new Random(1).NextBytes(octets);
        return octets;
    }
}
