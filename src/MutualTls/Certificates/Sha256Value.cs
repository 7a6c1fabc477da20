using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MutualTls.Certificates;

/// <summary>Holds one SHA-256 without an array: for tables of fingerprints and keys.</summary>
internal readonly record struct Sha256Value
{
    public const int Length = 32;

    private readonly UInt128 _low;

    public Sha256Value(ReadOnlySpan<byte> hash)
    {
        High = BinaryPrimitives.ReadUInt128BigEndian(hash);
        _low = BinaryPrimitives.ReadUInt128BigEndian(hash[16..]);
    }

    /// <summary>Gets the first half.</summary>
    public UInt128 High { get; }

    public static Sha256Value Of(ReadOnlySpan<byte> octets)
    {
        Span<byte> hash = stackalloc byte[Length];
        SHA256.HashData(octets, hash);
        return new Sha256Value(hash);
    }

    /// <summary>Reads 64 hexadecimal digits, with or without colons between the octets.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> text, out Sha256Value value)
    {
        Span<char> digits = stackalloc char[Length * 2];
        int count = 0;
        foreach (char character in text)
        {
            if (character != ':')
            {
                if (count == digits.Length)
                {
                    value = default;
                    return false;
                }

                digits[count++] = character;
            }
        }

        Span<byte> hash = stackalloc byte[Length];
        bool read = Convert.FromHexString(digits[..count], hash, out _, out int written) == OperationStatus.Done && written == Length;
        value = read ? new Sha256Value(hash) : default;
        return read;
    }

    public void CopyTo(Span<byte> into)
    {
        BinaryPrimitives.WriteUInt128BigEndian(into, High);
        BinaryPrimitives.WriteUInt128BigEndian(into[16..], _low);
    }

    /// <summary>Writes upper-case hexadecimal.</summary>
    public override string ToString()
    {
        Span<byte> hash = stackalloc byte[Length];
        CopyTo(hash);
        return Convert.ToHexString(hash);
    }
}
