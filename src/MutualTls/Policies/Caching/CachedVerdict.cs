using System.Runtime.InteropServices;

namespace MutualTls.Policies.Caching;

/// <summary>One remembered verdict: what was presented, what was said, for how long, and on which data that rests.</summary>
/// <remarks>Few objects, since a hit among many peers waits for memory and for little else.</remarks>
/// <threadsafety>Safe from any thread; what a verdict rests on never changes, a renewed one is another entry.</threadsafety>
internal sealed class CachedVerdict(in PresentedKey key, ReadOnlyMemory<byte>[] others, PeerVerdict verdict, long epoch, int unshared = 0)
{
    // Objects of a verdict, its path and its parsed end-entity, measured at about 740 bytes; the octets come on top.
    private const int ObjectBytes = 800;

    private readonly ulong _hash = key.Hash;
    private readonly byte[] _endEntity = WholeArray(key.Presented.EndEntity);
    private readonly ReadOnlyMemory<byte>[] _others = others;
    private readonly long _from = verdict.From.UtcTicks;
    private readonly long _until = verdict.Until.UtcTicks;
    private AgreedVerdict? _agreed;

    public ulong Hash => _hash;

    /// <summary>Gets the octets of the end-entity.</summary>
    public byte[] EndEntity => _endEntity;

    /// <summary>Gets the verdict before the application's validators, if they are asked at all.</summary>
    public PeerVerdict Verdict { get; } = verdict;

    /// <summary>Gets the policy's epoch, read before judging.</summary>
    public long Epoch { get; } = epoch;

    /// <summary>Gets about how many bytes this keeps alive; intermediates that are shared with the pool do not count.</summary>
    public int Bytes => ObjectBytes + _endEntity.Length + unshared;

    /// <summary>How often it was asked for lately, 0 to 3. Races lose a count, which only makes the entry look less used.</summary>
    public byte Uses { get; set; }

    /// <summary>Whether it was taken out of the table. Written under the cache's lock only.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Gets or sets the verdict after the application's validators, where all of them let it be reused.</summary>
    public AgreedVerdict? Agreed
    {
        get => Volatile.Read(ref _agreed);
        set => Volatile.Write(ref _agreed, value);
    }

    public bool IsFor(in PresentedKey key) => key.Hash == _hash && key.HasEndEntity(_endEntity) && key.HasBeside(_others, Verdict.Role, Verdict.Expected);

    /// <summary>Tells the same, where <paramref name="endEntity"/> was compared with the key before.</summary>
    public bool IsFor(byte[] endEntity, in PresentedKey key) => ReferenceEquals(endEntity, _endEntity) && key.HasBeside(_others, Verdict.Role, Verdict.Expected);

    public bool IsInTime(DateTimeOffset now) => _from <= now.UtcTicks && now.UtcTicks < _until;

    /// <summary>Makes the entry that takes this one's place with a newer verdict on the same peer.</summary>
    public CachedVerdict With(in PresentedKey key, PeerVerdict renewed, long epoch) => new(key, _others, renewed, epoch, unshared) { Uses = Uses };

    // As SslStream hands them out, the octets have an array of their own.
    private static byte[] WholeArray(ReadOnlyMemory<byte> octets) =>
        MemoryMarshal.TryGetArray(octets, out ArraySegment<byte> segment) && segment.Array!.Length == octets.Length ? segment.Array : octets.ToArray();
}

/// <summary>Says for how long, and on which data, the answers of the application's validators may be used again.</summary>
internal sealed record AgreedVerdict(PeerVerdict Verdict, DateTimeOffset From, DateTimeOffset Until, long Epoch)
{
    public bool Holds(DateTimeOffset now, long epoch) => Epoch == epoch && From <= now && now < Until;
}
