namespace MutualTls.Connections;

/// <summary>Runs passes over the live connections: when asked to, when a time has come, and every 30 seconds; one after another, with pauses.</summary>
/// <remarks>One timer for all. Times are those of the wall, since certificates are valid by them; a clock that is set is noticed at the next pass.</remarks>
/// <threadsafety>Safe from any thread; nobody who asks waits.</threadsafety>
#pragma warning disable CA1001 // It lives as long as its engine, which nobody disposes of; a timer that is not armed keeps nothing alive.
internal sealed class LivePasses : IThreadPoolWorkItem
#pragma warning restore CA1001
{
    /// <summary>How long it is at most from one pass to the next while there are connections.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>How long it is at least between passes for times that have come: many times that lie close together are taken together.</summary>
    public static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(500);

    private const int Idle = 0, Wanted = 1, WantedAgain = 2;

    // What is awaited at once: revocation data and validators of the application, not threads.
    private const int MaxAwaited = 256;

    // Passes take at most a fifth of one processor, unless a change has waited for half a second: no change waits longer for its pass.
    private const int PauseFactor = 4;

    private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock;
    private readonly Func<DateTimeOffset, bool, long> _pass;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _awaited = new(MaxAwaited);
    private readonly Lock _arming = new();
    private int _state;
    private int _count;
    private long _armedFor = long.MaxValue;
    private (DateTimeOffset Wall, long Stamp)? _last;
    private TimeSpan _pause;

    public LivePasses(TimeProvider clock, Func<DateTimeOffset, bool, long> pass)
    {
        _clock = clock;
        _pass = pass;

        // Whoever happens to open the first connection is not remembered by the timer.
        AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        _timer = clock.CreateTimer(static self => ((LivePasses)self!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        flow?.Undo();
    }

    /// <summary>Gets how many passes have ended.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Gets whether no pass runs or is wanted.</summary>
    public bool IsIdle => Volatile.Read(ref _state) == Idle;

    /// <summary>Has a pass run soon, on a thread of the pool.</summary>
    public void Wake()
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            if (state == WantedAgain)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _state, state == Idle ? Wanted : WantedAgain, state) == state)
            {
                if (state == Idle)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                }

                return;
            }
        }
    }

    /// <summary>Has a pass run when a time has come; one that is over asks for a pass at once.</summary>
    /// <param name="due">The time, in ticks of UTC.</param>
    public void Expect(long due)
    {
        if (due == 0)
        {
            Wake();
        }
        else if (due < Volatile.Read(ref _armedFor))
        {
            Arm(due);
        }
    }

    /// <summary>Takes one of the places for what is awaited; disposing of it gives it back.</summary>
    public async ValueTask<IDisposable> EnterAsync()
    {
        await _awaited.WaitAsync().ConfigureAwait(false);
        return new Turn(_awaited);
    }

    public void Execute()
    {
        long start = _clock.GetTimestamp();
        DateTimeOffset now = _clock.GetUtcNow();

        // From here on the timer is for those who come after this pass has begun.
        Volatile.Write(ref _armedFor, long.MaxValue);
        if (_last is { } last && _clock.GetElapsedTime(last.Stamp) < _pause)
        {
            Volatile.Write(ref _state, Idle);
            Arm((now + _pause).UtcTicks);
            return;
        }

        bool stepped = _last is { } before && (now - before.Wall - _clock.GetElapsedTime(before.Stamp)).Duration() > Tolerance;
        _last = (now, start);
        Interlocked.Exchange(ref _state, Wanted);
        long next = Run(now, stepped);
        Volatile.Write(ref _count, _count + 1);
        TimeSpan pause = _clock.GetElapsedTime(start) * PauseFactor;
        _pause = pause < MaxPause ? pause : MaxPause;
        if (next == 0)
        {
            Wake();
        }
        else if (next < long.MaxValue)
        {
            Arm(next);
        }

        if (Interlocked.CompareExchange(ref _state, Idle, Wanted) != Wanted)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    // It runs on a thread of nobody's, where an exception would end the process.
    private long Run(DateTimeOffset now, bool stepped)
    {
        try
        {
            return _pass(now, stepped);
        }
#pragma warning disable CA1031 // What it concerns is looked at again.
        catch
#pragma warning restore CA1031
        {
            return now.UtcTicks;
        }
    }

    private void Arm(long due)
    {
        lock (_arming)
        {
            long now = _clock.GetUtcNow().UtcTicks;
            long wait = Math.Clamp(due - now, Grain.Ticks, Interval.Ticks);
            if (now + wait < _armedFor)
            {
                Volatile.Write(ref _armedFor, now + wait);
                _timer.Change(new TimeSpan(wait), Timeout.InfiniteTimeSpan);
            }
        }
    }

    private sealed class Turn(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
