using Microsoft.Extensions.Http;

namespace MutualTls.Http.DependencyInjection;

/// <summary>Makes no client whose primary handler was replaced after <c>UseMutualTls</c>: it would connect to whomever the system trusts.</summary>
internal sealed class PrimaryHandlerFilter(HttpClients clients) : IHttpMessageHandlerBuilderFilter
{
    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        if (builder.PrimaryHandler is not MutualTlsHttpHandler && clients.Named.ContainsKey(builder.Name ?? ""))
        {
            throw new InvalidOperationException(
                $"HttpClient '{builder.Name}' has UseMutualTls(...), but {builder.PrimaryHandler.GetType().Name} was put in the place of its handler. "
                + "Set proxy, pool and timeouts in UseMutualTls(..., http => http.ConfigureHandler(...)), and call UseMutualTls last.");
        }
    };
}
