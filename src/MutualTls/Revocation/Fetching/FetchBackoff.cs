namespace MutualTls.Revocation.Fetching;

/// <summary>Remembers what failed and for how long it is not tried again: the negative cache.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal sealed class FetchBackoff(FetchOptions options, TimeProvider timeProvider)
{
    /// <summary>An entry is some 300 bytes.</summary>
    public const int MaxEntries = 10_000;

    private readonly Dictionary<string, Entry> _entries = [];

    public int Count => _entries.Count;

    /// <summary>Gets the failure that still holds, or null. One that would hold for longer than any is of a clock that was set back.</summary>
    public FetchResult? Find(string key) =>
        _entries.TryGetValue(key, out Entry? entry) && entry.Result.RetryAt - timeProvider.GetUtcNow() is { } left && left > TimeSpan.Zero && left <= options.MaxBackoff ? entry.Result : null;

    public void Succeeded(string key) => _entries.Remove(key);

    /// <summary>Keeps a failure, for twice as long as the one before, with jitter; gives it back with the time until when.</summary>
    public FetchResult Failed(string key, FetchResult result)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        int failures = _entries.TryGetValue(key, out Entry? before) ? before.Failures + 1 : 1;
        if (before is null && _entries.Count >= MaxEntries)
        {
            MakeRoom(now);
        }

        // The answer itself is of no more use.
        FetchResult kept = result with { Body = default, RetryAt = now + Delay(options.FirstBackoff, options.MaxBackoff, failures - 1) };
        _entries[key] = new Entry(failures, kept);
        return kept;
    }

    /// <summary>Gets <paramref name="first"/>, doubled <paramref name="doublings"/> times, give or take a fifth; never more than <paramref name="longest"/>.</summary>
    public static TimeSpan Delay(TimeSpan first, TimeSpan longest, int doublings)
    {
        const double Most = 1.2, Spread = 0.4;
        double seconds = Math.Min(longest.TotalSeconds / Most, first.TotalSeconds * Math.Pow(2, Math.Min(doublings, 30)));
#pragma warning disable CA5394 // Spreads load; protects nothing.
        return TimeSpan.FromSeconds(seconds * (Most - (Random.Shared.NextDouble() * Spread)));
#pragma warning restore CA5394
    }

    // What is over for long goes first; if nothing is, the one that ends next.
    private void MakeRoom(DateTimeOffset now)
    {
        foreach (string key in _entries.Where(pair => pair.Value.Result.RetryAt + options.MaxBackoff < now).Select(pair => pair.Key).ToArray())
        {
            _entries.Remove(key);
        }

        if (_entries.Count >= MaxEntries)
        {
            _entries.Remove(_entries.MinBy(pair => pair.Value.Result.RetryAt).Key);
        }
    }

    private sealed record Entry(int Failures, FetchResult Result);
}
