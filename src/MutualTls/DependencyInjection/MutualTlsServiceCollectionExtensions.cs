using Microsoft.Extensions.Configuration;
using MutualTls.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds mutual TLS to an application.</summary>
public static class MutualTlsServiceCollectionExtensions
{
    /// <summary>Registers credentials and policies, an engine, a connector and the check at start.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Registers by name what is presented and what is demanded.</param>
    /// <returns>The services; several calls add up.</returns>
    public static IServiceCollection AddMutualTls(this IServiceCollection services, Action<MutualTlsBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        configure(new MutualTlsBuilder(services));
        return services;
    }

    /// <summary>Registers what a configuration section says.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, <c>MutualTls</c> by custom, with children <c>Credentials</c>, <c>Policies</c> and <c>Revocation</c>.</param>
    /// <returns>The services; several calls add up.</returns>
    /// <exception cref="MutualTls.MutualTlsConfigurationException">There is no such section, a key is unknown or a value cannot be read.</exception>
    public static IServiceCollection AddMutualTls(this IServiceCollection services, IConfiguration section) =>
        services.AddMutualTls(mtls => mtls.AddConfiguration(section));
}
