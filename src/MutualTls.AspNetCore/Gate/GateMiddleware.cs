using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Refusals;
using MutualTls.Connections;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Gate;

/// <summary>Stands between the TLS of a connection and whatever comes after it: HTTP is not spoken before the gate has opened.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class GateMiddleware(GatedEndpoint endpoint, ConnectionDelegate next)
{
    public async Task RunAsync(ConnectionContext context)
    {
        GatedConnection? connection = context.Features.Get<GatedConnection>();
        SslStream? stream = context.Features.Get<ISslStreamFeature>()?.SslStream;
        if (connection is null || connection.Endpoint != endpoint || stream is null)
        {
            Log.ConnectionUngated(endpoint.Logger, endpoint.ToString());
            context.Abort();
            return;
        }

        if (await JudgeAsync(connection, stream, context.ConnectionClosed).ConfigureAwait(false) is not { } verdict)
        {
            context.Abort();
        }
        else if (verdict.MayConnect)
        {
            context.Features.Set<IMutualTlsFeature>(connection);
            if (!verdict.IsAccepted)
            {
                // It is here for the audit alone. What reads the certificate past the verdict finds none.
                context.Features.Set<ITlsConnectionFeature>(WithoutCertificate.Instance);
            }

            using LiveRegistration live = connection.Follow(context, stream);
            await next(context).ConfigureAwait(false);
            if (connection.IsClosing)
            {
                await Farewell.SayAsync(stream, SpeaksHttp2(stream), context.ConnectionClosed).ConfigureAwait(false);
            }
        }
        else if (connection.Host.OnRefused == RefusalAction.Answer403)
        {
            Log.RefusalAnswered(endpoint.Logger, verdict.Primary?.Code ?? "");
            await RefusalAnswer.GiveAsync(context, stream, verdict, SpeaksHttp2(stream)).ConfigureAwait(false);
        }
    }

    private bool SpeaksHttp2(SslStream stream) => stream.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2
        || (endpoint.SpeaksHttp2Only && stream.NegotiatedApplicationProtocol.Protocol.IsEmpty);

    private async ValueTask<PeerVerdict?> JudgeAsync(GatedConnection connection, SslStream stream, CancellationToken closed)
    {
        using CancellationTokenSource deadline = new(endpoint.GateTimeout, connection.Host.Server.Engine.TimeProvider);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, closed);
        try
        {
            return await connection.OpenAsync(stream, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (!closed.IsCancellationRequested)
            {
                Log.GateTimedOut(endpoint.Logger, endpoint.ToString(), connection.Host.PolicyName, endpoint.GateTimeout.TotalSeconds);
            }

            return null;
        }
    }
}
