namespace MutualTls.Revocation;

/// <summary>Asks again before answers end, at moments spread by chance, and only for what is still used.</summary>
/// <remarks>
/// One timer for all. A refresh that fails leaves the old answer where it is, for as long as it is valid, and is tried again. Moments are of the wall clock, so that
/// a machine that slept asks at once; when it is set back, they are set back with it.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RevocationRefresher : IDisposable
{
    /// <summary>What is kept up to date; beyond that, an answer is fetched again when a peer needs it.</summary>
    public const int MaxScheduled = 100_000;

    /// <summary>No answer is asked for again sooner, whatever it says of itself.</summary>
    public static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(10);

    // A clock that is corrected by less changes nothing that matters.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _timeProvider;
    private readonly Func<PlannedSubject, AskedPlace, Task> _refresh;
    private readonly TimeSpan _longest;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private PriorityQueue<Item, DateTimeOffset> _due = new();
    private readonly HashSet<(string, ulong, int)> _scheduled = [];
    private DateTimeOffset _seenTime;
    private long _seenAt;
    private bool _disposed;

    /// <summary>Makes a refresher.</summary>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="longest">The longest time between two askings, however long an answer lasts.</param>
    /// <param name="refresh">Asks one place again. It schedules anew what it wants to go on with.</param>
    public RevocationRefresher(TimeProvider timeProvider, TimeSpan longest, Func<PlannedSubject, AskedPlace, Task> refresh)
    {
        _timeProvider = timeProvider;
        _longest = longest;
        _refresh = refresh;
        (_seenTime, _seenAt) = (timeProvider.GetUtcNow(), timeProvider.GetTimestamp());
        _timer = timeProvider.CreateTimer(_ => Run(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _due.Count;
            }
        }
    }

    /// <summary>Plans to ask a place again, unless that is planned already.</summary>
    /// <param name="subject">About whom.</param>
    /// <param name="place">Where.</param>
    /// <param name="since">When the answer was fetched, which may be before it was read from a store.</param>
    /// <param name="until">When the answer ends; null if there is none at the moment.</param>
    public void Schedule(RevocationSubject subject, AskedPlace place, DateTimeOffset since, DateTimeOffset? until)
    {
        DateTimeOffset now = _timeProvider.GetUtcNow();
        since = since < now && until > now ? since : now;
        TimeSpan left = until is { } end && end > now ? end - since : LeastInterval;
        left = left < _longest ? left : _longest;

        // From 70 to 90 of a hundred parts of the time: what was fetched together is not asked for together again.
        TimeSpan wait = left * (0.7 + (0.2 * Random.Shared.NextDouble()));
        DateTimeOffset at = since + wait > now + LeastInterval ? since + wait : now + LeastInterval;
        Item item = new(new PlannedSubject(subject), place, Convert.ToHexString(subject.KeyOf(place)));
        lock (_lock)
        {
            if (_disposed || _due.Count >= MaxScheduled || !_scheduled.Add(item.Key))
            {
                return;
            }

            SeeClock();
            _due.Enqueue(item, at);
            Arm(now);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _due.Clear();
            _scheduled.Clear();
        }

        _timer.Dispose();
    }

    private void Run()
    {
        List<Item> due = [];
        lock (_lock)
        {
            DateTimeOffset now = SeeClock();
            while (!_disposed && _due.TryPeek(out _, out DateTimeOffset at) && at <= now)
            {
                Item item = _due.Dequeue();
                _scheduled.Remove(item.Key);
                due.Add(item);
            }

            Arm(now);
        }

        foreach (Item item in due)
        {
            _ = _refresh(item.Subject, item.Place);
        }
    }

    // What was planned by a clock that was ahead would not come about before it is there again.
    private DateTimeOffset SeeClock()
    {
        DateTimeOffset now = _timeProvider.GetUtcNow();
        TimeSpan back = _seenTime + _timeProvider.GetElapsedTime(_seenAt) - now;
        (_seenTime, _seenAt) = (now, _timeProvider.GetTimestamp());
        if (back > Tolerance)
        {
            _due = new PriorityQueue<Item, DateTimeOffset>(_due.UnorderedItems.Select(planned => (planned.Element, planned.Priority - back)));
        }

        return now;
    }

    private void Arm(DateTimeOffset now)
    {
        if (!_disposed && _due.TryPeek(out _, out DateTimeOffset at))
        {
            TimeSpan wait = at > now ? at - now : TimeSpan.Zero;
            _timer.Change(wait < TimeSpan.FromDays(1) ? wait : TimeSpan.FromDays(1), Timeout.InfiniteTimeSpan);
        }
    }

    // A CRL is one for all certificates of the issuer, an OCSP answer is of one certificate.
    private sealed record Item(PlannedSubject Subject, AskedPlace Place, string PlaceKey)
    {
        public (string, ulong, int) Key => (PlaceKey, Subject.Authority, Subject.MemoryNumber);
    }
}
