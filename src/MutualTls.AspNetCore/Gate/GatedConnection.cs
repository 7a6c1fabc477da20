using System.Net.Security;
using System.Security.Claims;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Sni;
using MutualTls.Connections;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Gate;

/// <summary>One connection on its way through the gate, and behind it.</summary>
/// <threadsafety>The handshake and the gate use it one after the other; requests read it from any thread.</threadsafety>
internal sealed class GatedConnection : IMutualTlsFeature, IIdentityKeeper
{
    private readonly HostMap _hosts;
    private readonly ServerHandshake _handshake;
    private string? _belonging;
    private bool _settled;

    public GatedConnection(GatedEndpoint endpoint, HostMap hosts, HostBinding host, string? serverName)
    {
        Endpoint = endpoint;
        _hosts = hosts;
        Host = host;
        ServerName = serverName;
        _handshake = new ServerHandshake(host.Server, host.OnRefused == RefusalAction.Answer403 ? GateRefusal.InGate : GateRefusal.InHandshake);
    }

    public GatedEndpoint Endpoint { get; }

    public HostBinding Host { get; }

    public string? ServerName { get; }

    public ClaimsIdentity? Identity { get; set; }

    // Set before the connection is anybody's: nobody sees the feature before the gate has opened.
    public PeerVerdict Verdict => _handshake.Gate.Verdict!;

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
}
