using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MutualTls.Connections;

namespace PartnerApi;

/// <summary>Calls the API as one partner. Which certificate it has and which servers it accepts is in appsettings.json.</summary>
internal sealed class Partner(ServiceProvider services) : IAsyncDisposable
{
    public static Partner Create(IConfiguration settings, ILoggerProvider log)
    {
        ServiceCollection services = new();
        services.AddLogging(logging => logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug));

        // <snippet partner-api-client>
        services.AddMutualTls(settings.GetSection("MutualTls"));
        services.AddHttpClient("api").UseMutualTls("own", "api");
        // </snippet>
        return new Partner(services.BuildServiceProvider());
    }

    /// <summary>Asks for its orders, and says what came of it.</summary>
    public async Task<Answer> AskAsync(Uri api, CancellationToken stop)
    {
        using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        try
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(api, "orders"), stop);
            return response.IsSuccessStatusCode
                ? new Answer(Outcome.Served, await response.Content.ReadAsStringAsync(stop))
                : new Answer(response.StatusCode == HttpStatusCode.Forbidden ? Outcome.RefusedByServer : Outcome.Failed, response.ReasonPhrase ?? "");
        }
        catch (HttpRequestException exception)
        {
            return (exception.InnerException as MutualTlsException)?.Error switch
            {
                MutualTlsError.PeerRefused => new Answer(Outcome.ServerRefused, exception.Message),
                MutualTlsError.RefusedByPeer => new Answer(Outcome.RefusedByServer, exception.Message),   // one that closes where ours answers 403
                _ => new Answer(Outcome.Failed, exception.Message),
            };
        }
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}

/// <summary>What came of a call, and what the client knows of why.</summary>
internal sealed record Answer(Outcome Outcome, string Words);

internal enum Outcome
{
    /// <summary>Both accepted each other.</summary>
    Served,

    /// <summary>The server did not accept the client's certificate.</summary>
    RefusedByServer,

    /// <summary>The client did not accept the server's.</summary>
    ServerRefused,

    /// <summary>Something else.</summary>
    Failed,
}
