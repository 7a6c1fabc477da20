using System.Formats.Asn1;

namespace MutualTls.Testing.Encoding;

/// <summary>The few pieces of DER that certificates and CRLs share.</summary>
internal static class Der
{
    private static readonly DateTimeOffset FirstGeneralizedTime = new(2050, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset FirstUtcTime = new(1950, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static byte[] Write(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }

    /// <summary>Puts a tag and a length before content that AsnWriter would refuse or rewrite.</summary>
    public static byte[] Tlv(byte tag, ReadOnlySpan<byte> content)
    {
        int length = content.Length;
        byte[] header = length switch
        {
            < 0x80 => [tag, (byte)length],
            <= 0xFF => [tag, 0x81, (byte)length],
            <= 0xFFFF => [tag, 0x82, (byte)(length >> 8), (byte)length],
            <= 0xFFFFFF => [tag, 0x83, (byte)(length >> 16), (byte)(length >> 8), (byte)length],
            _ => [tag, 0x84, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length],
        };
        return [.. header, .. content];
    }

    // RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on; whole seconds in both.
    public static void WriteTime(AsnWriter writer, DateTimeOffset time)
    {
        if (time >= FirstUtcTime && time < FirstGeneralizedTime)
        {
            writer.WriteUtcTime(time, twoDigitYearMax: 2049);
        }
        else
        {
            writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
        }
    }

    /// <summary>Writes bits, the first one leading, as a NamedBitList: without trailing zero bits (X.690 11.2.2).</summary>
    public static byte[] NamedBits(params ReadOnlySpan<byte> octets)
    {
        int used = octets.Length;
        while (used > 0 && octets[used - 1] == 0)
        {
            used--;
        }

        int unusedBits = used == 0 ? 0 : int.TrailingZeroCount(octets[used - 1]);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteBitString(octets[..used], unusedBits);
        return writer.Encode();
    }

    /// <summary>Gives an encoded value the context-specific tag in place of its own (IMPLICIT tagging), keeping the constructed bit.</summary>
    public static byte[] Retag(byte[] encoded, int contextTag)
    {
        byte[] copy = [.. encoded];
        copy[0] = (byte)(0x80 | (copy[0] & 0x20) | contextTag);
        return copy;
    }

    public static DateTimeOffset WholeSeconds(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
