using System.Collections.Concurrent;
using MutualTls.Paths;
using MutualTls.Sources;

namespace MutualTls.Revocation.Memory;

/// <summary>Holds what was fetched, by authority. One for an engine, shared by its policies.</summary>
/// <remarks>
/// Full, it lets go of those not used for longest, and of the anchor, and the branch below it, that has the most: a CA that makes thousands of others pushes out
/// its own and nobody else's.
/// </remarks>
/// <threadsafety>Safe from any thread; reads take no lock.</threadsafety>
internal sealed class RevocationMemory : IVersioned
{
    /// <summary>Only authorities on verified paths get here; a large mesh has tens.</summary>
    public const int DefaultMaxAuthorities = 4096;

    private readonly ConcurrentDictionary<ulong, RevocationAuthority> _authorities = new();
    private readonly Lock _evicting = new();
    private readonly int _maxAuthorities;
    private readonly Action<int>? _evicted;
    private long _version;

    // Grows with each authority: who was used at a higher count was used later.
    private long _added;

    /// <summary>Makes an empty memory.</summary>
    /// <param name="evicted">Takes how many authorities it let go of, each time that it is full.</param>
    /// <param name="maxAuthorities">How many it holds.</param>
    public RevocationMemory(Action<int>? evicted = null, int maxAuthorities = DefaultMaxAuthorities)
    {
        _evicted = evicted;
        _maxAuthorities = maxAuthorities;
    }

    event EventHandler? IVersioned.Changed { add => Grown += value; remove => Grown -= value; }

    private event EventHandler? Grown;

    /// <summary>Gets what grows when something was learnt, or forgotten, that may make a standing verdict wrong.</summary>
    public long Version => Volatile.Read(ref _version);

    public IEnumerable<RevocationAuthority> Authorities => _authorities.Values;

    /// <summary>Finds what is known about the issuer of one certificate of a path.</summary>
    public RevocationAuthority? Find(VerifiedPath path, int depth)
    {
        if (!_authorities.TryGetValue(RevocationAuthority.HashOf(path, depth), out RevocationAuthority? found) || !found.IsOf(path, depth))
        {
            return null;
        }

        found.Use(Volatile.Read(ref _added));
        return found;
    }

    /// <summary>Finds it, or makes a place for it.</summary>
    public RevocationAuthority FindOrAdd(VerifiedPath path, int depth)
    {
        if (Find(path, depth) is { } found)
        {
            return found;
        }

        if (_authorities.Count >= _maxAuthorities)
        {
            MakeRoom();
        }

        RevocationAuthority added = new(path, depth);
        added.Use(Interlocked.Increment(ref _added));
        return _authorities.GetOrAdd(RevocationAuthority.HashOf(path, depth), added);
    }

    public void Changed()
    {
        Interlocked.Increment(ref _version);
        Grown?.Invoke(this, EventArgs.Empty);
    }

    public void Purge()
    {
        _authorities.Clear();
        Changed();
    }

    // A sixteenth at once, so that a flood does not go through all of them for each.
    private void MakeRoom()
    {
        int gone = 0;
        lock (_evicting)
        {
            int room = Math.Max(1, _maxAuthorities / 16), tooMany = _authorities.Count - _maxAuthorities + room;
            if (tooMany < room)
            {
                return;
            }

            List<List<Queue<KeyValuePair<ulong, RevocationAuthority>>>> anchors =
            [
                .. _authorities.GroupBy(entry => entry.Value.AnchorHash).Select(anchor => anchor.GroupBy(entry => entry.Value.Branch)
                    .Select(branch => new Queue<KeyValuePair<ulong, RevocationAuthority>>(branch.OrderBy(entry => entry.Value.LastUsed))).ToList()),
            ];
            for (; gone < tooMany; gone++)
            {
                List<Queue<KeyValuePair<ulong, RevocationAuthority>>> anchor = anchors.MaxBy(branches => branches.Sum(branch => branch.Count))!;
                int most = anchor.Max(branch => branch.Count);
                _authorities.TryRemove(anchor.Where(branch => branch.Count == most).MinBy(branch => branch.Peek().Value.LastUsed)!.Dequeue());
            }
        }

        // Verdicts that rest on them are judged again: nobody looks any more whether their answers change.
        Changed();
        _evicted?.Invoke(gone);
    }
}
