using System.Buffers;
using System.Net.Security;

namespace MutualTls.AspNetCore.Gate;

/// <summary>Ends a connection so that its client can tell what was done about its requests: nothing that crossed the end is lost to a reset, which would take what was sent last with it.</summary>
internal static class Farewell
{
    /// <summary>How long each step may take: a client that hears of the end closes at once; one that does not is not waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Ends it, once HTTP has nothing more to say on it. Returns within a second.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="isHttp2">Whether GOAWAY was said: then the client closes, when it has moved on what it was about to send.</param>
    /// <param name="closed">Ends with the connection.</param>
    public static async Task SayAsync(SslStream stream, bool isHttp2, CancellationToken closed)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(closed);
        try
        {
            if (isHttp2)
            {
                stop.CancelAfter(Patience);
                await HearOutAsync(stream, stop.Token).ConfigureAwait(false);
                return;
            }

            // An end without an answer tells a client of HTTP/1.1 that its request was not looked at. RFC 9112 section 9.3.1.
            stop.CancelAfter(Patience);
            await stream.ShutdownAsync().WaitAsync(stop.Token).ConfigureAwait(false);
            stop.CancelAfter(Patience);
            await HearOutAsync(stream, stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            // It is gone, or takes too long.
        }
    }

    // What is unread when a socket closes makes the kernel reset it.
    private static async Task HearOutAsync(SslStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
