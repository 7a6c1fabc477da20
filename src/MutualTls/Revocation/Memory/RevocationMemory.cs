using System.Collections.Concurrent;
using MutualTls.Paths;
using MutualTls.Sources;

namespace MutualTls.Revocation.Memory;

/// <summary>Holds what was fetched, by authority. One for an engine, shared by its policies.</summary>
/// <threadsafety>Safe from any thread; reads take no lock.</threadsafety>
internal sealed class RevocationMemory : IVersioned
{
    /// <summary>Only authorities on verified paths get here; a large mesh has tens.</summary>
    public const int MaxAuthorities = 4096;

    private readonly ConcurrentDictionary<ulong, RevocationAuthority> _authorities = new();
    private long _version;

    event EventHandler? IVersioned.Changed { add => Grown += value; remove => Grown -= value; }

    private event EventHandler? Grown;

    /// <summary>Gets what grows when something was learnt, or forgotten, that may make a standing verdict wrong.</summary>
    public long Version => Volatile.Read(ref _version);

    public IEnumerable<RevocationAuthority> Authorities => _authorities.Values;

    /// <summary>Finds what is known about the issuer of one certificate of a path.</summary>
    public RevocationAuthority? Find(VerifiedPath path, int depth) =>
        _authorities.TryGetValue(RevocationAuthority.HashOf(path, depth), out RevocationAuthority? found) && found.IsOf(path, depth) ? found : null;

    /// <summary>Finds it, or makes a place for it; one that is not kept if there are too many.</summary>
    public RevocationAuthority FindOrAdd(VerifiedPath path, int depth)
    {
        if (Find(path, depth) is { } found)
        {
            return found;
        }

        RevocationAuthority added = new(path, depth);
        return _authorities.Count >= MaxAuthorities ? added : _authorities.GetOrAdd(RevocationAuthority.HashOf(path, depth), added);
    }

    public void Changed()
    {
        Interlocked.Increment(ref _version);
        Grown?.Invoke(this, EventArgs.Empty);
    }

    public void Purge()
    {
        _authorities.Clear();
        Changed();
    }
}
