namespace MutualTls.Policies.Caching;

/// <summary>Finds remembered verdicts by what was presented.</summary>
/// <remarks>
/// A look-up among many peers waits for memory and for little else. So a slot holds what tells its entry from others: slots are read one after the
/// other, and the octets and the entry of the right one come together.
/// </remarks>
/// <threadsafety>Read from any thread, without a lock; written by one at a time. Beside a write an entry may be missed: then the peer is judged again.</threadsafety>
internal sealed class VerdictTable
{
    private Slot[] _slots = new Slot[64];
    private int _count;

    /// <summary>Gets how many entries there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Finds the entry for a key.</summary>
    public CachedVerdict? Find(in PresentedKey key)
    {
        Slot[] slots = Volatile.Read(ref _slots);
        int i = HomeOf(key.Hash, slots);
        for (int looked = 0; looked < slots.Length && Volatile.Read(ref slots[i].Entry) is { } entry; looked++)
        {
            // A slot is not written at once: that octets and entry belong together is for the entry to say.
            if (slots[i].Hash == key.Hash && slots[i].EndEntity is { } endEntity && key.HasEndEntity(endEntity) && entry.IsFor(endEntity, key))
            {
                return entry;
            }

            i = After(i, slots);
        }

        return null;
    }

    /// <summary>Finds the entry that one for <paramref name="key"/> takes the place of: for the same key, or the oldest of the same hash where these are <paramref name="maxAlike"/>.</summary>
    public CachedVerdict? FindReplaced(in PresentedKey key, int maxAlike)
    {
        CachedVerdict? oldest = null;
        int alike = 0;
        for (int i = HomeOf(key.Hash, _slots); _slots[i].Entry is { } entry; i = After(i, _slots))
        {
            if (_slots[i].Hash != key.Hash)
            {
                continue;
            }

            if (entry.IsFor(key))
            {
                return entry;
            }

            alike++;
            oldest ??= entry;
        }

        return alike >= maxAlike ? oldest : null;
    }

    /// <summary>Adds an entry; there must be none for the same key.</summary>
    public void Add(CachedVerdict entry)
    {
        // A fifth is empty at least: those who look for what is not there stop at an empty slot.
        if (_count * 5L >= _slots.Length * 4L)
        {
            Grow();
        }

        Put(entry, _slots);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Takes an entry out, if it is here.</summary>
    public void Remove(CachedVerdict entry)
    {
        int empty = HomeOf(entry.Hash, _slots);
        while (!ReferenceEquals(_slots[empty].Entry, entry))
        {
            if (_slots[empty].Entry is null)
            {
                return;
            }

            empty = After(empty, _slots);
        }

        // An entry that would not be found beyond the empty slot moves into it, and leaves an empty one itself.
        for (int i = After(empty, _slots); _slots[i].Entry is { } next; i = After(i, _slots))
        {
            int last = _slots.Length - 1;
            if (((i - HomeOf(_slots[i].Hash, _slots)) & last) >= ((i - empty) & last))
            {
                _slots[empty].Set(next);
                empty = i;
            }
        }

        _slots[empty].Set(null);
        Volatile.Write(ref _count, _count - 1);
    }

    private void Grow()
    {
        Slot[] larger = new Slot[_slots.Length * 2];
        foreach (Slot slot in _slots)
        {
            if (slot.Entry is { } entry)
            {
                Put(entry, larger);
            }
        }

        Volatile.Write(ref _slots, larger);
    }

    private static void Put(CachedVerdict entry, Slot[] slots)
    {
        int i = HomeOf(entry.Hash, slots);
        while (slots[i].Entry is not null)
        {
            i = After(i, slots);
        }

        slots[i].Set(entry);
    }

    private static int HomeOf(ulong hash, Slot[] slots) => (int)hash & (slots.Length - 1);

    private static int After(int i, Slot[] slots) => (i + 1) & (slots.Length - 1);

    private struct Slot
    {
        public ulong Hash;
        public byte[]? EndEntity;
        public CachedVerdict? Entry;

        public void Set(CachedVerdict? entry)
        {
            (Hash, EndEntity) = (entry?.Hash ?? 0, entry?.EndEntity);
            Volatile.Write(ref Entry, entry);
        }
    }
}
