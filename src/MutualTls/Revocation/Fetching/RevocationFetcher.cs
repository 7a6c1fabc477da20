using System.Net;
using Microsoft.Extensions.Logging;
using MutualTls.Diagnostics;
using MutualTls.Revocation.Ocsp;

namespace MutualTls.Revocation.Fetching;

/// <summary>Fetches CRLs and OCSP answers: each thing once however many ask, within limits, and not again too soon after a failure.</summary>
/// <remarks>
/// Give it URLs from certificates on a verified path or from configuration only. Never throws for what a host does. A fetch goes on when those who wait for it give
/// up: the next one will want it. Every wait is by the clock it was given.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RevocationFetcher : IAsyncDisposable
{
    private readonly FetchOptions _options;
    private readonly ILogger _logger;
    private readonly MutualTlsMeter _meter;
    private readonly TimeProvider _timeProvider;
    private readonly FetchTransport _transport;
    private readonly FetchHosts _hosts;
    private readonly FetchBackoff _backoff;
    private readonly FetchShares _fetches;
    private readonly FetchShares _waiters;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Task<FetchResult>> _flights = [];
    private int _disposed;

    /// <summary>Makes a fetcher.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where failures are told.</param>
    /// <param name="isAllowed">Which addresses may be asked, for tests that must do without a second machine. The default is <see cref="FetchAddresses"/>.</param>
    /// <param name="meter">Where fetches are counted. The default is the meter of the process.</param>
    public RevocationFetcher(FetchOptions options, TimeProvider timeProvider, ILogger logger, Func<IPAddress, bool>? isAllowed = null, MutualTlsMeter? meter = null)
    {
        _options = options;
        _logger = logger;
        _meter = meter ?? MutualTlsMeter.Shared;
        _timeProvider = timeProvider;
        _transport = new FetchTransport(options, isAllowed ?? (address => FetchAddresses.IsAllowed(address, options.LocalAddresses)));
        _hosts = new FetchHosts(options, timeProvider, logger);
        _backoff = new FetchBackoff(options, timeProvider);
        _fetches = new FetchShares(options.MaxFetches, options.MaxRequestsPerHost);
        _waiters = new FetchShares(options.MaxWaiters, options.MaxRequestsPerHost);
    }

    /// <summary>Gets how many requests are on their way.</summary>
    public int Sending => _transport.Sending;

    /// <summary>Fetches a CRL.</summary>
    /// <param name="url">Where.</param>
    /// <param name="known">The tag of the CRL that is known, so that only a newer one is sent.</param>
    /// <param name="use">Who has use for it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="OperationCanceledException">The wait was given up, or the fetcher was disposed.</exception>
    public Task<FetchResult> FetchCrlAsync(Uri url, FetchTag known, FetchUse use, CancellationToken cancellationToken) => JoinAsync(
        // Who has no CRL, or an older one, must not be told that it has not changed.
        known == default ? "crl" : $"newer crl {known.LastModified?.UtcTicks} {known.EntityTag}",
        RevocationSource.Crl,
        url,
        token => _hosts.ExecuteAsync(
            url, use.Asker, _options.CrlTimeout, attempt => _transport.SendAsync(new FetchRequest(url, _options.MaxCrlBytes, "application/pkix-crl") { Tag = known, Asker = use.Asker }, attempt), token),
        use,
        cancellationToken);

    /// <summary>Asks an OCSP responder about one certificate: by GET where the question is short enough, else by POST.</summary>
    /// <param name="responder">Where.</param>
    /// <param name="question">What about.</param>
    /// <param name="use">Who has use for it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="OperationCanceledException">The wait was given up, or the fetcher was disposed.</exception>
    public Task<FetchResult> AskOcspAsync(Uri responder, OcspQuestion question, FetchUse use, CancellationToken cancellationToken) => JoinAsync(
        $"ocsp {question.Key}",
        RevocationSource.Ocsp,
        responder,
        token => AskAsync(responder, question, use.Asker, token),
        use,
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        Task[] flights;
        lock (_lock)
        {
            flights = [.. _flights.Values];
        }

        foreach (Task flight in flights)
        {
            await flight.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _transport.Dispose();
        _stop.Dispose();
    }

    private Task<FetchResult> JoinAsync(
        string what,
        RevocationSource kind,
        Uri url,
        Func<CancellationToken, Task<FetchResult>> fetch,
        FetchUse use,
        CancellationToken cancellationToken)
    {
        if (!FetchTransport.IsFetchable(url))
        {
            return Task.FromResult(NotAsked(kind, FetchOutcome.UrlRefused, FetchTransport.OnlyHttp));
        }

        string key = $"{what} {url.AbsoluteUri}", host = HostOf(url);
        object[] askers = [use.Asker.Anchor, (use.Asker.Anchor, use.Asker.Branch)];
        Task<FetchResult>? flight;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            if (!_flights.TryGetValue(key, out flight))
            {
                if ((_backoff.Find(key) ?? _backoff.Find(RejectedKey(key, use))) is { } failure)
                {
                    return Task.FromResult(failure);
                }

                if (!_fetches.TryTake(host, askers))
                {
                    return Task.FromResult(NotAsked(kind, FetchOutcome.Busy, "too many fetches are under way"));
                }

                flight = FlyAsync(key, kind, url, fetch, use, askers);
                _flights.Add(key, flight);
            }

            if (!_waiters.TryTake(host, askers))
            {
                return Task.FromResult(NotAsked(kind, FetchOutcome.Busy, "too many wait for fetches"));
            }
        }

        return WaitAsync(flight, host, askers, cancellationToken);
    }

    // That an answer is of no use for one authority's certificates says nothing of another's: a CA could name another one's CRL, and nobody would fetch it.
    private static string RejectedKey(string key, FetchUse use) => $"{key} for {use.Asker.Authority:x}";

    private static string HostOf(Uri url) => url.GetLeftPart(UriPartial.Authority);

    private FetchResult NotAsked(RevocationSource kind, FetchOutcome outcome, string detail)
    {
        _meter.Fetch(MutualTlsMeter.Tag(kind), MutualTlsMeter.Tag(outcome), duration: null);
        return new FetchResult(outcome, detail);
    }

    private async Task<FetchResult> WaitAsync(Task<FetchResult> flight, string host, object[] askers, CancellationToken cancellationToken)
    {
        try
        {
            return await flight.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _waiters.Give(host, askers);
            }
        }
    }

    private async Task<FetchResult> FlyAsync(
        string key, RevocationSource kind, Uri url, Func<CancellationToken, Task<FetchResult>> fetch, FetchUse use, object[] askers)
    {
        // Leaves the lock of the caller, and the caller's thread.
        await Task.Yield();
        FetchResult result = new(FetchOutcome.Unreachable, "the fetch failed");
        try
        {
            if (use.Recall is { } recall && await recall(_stop.Token).ConfigureAwait(false) is { } recalled)
            {
                return result = recalled;
            }

            long start = _timeProvider.GetTimestamp();
            result = await fetch(_stop.Token).ConfigureAwait(false);
            TimeSpan took = _timeProvider.GetElapsedTime(start);
            if (result.Outcome == FetchOutcome.Answered && !IsAccepted(result, use.Accept, url))
            {
                result = result with { Outcome = FetchOutcome.Rejected, Detail = "the answer is of no use" };
            }

            _meter.Fetch(MutualTlsMeter.Tag(kind), MutualTlsMeter.Tag(result.Outcome), result.Outcome is FetchOutcome.Suspended or FetchOutcome.Busy ? null : took);
        }
        finally
        {
            lock (_lock)
            {
                _flights.Remove(key);
                _fetches.Give(HostOf(url), askers);
                if (!result.IsFailure)
                {
                    _backoff.Succeeded(key);
                    _backoff.Succeeded(RejectedKey(key, use));
                }
                else if (result.Outcome is not (FetchOutcome.Suspended or FetchOutcome.Busy) && !_stop.IsCancellationRequested)
                {
                    // Those who wait may have a use for an answer that the first had none for.
                    FetchResult kept = _backoff.Failed(result.Outcome == FetchOutcome.Rejected ? RejectedKey(key, use) : key, result);
                    result = result.Body.IsEmpty ? kept : kept with { Body = result.Body };
                    Log.FetchFailed(_logger, url.GetLeftPart(UriPartial.Path), result.Outcome, result.Detail, result.RetryAt);
                }
            }
        }

        return result;
    }

    // What reads an answer must not throw for it; if it does all the same, the answer is not used and the fetch has failed.
    private bool IsAccepted(FetchResult result, Func<FetchResult, bool> accept, Uri url)
    {
        try
        {
            return accept(result);
        }
#pragma warning disable CA1031 // What reads an answer must not throw for it; if it does all the same, the fetch has failed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.FetchAnswerRejected(_logger, exception, url.GetLeftPart(UriPartial.Path));
            return false;
        }
    }

    private async Task<FetchResult> AskAsync(Uri responder, OcspQuestion question, FetchAsker asker, CancellationToken cancellationToken)
    {
        OcspRequest request = OcspRequest.Create(question.Issuer, question.SerialNumber.Span, question.Hash, question.Nonce);
        FetchRequest post = new(responder, OcspResponseParser.MaxLength, "application/ocsp-response") { Body = request.Der, Asker = asker };
        FetchResult result;
        if (request.TryGetUri(responder) is { } address)
        {
            FetchRequest get = post with { Url = address, Body = null };
            result = await _hosts.ExecuteAsync(responder, asker, _options.OcspTimeout, token => _transport.SendAsync(get, token), cancellationToken).ConfigureAwait(false);

            // Some responders know only POST, which RFC 6960 appendix A.1 lets them.
            if (result is not { Outcome: FetchOutcome.HttpError, HttpStatus: (>= 400 and < 500 and not 429) or 501 })
            {
                return result;
            }
        }

        result = await _hosts.ExecuteAsync(responder, asker, _options.OcspTimeout, token => _transport.SendAsync(post, token), cancellationToken).ConfigureAwait(false);
        return result with { Nonce = request.Nonce };
    }
}
