using Microsoft.Extensions.Caching.Distributed;

namespace MutualTls.Tests.Revocation.Stores;

/// <summary>A cache that does what a test says, and counts how often it is asked.</summary>
internal sealed class FaultyCache : IDistributedCache
{
    private int _asked;

    public int Asked => Volatile.Read(ref _asked);

    public Func<CancellationToken, Task<byte[]?>> Behaviour { get; set; } = _ => Task.FromResult<byte[]?>(null);

    public byte[]? Get(string key) => throw new NotSupportedException();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public void Refresh(string key) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => AskAsync(token);

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) => AskAsync(token);

    public Task RemoveAsync(string key, CancellationToken token = default) => AskAsync(token);

    private Task<byte[]?> AskAsync(CancellationToken token)
    {
        Interlocked.Increment(ref _asked);
        return Behaviour(token);
    }
}
