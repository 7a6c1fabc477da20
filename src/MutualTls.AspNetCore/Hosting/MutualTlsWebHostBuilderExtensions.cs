using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MutualTls;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Gate;
using MutualTls.AspNetCore.Hosting;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Puts mutual TLS on the endpoints of a web host.</summary>
public static class MutualTlsWebHostBuilderExtensions
{
    /// <summary>Serves by mutual TLS those endpoints of the <c>Kestrel</c> configuration section that have a section <c>MutualTls</c>, and looks at every request, also those of endpoints in code: whether the verdict on its connection still stands, and whether its host belongs to it.</summary>
    /// <param name="builder">The web host.</param>
    /// <returns>The web host.</returns>
    /// <remarks>
    /// <c>Kestrel:Endpoints:NAME:MutualTls</c> holds <c>Credential</c>, <c>Policy</c>, <c>OnRefused</c>, <c>IssuerHints</c>, <c>HandshakeTimeout</c>, <c>GateTimeout</c> and
    /// <c>Hosts</c>, which holds the first four by host name. What is wrong stops the start with a <see cref="MutualTlsConfigurationException"/> that names the key.
    /// </remarks>
    public static IWebHostBuilder UseMutualTls(this IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(services => AddTo(services));
    }

    /// <summary>Serves every endpoint by mutual TLS, those of configuration, code and URLs alike. An endpoint that says its own has that.</summary>
    /// <param name="builder">The web host.</param>
    /// <param name="credential">The name of what is presented, as registered with <c>AddMutualTls</c>.</param>
    /// <param name="policy">The name of what is demanded of clients.</param>
    /// <param name="configure">Changes the rest; null for the defaults.</param>
    /// <returns>The web host.</returns>
    /// <remarks>
    /// It sets Kestrel's endpoint defaults, before anything else does. Should the application replace those, requests by an endpoint without mutual TLS are answered 500.
    /// An <c>http</c> URL is then served by TLS too.
    /// </remarks>
    public static IWebHostBuilder UseMutualTls(this IWebHostBuilder builder, string credential, string policy, Action<MutualTlsHostOptions>? configure = null) =>
        builder.UseMutualTls(endpoint => endpoint.Otherwise(credential, policy, configure));

    /// <summary>Serves every endpoint by mutual TLS, by policies that depend on the server name the client asks for.</summary>
    /// <param name="builder">The web host.</param>
    /// <param name="configure">Says what holds under which name.</param>
    /// <returns>The web host.</returns>
    /// <inheritdoc cref="UseMutualTls(IWebHostBuilder, string, string, Action{MutualTlsHostOptions})" path="/remarks"/>
    public static IWebHostBuilder UseMutualTls(this IWebHostBuilder builder, Action<MutualTlsEndpointOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        MutualTlsEndpointOptions options = new();
        configure(options);
        return builder.ConfigureServices(services => AddTo(services).EveryEndpoint = options);
    }

    private static RequestGuardRules AddTo(IServiceCollection services)
    {
        RequestGuardRules rules = RequestGuard.AddTo(services);
        if (!services.Any(service => service.ImplementationInstance is ConfiguredEndpoints))
        {
            ConfiguredEndpoints endpoints = new(rules);
            services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<KestrelServerOptions>>(endpoints));
            services.AddSingleton<IPostConfigureOptions<KestrelServerOptions>>(endpoints);
        }

        return rules;
    }
}
