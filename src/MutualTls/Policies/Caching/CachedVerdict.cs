using MutualTls.Identities;

namespace MutualTls.Policies.Caching;

/// <summary>One remembered verdict: what was presented, what was said, and what that rests on.</summary>
/// <threadsafety>Safe from any thread; what changes is swapped as a whole.</threadsafety>
internal sealed class CachedVerdict(in PresentedKey key, ReadOnlyMemory<byte>[] certificates, CachedVerdict.Stamp stamp)
{
    // Objects of a verdict, its path and its parsed end-entity, measured at about 1.3 KB; the octets come on top.
    private const int ObjectBytes = 1400;

    private readonly ulong _hash = key.Hash;
    private readonly PeerRole _role = key.Role;
    private readonly ReferenceIdentity? _expected = key.Expected;
    private readonly ReadOnlyMemory<byte>[] _certificates = certificates;
    private Stamp _current = stamp;
    private Stamp? _agreed;

    public ulong Hash => _hash;

    /// <summary>Gets about how many bytes this keeps alive; intermediates are shared with the pool.</summary>
    public int Bytes { get; } = ObjectBytes + certificates[0].Length;

    /// <summary>The next entry of the same bucket. Written under the cache's lock only.</summary>
    public CachedVerdict? Next { get; set; }

    /// <summary>How often it was asked for lately, 0 to 3. Races lose a count, which only makes the entry look less used.</summary>
    public byte Uses { get; set; }

    /// <summary>Whether it was taken out of its bucket. Written under the cache's lock only.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Gets or sets the verdict before the application's validators, if they are asked at all.</summary>
    public Stamp Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    /// <summary>Gets or sets the verdict after the application's validators, where all of them let it be reused.</summary>
    public Stamp? Agreed
    {
        get => Volatile.Read(ref _agreed);
        set => Volatile.Write(ref _agreed, value);
    }

    public bool IsFor(in PresentedKey key) => key.Equals(_hash, _certificates, _role, _expected);

    /// <summary>Says for how long, and on which data, a verdict stands.</summary>
    /// <param name="Verdict">The verdict.</param>
    /// <param name="From">The first moment.</param>
    /// <param name="Until">The first moment after the last.</param>
    /// <param name="Epoch">The policy's epoch, read before judging.</param>
    internal sealed record Stamp(PeerVerdict Verdict, DateTimeOffset From, DateTimeOffset Until, long Epoch)
    {
        public bool IsInTime(DateTimeOffset now) => From <= now && now < Until;
    }
}
