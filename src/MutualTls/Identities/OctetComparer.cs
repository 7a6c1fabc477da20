using System.Text;

namespace MutualTls.Identities;

/// <summary>Compares octets for hash tables that are asked with spans, so that a look-up allocates nothing.</summary>
internal sealed class OctetComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    private readonly bool _ignoreCase;

    private OctetComparer(bool ignoreCase) => _ignoreCase = ignoreCase;

    /// <summary>Gets the comparer that takes octets as they are.</summary>
    public static OctetComparer Exact { get; } = new(ignoreCase: false);

    /// <summary>Gets the comparer that takes ASCII letters of either case as the same.</summary>
    public static OctetComparer IgnoreCase { get; } = new(ignoreCase: true);

    public bool Equals(byte[]? x, byte[]? y) => Equals(x.AsSpan(), y!);

    public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => _ignoreCase ? Ascii.EqualsIgnoreCase(alternate, other) || alternate.SequenceEqual(other) : alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        HashCode hash = default;
        if (!_ignoreCase)
        {
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        Span<byte> folded = stackalloc byte[64];
        for (ReadOnlySpan<byte> rest = alternate; !rest.IsEmpty;)
        {
            ReadOnlySpan<byte> part = rest[..Math.Min(rest.Length, folded.Length)];
            for (int i = 0; i < part.Length; i++)
            {
                folded[i] = part[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(part[i] | 0x20) : part[i];
            }

            hash.AddBytes(folded[..part.Length]);
            rest = rest[part.Length..];
        }

        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
