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
    private readonly List<string> _otherCredentials = [];
    private readonly List<(string Host, string Credential)> _hostCredentials = [];
    private Action<SocketsHttpHandler>? _configureHandler;

    internal MutualTlsHttpBuilder(string credential, string policy)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(credential);
        ArgumentException.ThrowIfNullOrWhiteSpace(policy);
        _credential = credential;
        _policy = policy;
    }

    /// <summary>Adds what may be presented where the server accepts other issuers: see <see cref="MutualTlsHttpOptions.OtherCredentials"/>.</summary>
    /// <param name="credential">The name of a credential.</param>
    /// <returns>This builder.</returns>
    public MutualTlsHttpBuilder OrPresent(string credential)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(credential);
        _otherCredentials.Add(credential);
        return this;
    }

    /// <summary>Says what is presented to one host, or to the hosts below a domain: see <see cref="HostCredential"/>.</summary>
    /// <param name="host">A DNS name, an IP address, or <c>*.</c> and a DNS name.</param>
    /// <param name="credential">The name of a credential; said of the same host again, a further one to choose from.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="host"/> is none of these.</exception>
    public MutualTlsHttpBuilder ForHost(string host, string credential)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        ArgumentException.ThrowIfNullOrWhiteSpace(credential);
        _hostCredentials.Add((HostCredential.Normalize(host), credential));
        return this;
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
            OtherCredentials = [.. _otherCredentials.Select(endpoints.Credential)],
            HostCredentials = [.. _hostCredentials.Select(h => new HostCredential(h.Host, endpoints.Credential(h.Credential)))],
            Policy = endpoints.Policy(_policy),
            ConfigureHandler = _configureHandler,
            Engine = services.GetRequiredService<PeerPolicyEngine>(),
            Logger = services.GetService<ILogger<MutualTlsHttpHandler>>() ?? (ILogger)NullLogger.Instance,
        };
    }
}
