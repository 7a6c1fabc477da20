using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>Answers a refused client at the connection itself: no code of the application and no HTTP server takes part.</summary>
internal static class RefusalAnswer
{
    // A client that was let into TLS sends its request at once; one that does not is as slow as one that never began.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    // What is unread when a socket closes makes the kernel reset it, and the answer may be lost with that.
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(1);

    /// <summary>The most that is read of a client that is refused, in octets.</summary>
    public const int MostRead = 4 << 20;

    public static async Task GiveAsync(ConnectionContext context, SslStream stream, PeerVerdict verdict, bool isHttp2)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
        stop.CancelAfter(s_patience);
        RefusalBody problem = RefusalBody.Problem(verdict.Primary);
        Lazy<RefusalBody> page = new(() => RefusalBody.Page(verdict.Primary));
        IDuplexPipe transport = context.Transport;
        try
        {
            if (isHttp2)
            {
                await new Http2Answer(transport.Input, transport.Output, problem, page).GiveAsync(() => stop.CancelAfter(s_drain), stop.Token).ConfigureAwait(false);
            }
            else if (await Http1Answer.GiveAsync(transport.Input, transport.Output, problem, page, stop.Token).ConfigureAwait(false))
            {
                stop.CancelAfter(s_drain);
                await stream.ShutdownAsync().WaitAsync(stop.Token).ConfigureAwait(false);
                await DrainAsync(transport.Input, stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            // It has left, or takes too long: it is refused in any case.
        }
    }

    private static async Task DrainAsync(PipeReader input, CancellationToken cancellationToken)
    {
        for (long read = 0; read < MostRead;)
        {
            ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            read += result.Buffer.Length;
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }
}
