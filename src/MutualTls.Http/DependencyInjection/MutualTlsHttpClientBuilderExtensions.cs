using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using MutualTls.Http;
using MutualTls.Http.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds mutual TLS to clients of <see cref="IHttpClientFactory"/>.</summary>
public static class MutualTlsHttpClientBuilderExtensions
{
    /// <summary>Has a client present a credential, and connect only to servers that a policy accepts.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="credential">The name of what we present, as registered with <c>AddMutualTls</c>.</param>
    /// <param name="policy">The name of what we demand, as registered with <c>AddMutualTls</c>.</param>
    /// <param name="configure">Says more: how connections are made, for example. Null is nothing more.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">A name is blank.</exception>
    /// <remarks>
    /// A name that nobody registered stops the start of the host. Nothing else may take the place of the primary handler: such a client is not made,
    /// since it would check nothing that the policy says. What <c>UseSocketsHttpHandler</c> would set is set in <paramref name="configure"/>.
    /// </remarks>
    public static IHttpClientBuilder UseMutualTls(this IHttpClientBuilder builder, string credential, string policy, Action<MutualTlsHttpBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        MutualTlsHttpBuilder wanted = new(credential, policy);
        configure?.Invoke(wanted);
        HttpClients.Of(builder.Services).Set(builder.Name, wanted);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, PrimaryHandlerFilter>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HttpStartupCheck>());
        return builder.ConfigurePrimaryHttpMessageHandler(services => new MutualTlsHttpHandler(wanted.Options(services)));
    }
}
