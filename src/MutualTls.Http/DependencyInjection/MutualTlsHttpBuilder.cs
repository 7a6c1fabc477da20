using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Connections;
using MutualTls.Policies;

namespace MutualTls.Http.DependencyInjection;

/// <summary>Says how one named client presents itself and which servers it accepts.</summary>
public sealed class MutualTlsHttpBuilder
{
    private readonly string _credential;
    private readonly string _policy;
    private Action<SocketsHttpHandler>? _configureHandler;

    internal MutualTlsHttpBuilder(string credential, string policy)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(credential);
        ArgumentException.ThrowIfNullOrWhiteSpace(policy);
        _credential = credential;
        _policy = policy;
    }

    /// <summary>Sets proxy, pool, timeouts and the like.</summary>
    /// <param name="configure">What <see cref="MutualTlsHttpOptions.ConfigureHandler"/> says; several calls add up.</param>
    /// <returns>This builder.</returns>
    public MutualTlsHttpBuilder ConfigureHandler(Action<SocketsHttpHandler> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _configureHandler += configure;
        return this;
    }

    /// <exception cref="InvalidOperationException">A name is not registered.</exception>
    internal MutualTlsHttpOptions Options(IServiceProvider services)
    {
        MutualTlsEndpoints endpoints = services.GetService<MutualTlsEndpoints>()
            ?? throw new InvalidOperationException("Nothing is registered by name: call services.AddMutualTls(...) with the credentials and policies that UseMutualTls(...) names.");
        return new MutualTlsHttpOptions
        {
            Credential = endpoints.Credential(_credential),
            Policy = endpoints.Policy(_policy),
            ConfigureHandler = _configureHandler,
            Engine = services.GetRequiredService<PeerPolicyEngine>(),
            Logger = services.GetService<ILogger<MutualTlsHttpHandler>>() ?? (ILogger)NullLogger.Instance,
        };
    }
}
