using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace MutualTls.Revocation.Stores;

/// <summary>What stands before the tag and the DER of a stored answer.</summary>
/// <remarks>
/// Layout, big-endian: "MTRA"; version (2 octets); length of the tag (2); fetched at, keep until, last modified (8 each, ticks of UTC, the last 0 if unknown);
/// length of the DER (4); SHA-256 of all the others, the tag and the DER (32).
/// </remarks>
internal readonly record struct StoredHeader(DateTimeOffset FetchedAt, DateTimeOffset KeepUntil, DateTimeOffset? LastModified, int TagLength, int DerLength)
{
    public const int Length = HashOffset + 32;

    public const int HashOffset = 36;

    public const int MaxTagLength = 256;

    /// <summary>How far the clocks of those who share a store may be apart. What claims to be later than that would never be replaced.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    private const ushort Version = 1;

    private static ReadOnlySpan<byte> Mark => "MTRA"u8;

    /// <summary>Writes all but the hash.</summary>
    public void CopyTo(Span<byte> into)
    {
        Mark.CopyTo(into);
        BinaryPrimitives.WriteUInt16BigEndian(into[4..], Version);
        BinaryPrimitives.WriteUInt16BigEndian(into[6..], (ushort)TagLength);
        BinaryPrimitives.WriteInt64BigEndian(into[8..], FetchedAt.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(into[16..], KeepUntil.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(into[24..], LastModified?.UtcTicks ?? 0);
        BinaryPrimitives.WriteInt32BigEndian(into[32..], DerLength);
    }

    /// <summary>Reads a header.</summary>
    /// <param name="octets">The beginning of the entry.</param>
    /// <param name="length">The length of the whole entry.</param>
    /// <param name="now">The time.</param>
    /// <param name="header">The header.</param>
    /// <param name="problem">What is wrong with it, if it is none.</param>
    public static bool TryRead(ReadOnlySpan<byte> octets, long length, DateTimeOffset now, out StoredHeader header, [NotNullWhen(false)] out string? problem)
    {
        header = default;
        if (octets.Length < Length || !octets.StartsWith(Mark))
        {
            problem = "no stored answer";
            return false;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(octets[4..]) is var version and not Version)
        {
            problem = $"version {version} of the format";
            return false;
        }

        if (!TryReadTime(octets[8..], out DateTimeOffset fetchedAt) || !TryReadTime(octets[16..], out DateTimeOffset keepUntil)
            || !TryReadTime(octets[24..], out DateTimeOffset lastModified) || fetchedAt - now > ClockTolerance)
        {
            problem = "impossible times";
            return false;
        }

        int tagLength = BinaryPrimitives.ReadUInt16BigEndian(octets[6..]), derLength = BinaryPrimitives.ReadInt32BigEndian(octets[32..]);
        if (tagLength > MaxTagLength || derLength < 0 || (long)Length + tagLength + derLength != length)
        {
            problem = "cut off, or longer than it says";
            return false;
        }

        header = new StoredHeader(fetchedAt, keepUntil, lastModified.UtcTicks == 0 ? null : lastModified, tagLength, derLength);
        problem = null;
        return true;
    }

    private static bool TryReadTime(ReadOnlySpan<byte> octets, out DateTimeOffset time)
    {
        long ticks = BinaryPrimitives.ReadInt64BigEndian(octets);
        bool possible = ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks;
        time = possible ? new DateTimeOffset(ticks, TimeSpan.Zero) : default;
        return possible;
    }
}
