using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Refusals;

namespace MutualTls.AspNetCore.Gate;

/// <summary>Stands before every middleware of the application: a request must belong to what its connection was judged by, and the verdict must still stand.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RequestGuard(RequestGuardRules rules, ILoggerFactory loggers) : IStartupFilter
{
    // REFUSED_STREAM. RFC 9113 section 7.
    private const int RefusedStream = 7;

    // Kestrel writes it when it comes to it.
    private static readonly TimeSpan s_goAway = TimeSpan.FromMilliseconds(100);

    private readonly ILogger _logger = loggers.CreateLogger("MutualTls.AspNetCore");

    /// <summary>Tells whether an application has the guard.</summary>
    public static bool IsIn(IServiceProvider services) => services.GetServices<IStartupFilter>().Any(filter => filter is RequestGuard);

    /// <summary>Adds the guard, before any other startup filter.</summary>
    /// <returns>What it asks beside.</returns>
    public static RequestGuardRules AddTo(IServiceCollection services)
    {
        if (services.FirstOrDefault(service => service.ServiceType == typeof(RequestGuardRules))?.ImplementationInstance is RequestGuardRules rules)
        {
            return rules;
        }

        rules = new RequestGuardRules();
        services.AddSingleton(rules);
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, RequestGuard>());
        return rules;
    }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(inner => context => RunAsync(context, inner));
        next(app);
    };

    private Task RunAsync(HttpContext context, RequestDelegate next)
    {
        // What an application sets as a feature of a request is its own; here it is the connection's that counts.
        if (context.Features.Get<IMutualTlsFeature>() is not GatedConnection connection)
        {
            if (rules.EveryEndpoint is null)
            {
                return next(context);
            }

            Log.RequestUngated(_logger);
            return ProblemResponse.WriteAsync(context, StatusCodes.Status500InternalServerError, "Internal Server Error", "This endpoint has no mutual TLS.");
        }

        if (!connection.Verdict.MayConnect)
        {
            if (connection.IsClosing)
            {
                Log.RequestTooLate(_logger, connection.Host.PolicyName);
                return TurnAwayAsync(context, connection);
            }

            // Left open although the client would no longer be let in. What reads the certificate past the verdict finds none.
            context.Features.Set<ITlsConnectionFeature>(WithoutCertificate.Instance);
        }

        if (connection.Serves(context.Request.Headers.Host.ToString()))
        {
            return next(context);
        }

        // RFC 9110 section 15.5.20: the client may ask again on a connection of its own.
        Log.RequestMisdirected(_logger, connection.Host.PolicyName);
        return ProblemResponse.WriteAsync(
            context, StatusCodes.Status421MisdirectedRequest, "Misdirected Request", "The host of this request is not served on this connection; open one with its server name.");
    }

    // Nothing was done about the request, so that the client may send it again, over another connection: HTTP/2 can say so (RFC 9113 section 8.7), and the others
    // that are under way go on. HTTP/1.1 can only end.
    private static async Task TurnAwayAsync(HttpContext context, GatedConnection connection)
    {
        if (context.Features.Get<IHttpResetFeature>() is not { } stream)
        {
            await connection.EndAsync().ConfigureAwait(false);
            return;
        }

        // GOAWAY first: a client that heard of its request alone would send it again over this very connection.
        await Task.Delay(s_goAway, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stream.Reset(RefusedStream);
    }
}
