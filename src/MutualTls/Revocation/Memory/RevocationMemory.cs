using System.Collections.Concurrent;
using MutualTls.Paths;
using MutualTls.Sources;

namespace MutualTls.Revocation.Memory;

/// <summary>Holds what was fetched, by authority. One for an engine, shared by its policies.</summary>
/// <remarks>
/// Full, by number or by size, it lets go of those not used for longest, and of the anchor, and the branch below it, that has the most: a CA that makes thousands of
/// others, or CRLs without end, pushes out its own and nobody else's.
/// </remarks>
/// <threadsafety>Safe from any thread; reads take no lock.</threadsafety>
internal sealed class RevocationMemory : IVersioned
{
    /// <summary>Only authorities on verified paths get here; a large mesh has tens.</summary>
    public const int DefaultMaxAuthorities = 4096;

    /// <summary>How much memory it holds, in octets: forty CRLs of a million entries.</summary>
    public const long DefaultMaxOctets = 1L << 30;

    private static long s_memories;

    private readonly ConcurrentDictionary<ulong, RevocationAuthority> _authorities = new();
    private readonly Lock _evicting = new();
    private readonly int _maxAuthorities;
    private readonly long _maxOctets;
    private readonly Action<int>? _evicted;
    // No two memories of a process count through the same numbers: verdicts are kept by the policy, which several engines may share.
    private long _version = Interlocked.Increment(ref s_memories) << 40;

    // What was added since all was last weighed, and what it weighed then. What went meanwhile is still counted.
    private long _octets;

    // Grows with each authority: who was used at a higher count was used later.
    private long _added;

    /// <summary>Makes an empty memory.</summary>
    /// <param name="evicted">Takes how many authorities it let go of, each time that it is full.</param>
    /// <param name="maxAuthorities">How many it holds.</param>
    /// <param name="maxOctets">How much they may hold together.</param>
    public RevocationMemory(Action<int>? evicted = null, int maxAuthorities = DefaultMaxAuthorities, long maxOctets = DefaultMaxOctets)
    {
        _evicted = evicted;
        _maxAuthorities = maxAuthorities;
        _maxOctets = maxOctets;
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
        Volatile.Write(ref _octets, 0);
        Changed();
    }

    /// <summary>Notes that an authority holds more.</summary>
    public void Add(long octets)
    {
        if (Interlocked.Add(ref _octets, octets) > _maxOctets)
        {
            MakeRoom();
        }
    }

    // More at once than is needed, so that a flood does not go through all of them for each.
    private void MakeRoom()
    {
        int gone = 0;
        lock (_evicting)
        {
            if (_authorities.Count >= _maxAuthorities)
            {
                gone += LetGo(_ => 1, _authorities.Count - _maxAuthorities + Math.Max(1, _maxAuthorities / 16));
            }

            long octets = Weigh();
            if (octets > _maxOctets - (_maxOctets / 8))
            {
                gone += LetGo(authority => authority.Weigh(), octets - _maxOctets + (_maxOctets / 4));
                octets = Weigh();
            }

            Volatile.Write(ref _octets, octets);
        }

        if (gone > 0)
        {
            // Verdicts that rest on them are judged again: nobody looks any more whether their answers change.
            Changed();
            _evicted?.Invoke(gone);
        }
    }

    private long Weigh() => _authorities.Values.Sum(authority => authority.Weigh());

    private int LetGo(Func<RevocationAuthority, long> weigh, long amount)
    {
        List<List<HeldBranch>> anchors =
        [
            .. _authorities.GroupBy(entry => entry.Value.AnchorHash)
                .Select(anchor => anchor.GroupBy(entry => entry.Value.Branch).Select(branch => new HeldBranch(branch, weigh)).ToList()),
        ];
        int gone = 0;
        while (amount > 0 && anchors.MaxBy(branches => branches.Sum(branch => branch.Weight)) is { } anchor && anchor.Max(branch => branch.Weight) is > 0 and long most)
        {
            (ulong key, long weight) = anchor.Where(branch => branch.Weight == most).MinBy(branch => branch.LeastLastUsed)!.Take();
            _authorities.TryRemove(key, out _);
            amount -= weight;
            gone++;
        }

        return gone;
    }

    /// <summary>What is held of one branch below an anchor, those used least lately first.</summary>
    private sealed class HeldBranch
    {
        private readonly Queue<(ulong Key, long LastUsed, long Weight)> _held;

        public HeldBranch(IEnumerable<KeyValuePair<ulong, RevocationAuthority>> held, Func<RevocationAuthority, long> weigh)
        {
            _held = new(held.Select(entry => (entry.Key, entry.Value.LastUsed, Weight: weigh(entry.Value))).OrderBy(entry => entry.LastUsed));
            Weight = _held.Sum(entry => entry.Weight);
        }

        public long Weight { get; private set; }

        public long LeastLastUsed => _held.Peek().LastUsed;

        public (ulong Key, long Weight) Take()
        {
            (ulong key, _, long weight) = _held.Dequeue();
            Weight -= weight;
            return (key, weight);
        }
    }
}
