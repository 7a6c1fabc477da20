namespace MutualTls.Policies.Caching;

/// <summary>Remembers the verdicts on peers that were accepted, for one policy.</summary>
/// <remarks>
/// Bounded in bytes. New entries queue apart from those that were asked for again, and leave first (S3-FIFO, Yang et al., SOSP 2023):
/// a flood of peers that come once does not drive out those that come often.
/// </remarks>
/// <threadsafety>Safe from any thread; reads take no lock, and a write that would have to wait is not made.</threadsafety>
internal sealed class VerdictCache(long limit)
{
    // S3-FIFO's share for entries that have not been asked for again.
    private const int NewShare = 10;

    // Whoever has one certificate can make many entries of one hash, by sending other certificates along: so many of them, and others keep their time.
    private const int MaxAlike = 4;

    private readonly Lock _writing = new();
    private readonly Queue<CachedVerdict> _new = [];
    private readonly Queue<CachedVerdict> _known = [];
    private CachedVerdict?[] _buckets = new CachedVerdict?[64];
    private long _bytes;
    private long _newBytes;
    private int _count;

    /// <summary>Gets how many verdicts are kept.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Gets how many places in the queues are taken, by entries kept and by those removed lately.</summary>
    public int Queued => _new.Count + _known.Count;

    /// <summary>Gets about how many bytes they keep alive.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Finds an entry. While the table grows, one may be missed: then the peer is judged again.</summary>
    public CachedVerdict? Find(in PresentedKey key)
    {
        CachedVerdict?[] buckets = Volatile.Read(ref _buckets);
        for (CachedVerdict? entry = Volatile.Read(ref buckets[IndexOf(key.Hash, buckets)]); entry is not null; entry = entry.Next)
        {
            if (entry.IsFor(key))
            {
                // Written while it changes something only, so that a hot entry stays in every core's cache.
                if (entry.Uses < 3)
                {
                    entry.Uses++;
                }

                return entry;
            }
        }

        return null;
    }

    /// <summary>Keeps an entry, in the place of one for the same key.</summary>
    public void Add(CachedVerdict entry, in PresentedKey key)
    {
        if (entry.Bytes > limit / NewShare || !_writing.TryEnter())
        {
            return;
        }

        try
        {
            MakeRoom(key);

            // Half empty at least: another entry in the same bucket costs a wait for memory.
            if (_count * 2 >= _buckets.Length)
            {
                Grow();
            }

            ref CachedVerdict? bucket = ref _buckets[IndexOf(entry.Hash, _buckets)];
            entry.Next = bucket;
            Volatile.Write(ref bucket, entry);
            _new.Enqueue(entry);
            _newBytes += entry.Bytes;
            _bytes += entry.Bytes;
            _count++;
            while (_bytes > limit)
            {
                EvictOne();
            }

            if (_new.Count + _known.Count > _count + (_count / 4) + 16)
            {
                DropRemoved(_new);
                DropRemoved(_known);
            }
        }
        finally
        {
            _writing.Exit();
        }
    }

    /// <summary>Drops an entry that no longer holds.</summary>
    public void Remove(CachedVerdict entry)
    {
        // The caller has found it out of date, and so will whoever finds it next: it may stay if somebody is writing.
        if (_writing.TryEnter())
        {
            try
            {
                Unlink(entry);
            }
            finally
            {
                _writing.Exit();
            }
        }
    }

    // For one entry: in place of the one for the same key, or of the oldest of the same hash where these are many.
    private void MakeRoom(in PresentedKey key)
    {
        CachedVerdict? oldest = null;
        int alike = 0;
        for (CachedVerdict? entry = _buckets[IndexOf(key.Hash, _buckets)]; entry is not null; entry = entry.Next)
        {
            if (entry.IsFor(key))
            {
                Unlink(entry);
                return;
            }

            if (entry.Hash == key.Hash)
            {
                alike++;
                oldest = entry;
            }
        }

        if (alike >= MaxAlike)
        {
            Unlink(oldest!);
        }
    }

    private void EvictOne()
    {
        bool fromNew = _new.Count > 0 && (_newBytes > limit / NewShare || _known.Count == 0);
        CachedVerdict oldest = fromNew ? _new.Dequeue() : _known.Dequeue();
        _newBytes -= fromNew ? oldest.Bytes : 0;
        if (oldest.IsRemoved)
        {
            return;
        }

        if (oldest.Uses == 0)
        {
            Unlink(oldest);
            return;
        }

        oldest.Uses = fromNew ? (byte)0 : (byte)(oldest.Uses - 1);
        _known.Enqueue(oldest);
    }

    // Its place in the queue is given up when it gets to the front, or when such places have become many.
    private void Unlink(CachedVerdict entry)
    {
        if (entry.IsRemoved)
        {
            return;
        }

        entry.IsRemoved = true;
        ref CachedVerdict? bucket = ref _buckets[IndexOf(entry.Hash, _buckets)];
        if (ReferenceEquals(bucket, entry))
        {
            Volatile.Write(ref bucket, entry.Next);
        }
        else
        {
            CachedVerdict? before = bucket;
            while (before is not null && !ReferenceEquals(before.Next, entry))
            {
                before = before.Next;
            }

            if (before is null)
            {
                return;
            }

            before.Next = entry.Next;
        }

        _bytes -= entry.Bytes;
        _count--;
    }

    private void DropRemoved(Queue<CachedVerdict> queue)
    {
        for (int left = queue.Count; left > 0; left--)
        {
            CachedVerdict entry = queue.Dequeue();
            if (!entry.IsRemoved)
            {
                queue.Enqueue(entry);
            }
            else if (ReferenceEquals(queue, _new))
            {
                _newBytes -= entry.Bytes;
            }
        }
    }

    // A reader on an entry that is moved goes on in the chain it was moved to, which ends too: it may miss, it cannot loop.
    private void Grow()
    {
        CachedVerdict?[] larger = new CachedVerdict?[_buckets.Length * 2];
        foreach (CachedVerdict? first in _buckets)
        {
            for (CachedVerdict? entry = first; entry is not null;)
            {
                CachedVerdict? next = entry.Next;
                ref CachedVerdict? bucket = ref larger[IndexOf(entry.Hash, larger)];
                entry.Next = bucket;
                bucket = entry;
                entry = next;
            }
        }

        Volatile.Write(ref _buckets, larger);
    }

    private static int IndexOf(ulong hash, CachedVerdict?[] buckets) => (int)hash & (buckets.Length - 1);
}
