namespace MutualTls.Revocation.Fetching;

/// <summary>Shares the memory for answers that are being read among those on whose behalf they are fetched.</summary>
/// <remarks>
/// Each gets at most half of what all others leave, and always a little, so that an answer of ordinary size finds room whatever a CA has us read elsewhere. What is
/// read of all together is at most twice the whole.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class FetchRoom(long octets)
{
    /// <summary>What each always gets: thousands of OCSP answers, or a CRL of some 25,000 entries.</summary>
    public const int Least = 1 << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<object, long> _taken = [];
    private long _all;

    /// <summary>Takes room. False: there is none for one of the askers.</summary>
    public bool TryTake(FetchAsker asker, long amount)
    {
        object[] names = NamesOf(asker);
        lock (_lock)
        {
            foreach (object name in names)
            {
                long own = _taken.GetValueOrDefault(name);
                if (own + amount <= Least ? _all + amount > octets * 2 : own + amount > (octets - (_all - own)) / 2)
                {
                    return false;
                }
            }

            foreach (object name in names)
            {
                _taken[name] = _taken.GetValueOrDefault(name) + amount;
            }

            _all += amount;
            return true;
        }
    }

    /// <summary>Gives it back.</summary>
    public void Give(FetchAsker asker, long amount)
    {
        lock (_lock)
        {
            _all -= amount;
            foreach (object name in NamesOf(asker))
            {
                if ((_taken[name] -= amount) == 0)
                {
                    _taken.Remove(name);
                }
            }
        }
    }

    private static object[] NamesOf(FetchAsker asker) => [asker.Anchor, (asker.Anchor, asker.Branch)];
}
