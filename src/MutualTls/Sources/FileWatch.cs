using Microsoft.Extensions.Logging;

namespace MutualTls.Sources;

/// <summary>Lets those who follow files look at them every five seconds, one after another, for as long as somebody uses them.</summary>
/// <remarks>
/// Looking, and not the notices of the operating system: those are lost on network file systems and over swapped links, and come before a file is whole.
/// Who follows is held weakly, so that what has been replaced is followed no longer.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class FileWatch : IDisposable
{
    /// <summary>How long it is at least from one look to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly List<Follower> _followers = [];
    private bool _disposed;

    public FileWatch(TimeProvider timeProvider, ILogger logger)
    {
        _logger = logger;
        _timer = timeProvider.CreateTimer(static self => ((FileWatch)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets how many follow, those included that nobody uses any more and that were not missed yet.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _followers.Count;
            }
        }
    }

    /// <summary>Has somebody look from now on; once, however often it is asked for.</summary>
    /// <param name="owner">Who looks: held weakly.</param>
    /// <param name="look">Looks. Must not hold the owner by itself.</param>
    public void Add<T>(T owner, Action<T> look)
        where T : class
    {
        lock (_lock)
        {
            if (_disposed || _followers.Exists(follower => ReferenceEquals(follower.Owner, owner)))
            {
                return;
            }

            _followers.Add(new Follower<T>(owner, look));
            if (_followers.Count == 1)
            {
                Arm();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _followers.Clear();
        }

        _timer.Dispose();
    }

    private void Look()
    {
        Follower[] followers;
        lock (_lock)
        {
            followers = [.. _followers];
        }

        foreach (Follower follower in followers)
        {
            try
            {
                follower.Look();
            }
#pragma warning disable CA1031 // Whoever looks must not throw; if one does, the others look all the same.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.FileWatchFailed(_logger, exception);
            }
        }

        lock (_lock)
        {
            _followers.RemoveAll(follower => follower.Owner is null);
            if (_followers.Count > 0)
            {
                Arm();
            }
        }
    }

    // Anew each time, so that a slow disk is not looked at by two.
    private void Arm()
    {
        if (!_disposed)
        {
            _timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    private abstract class Follower
    {
        public abstract object? Owner { get; }

        public abstract void Look();
    }

    private sealed class Follower<T>(T owner, Action<T> look) : Follower
        where T : class
    {
        private readonly WeakReference<T> _owner = new(owner);

        public override object? Owner => _owner.TryGetTarget(out T? found) ? found : null;

        public override void Look()
        {
            if (_owner.TryGetTarget(out T? found))
            {
                look(found);
            }
        }
    }
}
