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
    private readonly VerdictTable _table = new();
    private long _bytes;
    private long _newBytes;

    // Of entries that were removed and still lie in a queue.
    private long _removedBytes;

    /// <summary>Gets how many verdicts are kept.</summary>
    public int Count => _table.Count;

    /// <summary>Gets how many places in the queues are taken, by entries kept and by those removed lately.</summary>
    public int Queued => _new.Count + _known.Count;

    /// <summary>Gets about how many bytes they keep alive.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Gets about how many bytes those keep alive that were removed lately.</summary>
    public long RemovedBytes => Volatile.Read(ref _removedBytes);

    /// <summary>Finds an entry. Beside a write one may be missed: then the peer is judged again.</summary>
    public CachedVerdict? Find(in PresentedKey key)
    {
        CachedVerdict? entry = _table.Find(key);

        // Written while it changes something only, so that a hot entry stays in every core's cache.
        if (entry is { Uses: < 3 })
        {
            entry.Uses++;
        }

        return entry;
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
            if (_table.FindReplaced(key, MaxAlike) is { } replaced)
            {
                Unlink(replaced);
            }

            _table.Add(entry);
            _new.Enqueue(entry);
            _newBytes += entry.Bytes;
            _bytes += entry.Bytes;
            while (_bytes > limit)
            {
                EvictOne();
            }

            // Few in number can be much: whoever has one certificate can send a great deal along, another each time.
            if (_new.Count + _known.Count > Count + (Count / 4) + 16 || _removedBytes > limit / NewShare)
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

    private void EvictOne()
    {
        bool fromNew = _new.Count > 0 && (_newBytes > limit / NewShare || _known.Count == 0);
        CachedVerdict oldest = fromNew ? _new.Dequeue() : _known.Dequeue();
        _newBytes -= fromNew ? oldest.Bytes : 0;
        if (!oldest.IsRemoved && oldest.Uses == 0)
        {
            Unlink(oldest);
        }

        if (oldest.IsRemoved)
        {
            _removedBytes -= oldest.Bytes;
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
        _table.Remove(entry);
        _bytes -= entry.Bytes;
        _removedBytes += entry.Bytes;
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
            else
            {
                _removedBytes -= entry.Bytes;
                _newBytes -= ReferenceEquals(queue, _new) ? entry.Bytes : 0;
            }
        }
    }
}
