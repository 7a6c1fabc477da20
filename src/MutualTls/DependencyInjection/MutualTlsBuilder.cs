using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Policies;
using MutualTls.Revocation;

namespace MutualTls.DependencyInjection;

/// <summary>Registers credentials and policies by name.</summary>
public sealed class MutualTlsBuilder
{
    private readonly Registrations _registrations;

    internal MutualTlsBuilder(IServiceCollection services)
    {
        Services = services;
        _registrations = services.Select(s => s.ServiceType == typeof(Registrations) ? s.ImplementationInstance as Registrations : null).FirstOrDefault(r => r is not null)
            ?? Register(services);
    }

    /// <summary>Gets the services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Registers what we present.</summary>
    /// <param name="name">The name that endpoints refer to.</param>
    /// <param name="configure">Says where it comes from.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is taken, or nothing was said.</exception>
    public MutualTlsBuilder AddCredential(string name, Action<LocalCredentialBuilder> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        LocalCredentialBuilder credential = new();
        configure(credential);
        if (credential.Origin is not { } origin)
        {
            throw new ArgumentException($"Credential '{name}' has no source: call FromPem, FromPfx, FromStore or another method of the builder.", nameof(configure));
        }

        return _registrations.Credentials.TryAdd(name, () => origin().With(credential.Stapling)) ? this : throw new ArgumentException($"Credential '{name}' is registered already.", nameof(name));
    }

    /// <summary>Registers what we demand of peers.</summary>
    /// <param name="name">The name that endpoints refer to.</param>
    /// <param name="configure">Says what is demanded; runs at start, after what configuration and earlier calls say about the same name: they add up.</param>
    /// <returns>This builder.</returns>
    public MutualTlsBuilder AddPolicy(string name, Action<PeerPolicyBuilder> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        _registrations.Policies.Add(name);
        Services.AddOptions<PeerPolicyOptions>(name).Configure<IServiceProvider>((options, services) => configure(new PeerPolicyBuilder(options, services)));
        return this;
    }

    /// <summary>Says how revocation data is fetched; one way for all policies.</summary>
    /// <param name="configure">Sets the options; checked at start.</param>
    /// <returns>This builder.</returns>
    public MutualTlsBuilder ConfigureRevocation(Action<RevocationServiceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.Configure(configure);
        return this;
    }

    /// <summary>Registers what a configuration section says: its children <c>Credentials</c> and <c>Policies</c>, by name, and <c>Revocation</c>, how its data is fetched.</summary>
    /// <param name="section">The section, <c>MutualTls</c> by custom.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="MutualTlsConfigurationException">There is no such section, a key is unknown or a value cannot be read; the exception lists everything.</exception>
    public MutualTlsBuilder AddConfiguration(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        ConfigurationReader.Read(section, this);
        return this;
    }

    private static Registrations Register(IServiceCollection services)
    {
        Registrations registrations = new();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(registrations);
        services.AddSingleton(s => new RevocationService(
            s.GetRequiredService<IOptions<RevocationServiceOptions>>().Value,
            s.GetRequiredService<TimeProvider>(),
            s.GetService<ILogger<RevocationService>>(),
            s.GetService<IDistributedCache>(),
            s.GetService<IMeterFactory>()));
        services.AddSingleton(s => new PeerPolicyEngine(
            s.GetRequiredService<TimeProvider>(), s.GetService<ILogger<PeerPolicyEngine>>(), s.GetRequiredService<RevocationService>(), s.GetService<IMeterFactory>()));
        services.AddSingleton(s => new MutualTlsEndpoints(
            registrations.Credentials,
            registrations.Policies,
            s.GetRequiredService<IOptionsMonitor<PeerPolicyOptions>>(),
            s.GetRequiredService<PeerPolicyEngine>(),
            s.GetService<ILogger<MutualTlsEndpoints>>() ?? (ILogger)NullLogger.Instance));
        services.AddSingleton(s => new MutualTlsConnector(s.GetRequiredService<MutualTlsEndpoints>()));
        services.AddSingleton(s => ConnectionRegistry.Of(s.GetRequiredService<PeerPolicyEngine>()));
        services.AddSingleton<IHostedService, StartupCheck>();
        return registrations;
    }

    /// <summary>What was registered, kept with the services so that several calls of AddMutualTls add up.</summary>
    private sealed class Registrations
    {
        public Dictionary<string, Func<CredentialOrigin>> Credentials { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Policies { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>Makes everything when the host starts, so that it does not start with something broken.</summary>
    private sealed class StartupCheck(MutualTlsEndpoints endpoints) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            endpoints.MakeAll();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
