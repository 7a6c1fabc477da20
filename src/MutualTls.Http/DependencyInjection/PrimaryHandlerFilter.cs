using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace MutualTls.Http.DependencyInjection;

/// <summary>Makes no client whose primary handler was replaced after <c>UseMutualTls</c>: it would connect to whomever the system trusts.</summary>
internal sealed class PrimaryHandlerFilter(HttpClients clients, IOptionsMonitor<HttpClientFactoryOptions> options, IServiceProvider services) : IHttpMessageHandlerBuilderFilter
{
    // Nobody's name: what its options say was said of all clients.
    private const string NobodysName = "MutualTls: no client has this name";

    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        if (builder.PrimaryHandler is not MutualTlsHttpHandler && (clients.Named.ContainsKey(builder.Name ?? "") || IsReplacedForAll()))
        {
            throw new InvalidOperationException(
                $"HttpClient '{builder.Name}' has UseMutualTls(...), but {builder.PrimaryHandler.GetType().Name} was put in the place of its handler. "
                + "Set proxy, pool and timeouts in UseMutualTls(..., http => http.ConfigureHandler(...)), and call UseMutualTls last.");
        }
    };

    // A client with a handler of its own is as it says; one that has it from what is said of all clients did not say so.
    private bool IsReplacedForAll()
    {
        if (clients.ForAll is null)
        {
            return false;
        }

        HttpMessageHandlerBuilder builder = services.GetRequiredService<HttpMessageHandlerBuilder>();
        builder.Name = NobodysName;
        foreach (Action<HttpMessageHandlerBuilder> said in options.Get(NobodysName).HttpMessageHandlerBuilderActions)
        {
            said(builder);
        }

        using HttpMessageHandler handler = builder.PrimaryHandler;
        return handler is not MutualTlsHttpHandler;
    }
}
