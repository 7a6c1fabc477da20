using MutualTls.Encoding;

namespace MutualTls.Revocation.Crl;

/// <summary>Reads and compares CRL numbers, which have up to 20 octets. RFC 5280 section 5.2.3.</summary>
internal static class CrlNumber
{
    private const int MaxLength = 32;

    /// <summary>Reads an encoded INTEGER of 0 or more, without leading zeros.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out byte[]? number)
    {
        DerReader reader = new(value);
        bool read = reader.TryRead(DerTag.Integer, out DerRange range) && reader.IsEmpty
            && DerValue.IsInteger(reader.Bytes(range)) && reader.Bytes(range)[0] < 0x80 && range.Length <= MaxLength;
        number = read ? reader.Bytes(range).TrimStart((byte)0).ToArray() : null;
        return read;
    }

    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
}
