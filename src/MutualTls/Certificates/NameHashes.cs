using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Remembers the prepared hashes of names seen lately: preparing costs a hundred times more than looking up, and the same issuers come again and again.</summary>
/// <remarks>One slot a name, chosen by a keyed hash; a stranger can only make it forget.</remarks>
/// <threadsafety>Safe from any thread; takes no lock.</threadsafety>
internal static class NameHashes
{
    private const int Capacity = 256;

    // Longer names are rare, and not worth keeping.
    private const int MaxLength = 512;

    private static readonly Entry?[] Known = new Entry?[Capacity];

    public static int Of(ReadOnlySpan<byte> name)
    {
        if (name.Length > MaxLength)
        {
            return DistinguishedName.PreparedHash(name);
        }

        ref Entry? slot = ref Known[SipHash.Compute(name) % Capacity];
        if (Volatile.Read(ref slot) is { } known && known.Name.AsSpan().SequenceEqual(name))
        {
            return known.Hash;
        }

        Entry added = new(name.ToArray(), DistinguishedName.PreparedHash(name));
        Volatile.Write(ref slot, added);
        return added.Hash;
    }

    private sealed record Entry(byte[] Name, int Hash);
}
