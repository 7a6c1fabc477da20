using System.Collections.Concurrent;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Connections;
using MutualTls.Policies;
using ConnectionLog = MutualTls.Connections.Log;

namespace MutualTls.Http;

/// <summary>Gives each connection of one handler a gate: judged in the callback, opened in the filter, before the first byte of HTTP.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class ServerGates(MutualTlsHttpOptions options, WeakReference<Generation> generation)
{
    // The options of a handler are shared by its connections, so the stream is what tells them apart.
    private readonly ConditionalWeakTable<SslStream, HandshakeGate> _gates = [];

    // Hosts that closed a connection without a word, each with the last time. HTTP/2 loses the exception that our stream throws if it was writing at that moment.
    private const int MostHosts = 1024;

    private readonly ConcurrentDictionary<string, (long When, MutualTlsException Refused)> _closedBy = new(StringComparer.OrdinalIgnoreCase);

    private long _until = DateTimeOffset.MaxValue.UtcTicks;

    /// <summary>Gets the first moment at which the verdict on one of the connections that are closed for it no longer stands.</summary>
    public DateTimeOffset Until => new(Volatile.Read(ref _until), TimeSpan.Zero);

    /// <summary>The callback for SslStream. Throws what it refuses, so that the caller is told why and not only that.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // Pitfall 19: no filter runs for HTTP/3, so nothing would be awaited.
        if (sender is not SslStream stream)
        {
            return false;
        }

        HandshakeGate gate = GateOf(stream);
        return gate.Validate(sender, certificate, chain, errors) ? true : throw Refusal(gate.Verdict!);
    }

    /// <summary>The filter for SocketsHttpHandler, run on each new connection.</summary>
    public async ValueTask<Stream> FilterAsync(SocketsHttpPlaintextStreamFilterContext context, CancellationToken cancellationToken)
    {
        if (context.PlaintextStream is not SslStream stream)
        {
            // The way to a proxy carries CONNECT alone; what goes through the tunnel is TLS, and comes here again.
            return context.InitialRequestMessage.Method == HttpMethod.Connect
                ? context.PlaintextStream
                : throw new HttpRequestException(HttpRequestError.SecureConnectionError, "A connection without TLS was refused.");
        }

        HandshakeGate gate = GateOf(stream);
        PeerVerdict verdict = await gate.OpenAsync(stream, cancellationToken).ConfigureAwait(false);
        if (!verdict.MayConnect)
        {
            throw Refusal(verdict);
        }

        if (verdict.Policy.Live.Mode == LiveConnectionMode.Close)
        {
            Keep(verdict.Until);
        }

        ConnectionLog.Judged(options.Logger, verdict);
        string host = stream.TargetHostName;
        MutualTlsStream accepted = new(stream, verdict, new EarlyEnd(static () => true, refused => NoteClosed(host, refused)));
        accepted.Follow(gate, options.Engine.TimeProvider, options.Logger, closer => new PooledConnection(closer, generation));
        return accepted;
    }

    /// <summary>Gets what a host's last closing of a connection means, if it happened after a moment.</summary>
    /// <param name="host">The host.</param>
    /// <param name="since">The moment, as <see cref="TimeProvider.GetTimestamp"/> counts.</param>
    public MutualTlsException? ClosedBy(string host, long since) =>
        _closedBy.TryGetValue(host, out (long When, MutualTlsException Refused) closed) && closed.When >= since ? closed.Refused : null;

    private void NoteClosed(string host, MutualTlsException refused)
    {
        if (_closedBy.Count >= MostHosts)
        {
            _closedBy.Clear();
        }

        _closedBy[host] = (options.Engine.TimeProvider.GetTimestamp(), refused);
    }

    private HandshakeGate GateOf(SslStream stream) => _gates.GetValue(
        stream, s => new HandshakeGate(options.Engine, options.Policy, PeerRole.Server, policy => MutualTlsClientOptions.ExpectedBy(policy, s.TargetHostName)));

    private void Keep(DateTimeOffset until)
    {
        long ticks = until.UtcTicks;
        for (long known = Volatile.Read(ref _until); ticks < known;)
        {
            long before = Interlocked.CompareExchange(ref _until, ticks, known);
            if (before == known)
            {
                return;
            }

            known = before;
        }
    }

    private MutualTlsException Refusal(PeerVerdict verdict)
    {
        ConnectionLog.Judged(options.Logger, verdict);
        return MutualTlsException.Refused(verdict);
    }
}
