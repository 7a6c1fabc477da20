using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using MutualTls.Encoding;

namespace MutualTls.Revocation.Memory;

/// <summary>A table by octets, such as serial numbers; read with a span, which allocates nothing.</summary>
/// <threadsafety>Safe from any thread; reads take no lock.</threadsafety>
internal sealed class OctetTable<T>
    where T : class
{
    private readonly ConcurrentDictionary<byte[], T> _table = new(new Comparer());
    private readonly ConcurrentDictionary<byte[], T>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public OctetTable() => _lookup = _table.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _table.Count;

    public IEnumerable<KeyValuePair<byte[], T>> All => _table;

    public T? Find(ReadOnlySpan<byte> key) => _lookup.TryGetValue(key, out T? found) ? found : null;

    public void Set(ReadOnlySpan<byte> key, T value) => _lookup[key] = value;

    public bool TrySet(ReadOnlySpan<byte> key, T value, T? insteadOf) =>
        insteadOf is null ? _lookup.TryAdd(key, value) : _table.TryUpdate(key.ToArray(), value, insteadOf);

    public bool Remove(ReadOnlySpan<byte> key) => _lookup.TryRemove(key, out _);

    public void Clear() => _table.Clear();

    private sealed class Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)SipHash.Compute(alternate);
    }
}
