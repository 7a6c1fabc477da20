namespace MutualTls.Revocation.Stores;

/// <summary>Keeps signed answers beyond this process: a restart, or the next machine, then asks nobody.</summary>
/// <remarks>
/// What lies in a store is data of anybody: whoever reads an answer verifies it as if it came from the network, and lets its thisUpdate decide whether it
/// replaces what is known. A store never throws for what it holds, nor because it cannot be reached: it logs, reads null and drops what is written.
/// Keys come from <see cref="StoreKey"/>; any other throws <see cref="ArgumentException"/>.
/// </remarks>
/// <threadsafety>Safe from any thread, and from many processes that share one store.</threadsafety>
internal interface IRevocationStore
{
    /// <summary>Reads an answer; null if there is none, none that can be used, or it is past its time.</summary>
    ValueTask<StoredAnswer?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Keeps an answer, unless one that was fetched later is there. One that is too large or past its time is not kept.</summary>
    ValueTask WriteAsync(string key, StoredAnswer answer, CancellationToken cancellationToken);

    /// <summary>Forgets an answer.</summary>
    ValueTask RemoveAsync(string key, CancellationToken cancellationToken);

    /// <summary>Drops what is past its time, unusable, or more than the store may hold.</summary>
    ValueTask PurgeAsync(CancellationToken cancellationToken);
}
