using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Memory;

namespace MutualTls.Revocation;

/// <summary>Asks about certificates, and again before the answers end, for as long as a policy has use for them.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RevocationUpkeep : IDisposable
{
    private readonly RevocationMemory _memory;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly RevocationInquiry _inquiry;
    private readonly DeltaInquiry _deltas;
    private readonly RevocationRefresher _refresher;

    // The policies in use; holds none of them.
    private readonly ConditionalWeakTable<RevocationChecker, RevocationUpkeep> _policies = [];

    public RevocationUpkeep(
        RevocationFetcher fetcher, RevocationRecall recalls, RevocationIntake intake, RevocationMemory memory, TimeSpan interval, TimeProvider timeProvider, ILogger logger)
    {
        _memory = memory;
        _timeProvider = timeProvider;
        _logger = logger;
        _inquiry = new RevocationInquiry(fetcher, recalls, intake, Schedule, timeProvider);
        _deltas = new DeltaInquiry(_inquiry, timeProvider);
        _refresher = new RevocationRefresher(timeProvider, interval, RefreshAsync);
    }

    public int Scheduled => _refresher.Count;

    /// <summary>Gets to know a policy that is judged by. False: it is known.</summary>
    public bool Learn(RevocationChecker checker) => !_policies.TryGetValue(checker, out _) && _policies.TryAdd(checker, this);

    public void Dispose() => _refresher.Dispose();

    /// <summary>Asks about one certificate, and keeps up to date what was got. What nobody can be asked about any more stays unknown.</summary>
    /// <exception cref="OperationCanceledException">The wait was given up; the fetches go on.</exception>
    public async Task AskAsync(RevocationSubject subject, CancellationToken cancellationToken)
    {
        try
        {
            if (await _inquiry.AskAsync(subject, cancellationToken).ConfigureAwait(false) is not { } place)
            {
                return;
            }

            Schedule(subject, place);
            if (place.Source == RevocationSource.Crl)
            {
                await _deltas.AskAsync(subject, AskedFor.Lack, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (ObjectDisposedException)
        {
            // Nobody is asked any more: it stays unknown.
        }
    }

    private async Task RefreshAsync(PlannedSubject planned, AskedPlace place)
    {
        bool failed = true;
        if (planned.Wake(_memory, _policies.Select(policy => policy.Key), place.Source) is not { } subject)
        {
            return;
        }

        try
        {
            if (subject.Memory.Find(subject.Path, subject.Depth) is not { } authority || !IsWorthRefreshing(subject, authority, place))
            {
                return;
            }

            failed = await AskAgainAsync(subject, authority, place).ConfigureAwait(false) is not null;
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The service is being disposed.
            return;
        }
#pragma warning disable CA1031 // Nobody awaits a refresh; what goes wrong in one is told, and the answer held stays.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.RefreshFailed(_logger, exception, place.ToString());
        }

        // What failed is tried again after a part of the time that is left, and not at once.
        Schedule(subject, place, since: failed ? _timeProvider.GetUtcNow() : FetchedAt(subject, place));
    }

    // What was forgotten is asked for when somebody needs it. No verdict can rest any more on an OCSP answer that is not, and no delta goes with a CRL that is not there.
    private bool IsWorthRefreshing(RevocationSubject subject, RevocationAuthority authority, AskedPlace place) =>
        place.IsDelta ? _deltas.PlacesOf(subject).Count > 0
        : place.Source != RevocationSource.Ocsp || authority.PeekAnswer(subject.Serial)?.IsUsed(_timeProvider.GetUtcNow() - subject.Checker.Rules.StaleGrace) == true;

    private async Task<string?> AskAgainAsync(RevocationSubject subject, RevocationAuthority authority, AskedPlace place)
    {
        if (!place.IsDelta)
        {
            return (await _inquiry.AskAsync(subject, authority, place, AskedFor.News, CancellationToken.None).ConfigureAwait(false))?.Detail;
        }

        // Whoever waited for the CRL has asked for the delta at once.
        if (FetchedAt(subject, place) + RevocationRefresher.LeastInterval < _timeProvider.GetUtcNow())
        {
            await _deltas.AskAsync(subject, AskedFor.News, CancellationToken.None).ConfigureAwait(false);
        }

        return subject.CrlInUse(_timeProvider.GetUtcNow())?.Complete.DeltaProblem;
    }

    private static DateTimeOffset FetchedAt(RevocationSubject subject, AskedPlace place) =>
        new RevocationQuestion(subject, subject.Memory.FindOrAdd(subject.Path, subject.Depth), place).LastFetchedAt;

    private void Schedule(RevocationSubject subject, AskedPlace place)
    {
        Schedule(subject, place, since: FetchedAt(subject, place));
        if (place is { Source: RevocationSource.Crl, IsDelta: false } && _deltas.PlacesOf(subject) is [var delta, ..])
        {
            _refresher.Schedule(subject, delta, since: _timeProvider.GetUtcNow(), until: null);
        }
    }

    private void Schedule(RevocationSubject subject, AskedPlace place, DateTimeOffset since)
    {
        DateTimeOffset now = _timeProvider.GetUtcNow();

        // A revocation without an end is asked about at the longest interval.
        DateTimeOffset? until = subject.FreshUntil(place, now) ?? (subject.Read(now).Status == RevocationStatus.Revoked ? DateTimeOffset.MaxValue : null);
        _refresher.Schedule(subject, place, since, until);
    }
}
