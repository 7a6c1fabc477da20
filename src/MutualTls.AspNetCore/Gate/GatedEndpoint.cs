using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Sni;
using MutualTls.Connections.Rehearsals;

namespace MutualTls.AspNetCore.Gate;

/// <summary>One endpoint with mutual TLS: Kestrel's TLS told by us, and the gate after it.</summary>
/// <threadsafety>Set up by one thread; connections use it from any.</threadsafety>
internal sealed class GatedEndpoint
{
    // Endpoint defaults come first and an endpoint's own words later: the same endpoint is then told twice, and has one gate.
    private static readonly ConditionalWeakTable<ListenOptions, GatedEndpoint> s_endpoints = [];

    private readonly ListenOptions _listen;
    private readonly TlsHandshakeCallbackOptions _tls;
    private MutualTlsEndpointOptions _options;
    private HostMap? _hosts;
    private ILogger? _logger;

    private GatedEndpoint(ListenOptions listen, MutualTlsEndpointOptions options)
    {
        _listen = listen;
        _options = options;
        _tls = new TlsHandshakeCallbackOptions { OnConnection = ChooseAsync };
    }

    /// <summary>Gets how long the verdict may take after the handshake.</summary>
    public TimeSpan GateTimeout => _options.GateTimeout;

    /// <summary>Gets where refusals are logged.</summary>
    public ILogger Logger => _logger!;

    /// <summary>Gets whether all that is spoken is HTTP/2, with or without ALPN.</summary>
    public bool SpeaksHttp2Only => _listen.Protocols == HttpProtocols.Http2;

    /// <summary>Tells whether an endpoint has a gate that was told otherwise than what holds for every endpoint.</summary>
    public static bool HasItsOwn(ListenOptions listen, MutualTlsEndpointOptions? every) => s_endpoints.TryGetValue(listen, out GatedEndpoint? endpoint) && endpoint._options != every;

    /// <summary>Puts the gate on an endpoint, or tells the one that is there otherwise.</summary>
    public static void Put(ListenOptions listen, MutualTlsEndpointOptions options)
    {
        if (s_endpoints.TryGetValue(listen, out GatedEndpoint? endpoint))
        {
            endpoint._options = options;
            return;
        }

        endpoint = new GatedEndpoint(listen, options);
        s_endpoints.Add(listen, endpoint);
        listen.Use(Settle);
        listen.UseHttps(endpoint._tls);
        listen.Use(endpoint.Bind);
    }

    /// <summary>Writes where it listens.</summary>
    public override string ToString() => _listen.ToString() ?? "";

    // What the handshake found counts and is logged even where TLS failed and the gate was never reached.
    private static ConnectionDelegate Settle(ConnectionDelegate next) => async connection =>
    {
        Rehearsal.GiveWay();
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            connection.Features.Get<GatedConnection>()?.Settle();
        }
    };

    // Kestrel asks for the middleware when it starts to listen, from the last to the first: this comes before its TLS is made, and a throw stops the start.
    private ConnectionDelegate Bind(ConnectionDelegate next)
    {
        IServiceProvider services = _listen.ApplicationServices;
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("MutualTls.AspNetCore");
        _hosts = EndpointCheck.Compile(_listen, _options, services);
        _tls.HandshakeTimeout = _options.HandshakeTimeout;
        Rehearse(services);
        return new GateMiddleware(this, next).RunAsync;
    }

    // Once the application has started, so that its start has the processor to itself.
    private static void Rehearse(IServiceProvider services)
    {
        if (services.GetService<IHostApplicationLifetime>() is { } lifetime)
        {
            lifetime.ApplicationStarted.Register(() => Rehearsal.Begin(lifetime.ApplicationStopping));
        }
    }

    private ValueTask<SslServerAuthenticationOptions> ChooseAsync(TlsHandshakeCallbackContext context)
    {
        // Over QUIC no middleware of ours comes after the handshake.
        if (context.Connection is not ConnectionContext || _hosts is null)
        {
            throw new AuthenticationException("Mutual TLS has no gate on this connection.");
        }

        string? name = ServerName.Normalize(context.ClientHelloInfo.ServerName);
        if (_hosts.Find(name) is not { } host)
        {
            Log.ServerNameRefused(Logger, ToString(), name ?? "");
            throw new AuthenticationException("The server name has no policy.");
        }

        GatedConnection connection = new(this, _hosts, host, name, context.Connection.RemoteEndPoint);
        context.Connection.Features.Set(connection);
        return new(connection.TlsOptions());
    }
}
