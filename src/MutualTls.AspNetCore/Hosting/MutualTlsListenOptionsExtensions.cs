using Microsoft.AspNetCore.Server.Kestrel.Core;
using MutualTls;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Gate;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Puts mutual TLS on an endpoint of Kestrel.</summary>
public static class MutualTlsListenOptionsExtensions
{
    /// <summary>Serves this endpoint by mutual TLS: each connection is judged before its first request. Stands in the place of <c>UseHttps</c>; the last call holds.</summary>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="credential">The name of what is presented, as registered with <c>AddMutualTls</c>.</param>
    /// <param name="policy">The name of what is demanded of clients.</param>
    /// <param name="configure">Changes the rest; null for the defaults.</param>
    /// <returns>The endpoint.</returns>
    /// <remarks>
    /// <c>UseMutualTls()</c> of the web host, or <c>AddAuthentication().AddMutualTls()</c>, is called too: it looks at every request. The names are looked up when Kestrel starts, which fails with a <see cref="MutualTlsConfigurationException"/> if they are unknown or the endpoint has
    /// HTTP/3 switched on: there is no gate behind its handshake. TLS settings of Kestrel's own, in code or configuration, do not count here.
    /// </remarks>
    public static ListenOptions UseMutualTls(this ListenOptions listenOptions, string credential, string policy, Action<MutualTlsHostOptions>? configure = null) =>
        listenOptions.UseMutualTls(endpoint => endpoint.Otherwise(credential, policy, configure));

    /// <summary>Serves this endpoint by mutual TLS, by policies that depend on the server name the client asks for.</summary>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="configure">Says what holds under which name.</param>
    /// <returns>The endpoint.</returns>
    /// <inheritdoc cref="UseMutualTls(ListenOptions, string, string, Action{MutualTlsHostOptions})" path="/remarks"/>
    public static ListenOptions UseMutualTls(this ListenOptions listenOptions, Action<MutualTlsEndpointOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(listenOptions);
        ArgumentNullException.ThrowIfNull(configure);
        MutualTlsEndpointOptions options = new();
        configure(options);
        GatedEndpoint.Put(listenOptions, options);
        return listenOptions;
    }
}
