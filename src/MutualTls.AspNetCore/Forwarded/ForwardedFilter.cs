using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MutualTls.AspNetCore.Refusals;
using MutualTls.Connections;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Stands before every middleware of the application: reads forwarded certificates from trusted hops, and takes their headers away from everybody.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class ForwardedFilter(IOptions<MutualTlsForwardingOptions> options, IServiceProvider services, ILoggerFactory loggers) : IStartupFilter
{
    private readonly ILogger _logger = loggers.CreateLogger("MutualTls.AspNetCore");

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next)
    {
        // When the application is built, so that what is wrong stops the start.
        ForwardedRules rules = ForwardedRules.Compile(options.Value, services.GetService<MutualTlsEndpoints>());
        PeerPolicyEngine engine = services.GetRequiredService<PeerPolicyEngine>();
        return app =>
        {
            app.Use(inner => context => RunAsync(context, rules, engine, inner));
            next(app);
        };
    }

    private Task RunAsync(HttpContext context, ForwardedRules rules, PeerPolicyEngine engine, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Request.Headers;
        bool isTrusted = rules.Trusts(context), isRead = true;
        PresentedChain? chain = null;
        if (isTrusted)
        {
            context.Features.Set(TrustedHop.Instance);
            isRead = ForwardedReader.TryRead(headers, rules.Format, rules.Header, out chain);
        }

        // Always: what nobody has judged must not be there for anybody else to read, and what was judged is in the feature.
        if (ForwardedHeaders.Strip(headers, rules.Header) && !isTrusted)
        {
            Log.ForwardedStripped(_logger);
        }

        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false && context.Features.Get<IHttpRequestTrailersFeature>() is { } trailers)
        {
            context.Features.Set<IHttpRequestTrailersFeature>(new StrippedTrailers(trailers, rules.Header));
        }

        if (!isRead)
        {
            Log.ForwardedMalformed(_logger, rules.Header);
            return ProblemResponse.WriteAsync(context, StatusCodes.Status400BadRequest, "Bad Request", $"The header {rules.Header} is malformed.");
        }

        return chain is null ? next(context) : JudgeAsync(context, rules, engine, chain, next);
    }

    private async Task JudgeAsync(HttpContext context, ForwardedRules rules, PeerPolicyEngine engine, PresentedChain chain, RequestDelegate next)
    {
        PeerVerdict verdict;
        using CancellationTokenSource deadline = new(rules.Timeout, engine.TimeProvider);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        try
        {
            verdict = await engine.JudgeAsync(rules.Policy.Current, PeerRole.Client, chain, expected: null, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await ProblemResponse.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "Service Unavailable", "The forwarded certificate could not be judged in time.").ConfigureAwait(false);
            return;
        }

        MutualTls.Connections.Log.Judged(_logger, verdict);
        if (!verdict.MayConnect)
        {
            await ProblemResponse.ForbidAsync(context, verdict).ConfigureAwait(false);
            return;
        }

        context.Features.Set<IForwardedCertificateFeature>(new ForwardedCertificate(verdict));
        await next(context).ConfigureAwait(false);
    }
}
