using Microsoft.AspNetCore.Hosting;
using MutualTls.AspNetCore.Forwarded;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Takes the word of proxies about the certificates of their clients.</summary>
public static class MutualTlsForwardingServiceCollectionExtensions
{
    /// <summary>Reads forwarded certificates from trusted hops, judges them for each request, and takes their headers away from everybody, before any middleware of the application.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Says whom to trust, in which form, and which policy judges.</param>
    /// <returns>The services; several calls add to the same options.</returns>
    /// <remarks>
    /// What is missing or wrong stops the start. A request with a certificate that is refused is answered 403, one whose header is malformed 400; without the header it is
    /// nobody's. <c>RequireMutualTls</c> counts a forwarded certificate only where it says <c>ForwardedCertificates.Allow</c>.
    /// </remarks>
    public static IServiceCollection AddMutualTlsForwarding(this IServiceCollection services, Action<MutualTlsForwardingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.Configure(configure);
        if (!services.Any(service => service.ImplementationType == typeof(ForwardedFilter)))
        {
            // Before every other filter, so before all middleware.
            services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, ForwardedFilter>());
        }

        return services;
    }
}
