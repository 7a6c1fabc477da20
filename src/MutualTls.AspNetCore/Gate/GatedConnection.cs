using System.Net;
using System.Net.Security;
using System.Security.Claims;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Sni;
using MutualTls.Connections;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Gate;

/// <summary>One connection on its way through the gate, and behind it for as long as it is open.</summary>
/// <threadsafety>The handshake and the gate use it one after the other; requests and the registry of open connections read it from any thread.</threadsafety>
internal sealed class GatedConnection : IMutualTlsFeature, IIdentityKeeper, ILiveConnection
{
    private readonly HostMap _hosts;
    private readonly ServerHandshake _handshake;
    private ConnectionContext? _context;
    private SslStream? _stream;
    private IConnectionLifetimeNotificationFeature? _lifetime;
    private LiveRegistration? _live;
    private string? _belonging;
    private bool _settled;

    public GatedConnection(GatedEndpoint endpoint, HostMap hosts, HostBinding host, string? serverName, EndPoint? client)
    {
        Endpoint = endpoint;
        _hosts = hosts;
        Host = host;
        ServerName = serverName;
        _handshake = new ServerHandshake(host.Server, client, host.OnRefused == RefusalAction.Answer403 ? GateRefusal.InGate : GateRefusal.InHandshake);
    }

    public GatedEndpoint Endpoint { get; }

    public HostBinding Host { get; }

    public string? ServerName { get; }

    public ClaimsIdentity? Identity { get; set; }

    // Set before the connection is anybody's: nobody sees the feature before the gate has opened. What a later callback refused stays refused.
    public PeerVerdict Verdict => _handshake.Gate.Verdict is { MayConnect: true } && _live is { } live ? live.Verdict : _handshake.Gate.Verdict!;

    /// <summary>Gets whether the peer would no longer be let in and its connection is being closed: nothing new is to be begun on it.</summary>
    public bool IsClosing => Verdict is { MayConnect: false } verdict && !(verdict.Policy.Live.Mode == LiveConnectionMode.Report && _handshake.Gate.Verdict!.MayConnect);

    public SslServerAuthenticationOptions TlsOptions() => _handshake.TlsOptions(Host.ContextOf(_handshake.Credential));

    public async ValueTask<PeerVerdict> OpenAsync(SslStream stream, CancellationToken cancellationToken)
    {
        PeerVerdict verdict = await _handshake.Gate.OpenAsync(stream, cancellationToken).ConfigureAwait(false);
        Settle();
        return verdict;
    }

    /// <summary>Logs the verdict and learns from it, once.</summary>
    public void Settle()
    {
        if (_settled)
        {
            return;
        }

        _settled = true;
        _handshake.Learn();
        if (_handshake.Gate.Verdict is { } verdict && verdict.Outcome != VerdictOutcome.Pending)
        {
            MutualTls.Connections.Log.Judged(Host.Server.Logger, verdict);
        }
    }

    /// <summary>Has the verdict kept true from now on; called before anything is spoken on the connection.</summary>
    /// <returns>What is disposed of when the connection has ended.</returns>
    public LiveRegistration Follow(ConnectionContext context, SslStream stream)
    {
        _context = context;
        _stream = stream;
        _lifetime = context.Features.Get<IConnectionLifetimeNotificationFeature>();
        return _live = _handshake.Gate.Register(this, Host.Server.Logger);
    }

    // HTTP/2: GOAWAY; HTTP/1.1: "Connection: close" with the response that is under way, or an end at once. Whoever carries something else may follow the token.
    void ILiveConnection.Drain(PeerVerdict verdict) => Elsewhere(static connection =>
    {
        if (connection._lifetime is { } lifetime)
        {
            lifetime.RequestClose();
        }
        else
        {
            connection.Abort();
        }
    });

    void ILiveConnection.Abort(PeerVerdict verdict) => Elsewhere(static connection => connection.Abort());

    /// <summary>Ends a connection of HTTP/1.1 on which a request has come too late, without an answer.</summary>
    public async Task EndAsync()
    {
        await Farewell.SayAsync(_stream!, isHttp2: false, _context!.ConnectionClosed).ConfigureAwait(false);
        Abort();
    }

    /// <summary>Tells whether a request with this host belongs to the policy that judged the connection.</summary>
    /// <param name="authority">The Host header or <c>:authority</c> as it came, with its port if it has one.</param>
    public bool Serves(string authority)
    {
        // A client asks for the same host again and again.
        if (!_hosts.DependsOnName || string.Equals(authority, _belonging, StringComparison.Ordinal))
        {
            return true;
        }

        string host = new Microsoft.AspNetCore.Http.HostString(authority).Host;
        if (_hosts.Find(Sni.ServerName.Normalize(host)) is not { } asked || !string.Equals(asked.PolicyName, Host.PolicyName, StringComparison.Ordinal))
        {
            return false;
        }

        _belonging = authority;
        return true;
    }

    private void Abort() => _context!.Abort(new ConnectionAbortedException("The client would no longer be let in."));

    // What is told of a connection that closes is code of the application too, which may block or throw.
    private void Elsewhere(Action<GatedConnection> close) => ThreadPool.UnsafeQueueUserWorkItem(
        static work =>
        {
            try
            {
                work.Close(work.Connection);
            }
#pragma warning disable CA1031 // Nobody is there to catch it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                MutualTls.Connections.Log.LiveCloseFailed(work.Connection.Host.Server.Logger, exception);
            }
        },
        (Connection: this, Close: close), preferLocal: false);
}
