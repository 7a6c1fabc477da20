using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace MutualTls.Revocation.Fetching;

/// <summary>Keeps one Polly pipeline for each host and branch of askers: a limit on requests at a time, a retry with jitter, a breaker, a timeout for each try.</summary>
/// <remarks>
/// The breaker is what protects a host, and us, from a thousand different questions; the back-off of <see cref="FetchBackoff"/> only knows the same one again.
/// A CA that names places on another one's host, where nothing good comes from, gets a breaker of its own opened and not the other one's.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class FetchHosts(FetchOptions options, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>Hosts come from certificates on verified paths; a site has a handful.</summary>
    public const int MaxHosts = 1024;

    private static readonly ResiliencePropertyKey<TimeSpan> TryTimeout = new("MutualTls.TryTimeout");
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SamplingDuration = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstBreak = TimeSpan.FromSeconds(30);
    private const int FailuresBeforeBreak = 4;

    private readonly Dictionary<(string Host, ulong Anchor, ulong Branch), Host> _hosts = [];

    // What is open stays so for its time, and no longer, however the wall clock is set.
    private readonly SteadyTime _steady = new(timeProvider);
    private readonly Lock _lock = new();

    /// <summary>Runs one fetch through the pipeline of its host; what the pipeline refuses is a result too.</summary>
    public async Task<FetchResult> ExecuteAsync(Uri url, FetchAsker asker, TimeSpan tryTimeout, Func<CancellationToken, Task<FetchResult>> fetch, CancellationToken cancellationToken)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        context.Properties.Set(TryTimeout, tryTimeout);
        try
        {
            return await PipelineOf(url, asker).ExecuteAsync(
                static async (context, fetch) => await fetch(context.CancellationToken).ConfigureAwait(false), context, fetch).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException)
        {
            return new FetchResult(FetchOutcome.TimedOut, $"no answer in {tryTimeout.TotalSeconds} s");
        }
        catch (BrokenCircuitException broken)
        {
            return new FetchResult(FetchOutcome.Suspended, $"{url.IdnHost} failed too often") { RetryAt = timeProvider.GetUtcNow() + (broken.RetryAfter ?? TimeSpan.Zero) };
        }
        catch (Polly.RateLimiting.RateLimiterRejectedException)
        {
            return new FetchResult(FetchOutcome.Busy, $"too many requests wait for {url.IdnHost}");
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private ResiliencePipeline<FetchResult> PipelineOf(Uri url, FetchAsker asker)
    {
        var key = (url.GetLeftPart(UriPartial.Authority), asker.Anchor, asker.Branch);
        long now = timeProvider.GetTimestamp();
        lock (_lock)
        {
            if (!_hosts.TryGetValue(key, out Host? host))
            {
                if (_hosts.Count == MaxHosts)
                {
                    _hosts.Remove(_hosts.MinBy(pair => pair.Value.LastUsed).Key);
                }

                _hosts.Add(key, host = new Host(Build(key.Item1)));
            }

            host.LastUsed = now;
            return host.Pipeline;
        }
    }

    // From the outside in. A timeout for each try, and around all of it one for those that wait their turn.
    private ResiliencePipeline<FetchResult> Build(string host)
    {
        PredicateBuilder<FetchResult> failed = new PredicateBuilder<FetchResult>().Handle<TimeoutRejectedException>().HandleResult(result => result.IsTransient);
        return new ResiliencePipelineBuilder<FetchResult> { TimeProvider = _steady }
            .AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = static args => new ValueTask<TimeSpan>(args.Context.Properties.GetValue(TryTimeout, default) * 3) })
            .AddConcurrencyLimiter(options.MaxRequestsPerHost, options.MaxRequestsPerHost * 64)
            .AddRetry(new RetryStrategyOptions<FetchResult>
            {
                ShouldHandle = failed,
                MaxRetryAttempts = 1,
                Delay = RetryDelay,
                UseJitter = true,
                BackoffType = DelayBackoffType.Exponential,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<FetchResult>
            {
                ShouldHandle = failed,
                FailureRatio = 0.5,
                MinimumThroughput = FailuresBeforeBreak,
                SamplingDuration = SamplingDuration,
                BreakDurationGenerator = args => new ValueTask<TimeSpan>(FetchBackoff.Delay(FirstBreak, options.MaxBackoff, args.HalfOpenAttempts)),
                OnOpened = args =>
                {
                    Log.FetchHostSuspended(logger, host, args.BreakDuration);
                    return default;
                },
                OnClosed = _ =>
                {
                    Log.FetchHostResumed(logger, host);
                    return default;
                },
            })
            .AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = static args => new ValueTask<TimeSpan>(args.Context.Properties.GetValue(TryTimeout, default)) })
            .Build();
    }

    private sealed class Host(ResiliencePipeline<FetchResult> pipeline)
    {
        public ResiliencePipeline<FetchResult> Pipeline { get; } = pipeline;

        public long LastUsed { get; set; }
    }
}
