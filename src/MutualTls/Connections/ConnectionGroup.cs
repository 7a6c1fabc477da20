using Microsoft.Extensions.Logging;
using MutualTls.Policies;
using MutualTls.Sources;

namespace MutualTls.Connections;

/// <summary>The live connections of one policy, and the sources whose changes concern all of them.</summary>
/// <threadsafety>Used under the registry's lock, except for <see cref="Changed"/>.</threadsafety>
internal sealed class ConnectionGroup
{
    private readonly EventHandler _changed;
    private LiveRegistration?[] _members = new LiveRegistration?[4];
    private PeerPolicy? _followed;
    private int _hasChanged;

    public ConnectionGroup(ConnectionRegistry registry, SnapshotSource<PeerPolicy> source, ILogger logger)
    {
        Registry = registry;
        Source = source;
        Logger = logger;
        _changed = (_, _) => Changed();
        Source.Changed += _changed;
        Follow();
    }

    public ConnectionRegistry Registry { get; }

    public SnapshotSource<PeerPolicy> Source { get; }

    public ILogger Logger { get; }

    public ReadOnlySpan<LiveRegistration?> Members => _members.AsSpan(0, Count);

    public int Count { get; private set; }

    public void Add(LiveRegistration member)
    {
        if (Count == _members.Length)
        {
            Array.Resize(ref _members, Count * 2);
        }

        member.Index = Count;
        _members[Count++] = member;
    }

    public void Remove(LiveRegistration member)
    {
        LiveRegistration last = _members[--Count]!;
        _members[member.Index] = last;
        last.Index = member.Index;
        _members[Count] = null;
        member.Index = -1;
        if (Count < _members.Length / 4 && _members.Length > 64)
        {
            Array.Resize(ref _members, _members.Length / 2);
        }
    }

    /// <summary>Notes that something changed that every verdict here rests on. On the thread that changed it: nothing is judged here.</summary>
    public void Changed()
    {
        Volatile.Write(ref _hasChanged, 1);
        Registry.Wake();
    }

    /// <summary>Tells whether something has changed since the last time.</summary>
    public bool TakeChanged() => Interlocked.Exchange(ref _hasChanged, 0) != 0;

    /// <summary>Follows what the policy of this moment rests on, instead of what an older one did.</summary>
    public void Follow()
    {
        PeerPolicy current = Source.Current;
        if (ReferenceEquals(current, _followed))
        {
            return;
        }

        Unfollow();
        _followed = current;
        foreach (IVersioned source in current.RestsOn)
        {
            source.Changed += _changed;
        }
    }

    /// <summary>Follows nothing any more.</summary>
    public void Close()
    {
        Source.Changed -= _changed;
        Unfollow();
    }

    private void Unfollow()
    {
        foreach (IVersioned source in _followed?.RestsOn ?? [])
        {
            source.Changed -= _changed;
        }
    }
}
