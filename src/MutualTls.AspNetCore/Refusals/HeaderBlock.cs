using System.Buffers;
using System.Globalization;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>Writes the head of a 403 as a field block of HTTP/2, without Huffman's code and without the dynamic table. RFC 7541 section 6.2.2.</summary>
internal static class HeaderBlock
{
    private const int Status = 8, CacheControl = 24, ContentLength = 28, ContentType = 31;

    public static byte[] Of(RefusalBody body)
    {
        ArrayBufferWriter<byte> block = new();
        Named(Status, "403");
        Named(ContentType, body.ContentType);
        Named(ContentLength, body.Content.Length.ToString(CultureInfo.InvariantCulture));
        Named(CacheControl, "no-store");
        foreach ((string name, string value) in body.Headers)
        {
            block.Write<byte>([0]);
            Text(name);
            Text(value);
        }

        return block.WrittenSpan.ToArray();

        // A name of the static table.
        void Named(int name, string value)
        {
            Number(name, bits: 4);
            Text(value);
        }

        void Text(string text)
        {
            Number(text.Length, bits: 7);
            block.Write(System.Text.Encoding.ASCII.GetBytes(text));
        }

        // Section 5.1: what the first octet cannot hold follows in groups of seven bits, the lowest first.
        void Number(int value, int bits)
        {
            int most = (1 << bits) - 1;
            block.Write<byte>([(byte)Math.Min(value, most)]);
            for (int rest = value - most; rest >= 0; rest = rest < 0x80 ? -1 : rest >> 7)
            {
                block.Write<byte>([(byte)(rest < 0x80 ? rest : (rest & 0x7F) | 0x80)]);
            }
        }
    }
}
