namespace MutualTls.Revocation.Fetching;

/// <summary>Shares a number of places among hosts, and among those on whose behalf they are asked.</summary>
/// <remarks>
/// A host gets at most half of what all hosts together leave: each that is dead takes a smaller part than the one before, so that no few can have everything.
/// And it always gets a few, up to four times the number in all, so that a host is not refused for what others do. Of those four times, in the same way, each
/// asker gets at most half of what all askers leave: one that names hosts without end takes the few of nobody else.
/// </remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal sealed class FetchShares(int places, int least)
{
    private readonly Dictionary<object, int> _taken = [];
    private int _all;

    /// <summary>Takes a place. False: the host or one of the askers has its share.</summary>
    /// <param name="host">The host.</param>
    /// <param name="askers">On whose behalf, by any names that are no host's.</param>
    public bool TryTake(string host, params ReadOnlySpan<object> askers)
    {
        int own = _taken.GetValueOrDefault(host);
        if (own < least ? _all >= places * 4L : own >= (places - _all) / 2)
        {
            return false;
        }

        foreach (object asker in askers)
        {
            if (_taken.GetValueOrDefault(asker) >= ((places * 4L) - _all) / 2)
            {
                return false;
            }
        }

        _taken[host] = own + 1;
        foreach (object asker in askers)
        {
            _taken[asker] = _taken.GetValueOrDefault(asker) + 1;
        }

        _all++;
        return true;
    }

    /// <summary>Gives a place back.</summary>
    public void Give(string host, params ReadOnlySpan<object> askers)
    {
        _all--;
        GiveOne(host);
        foreach (object asker in askers)
        {
            GiveOne(asker);
        }
    }

    private void GiveOne(object name)
    {
        if (--_taken[name] == 0)
        {
            _taken.Remove(name);
        }
    }
}
