using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MutualTls.Encoding;

/// <summary>Reads the content octets of primitive DER values. X.690 sections 8 and 11.</summary>
internal static class DerValue
{
    /// <summary>Reads a BOOLEAN: in DER, FF is true and 00 is false. X.690 section 11.1.</summary>
    public static bool TryReadBoolean(ReadOnlySpan<byte> content, out bool value)
    {
        value = content is [0xFF];
        return content is [0xFF] or [0x00];
    }

    /// <summary>Tells whether an INTEGER is in its shortest form. X.690 section 8.3.2.</summary>
    public static bool IsInteger(ReadOnlySpan<byte> content) => content switch
    {
        [] => false,
        [0x00, < 0x80, ..] => false,
        [0xFF, >= 0x80, ..] => false,
        _ => true,
    };

    /// <summary>Reads an INTEGER from 0 to <see cref="int.MaxValue"/>; a larger one reads as <see cref="int.MaxValue"/>, a negative one not at all.</summary>
    public static bool TryReadCount(ReadOnlySpan<byte> content, out int value)
    {
        value = 0;
        if (!IsInteger(content) || content[0] >= 0x80)
        {
            return false;
        }

        ReadOnlySpan<byte> magnitude = content[0] == 0 ? content[1..] : content;
        if (magnitude.Length > 4 || (magnitude.Length == 4 && magnitude[0] >= 0x80))
        {
            value = int.MaxValue;
            return true;
        }

        foreach (byte octet in magnitude)
        {
            value = (value << 8) | octet;
        }

        return true;
    }

    /// <summary>Reads a named BIT STRING of at most 16 bits, bit 0 as the highest. X.690 sections 11.2.1 and 11.2.2.</summary>
    public static bool TryReadNamedBits(ReadOnlySpan<byte> content, out ushort bits)
    {
        bits = 0;
        if (content.Length is < 1 or > 3 || content[0] > 7 || (content.Length == 1 && content[0] != 0))
        {
            return false;
        }

        if (content.Length == 1)
        {
            return true;
        }

        // Unused bits are zero. Trailing zero bits should be gone too, but CAs in use keep them, and they change nothing.
        if ((content[^1] & ((1 << content[0]) - 1)) != 0)
        {
            return false;
        }

        bits = content.Length == 2 ? (ushort)(content[1] << 8) : BinaryPrimitives.ReadUInt16BigEndian(content[1..]);
        return true;
    }

    /// <summary>Tells whether an OBJECT IDENTIFIER is well-formed: each number in its shortest form and ended. X.690 section 8.19.</summary>
    public static bool IsObjectIdentifier(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty || content[^1] >= 0x80)
        {
            return false;
        }

        bool starts = true;
        foreach (byte octet in content)
        {
            if (starts && octet == 0x80)
            {
                return false;
            }

            starts = octet < 0x80;
        }

        return true;
    }

    /// <summary>Writes an OBJECT IDENTIFIER in dotted form, for messages.</summary>
    public static string ObjectIdentifierText(ReadOnlySpan<byte> content)
    {
        // 18 octets of 7 bits are the most that the arithmetic holds; RFC 9562 identifiers take 19 at most, with two bits in the first.
        if (!IsObjectIdentifier(content) || content.Length > 64 || content.IndexOfAnyInRange((byte)0, (byte)0x7F) > 18)
        {
            return Convert.ToHexString(content[..Math.Min(content.Length, 64)]);
        }

        StringBuilder text = new();
        UInt128 number = 0;
        foreach (byte octet in content)
        {
            number = (number << 7) | (octet & 0x7Fu);
            if (octet >= 0x80)
            {
                continue;
            }

            if (text.Length == 0)
            {
                UInt128 first = UInt128.Min(number / 40, 2);
                text.Append(CultureInfo.InvariantCulture, $"{first}.{number - (first * 40)}");
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $".{number}");
            }

            number = 0;
        }

        return text.ToString();
    }
}
