namespace MutualTls.Revocation.Fetching;

/// <summary>Shares a number of places among hosts.</summary>
/// <remarks>
/// A host gets at most half of what all hosts together leave: each that is dead takes a smaller part than the one before, so that no few can have everything.
/// And it always gets a few, up to four times the number in all, so that a host is not refused for what others do.
/// </remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal sealed class FetchShares(int places, int least)
{
    private readonly Dictionary<string, int> _taken = [];
    private int _all;

    /// <summary>Takes a place. False: the host has its share.</summary>
    public bool TryTake(string host)
    {
        int own = _taken.GetValueOrDefault(host);
        bool allowed = own < least ? _all < places * 4L : own < (places - _all) / 2;
        if (allowed)
        {
            _taken[host] = own + 1;
            _all++;
        }

        return allowed;
    }

    /// <summary>Gives a place back.</summary>
    public void Give(string host)
    {
        _all--;
        if (--_taken[host] == 0)
        {
            _taken.Remove(host);
        }
    }
}
