using System.Buffers;
using System.Text;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>Tells whether a request is a person's browser going to a page: its Accept begins with <c>text/html</c>. What cannot be read with certainty is a program's.</summary>
internal static class PageWish
{
    // RFC 7541: the name accept by its index 19 in the static table, as a literal with, without and never with indexing; and the start of text/html in Huffman's code,
    // whose last three bits share an octet with what follows.
    private static readonly byte[][] s_names = [[0x53], [0x0F, 0x04], [0x1F, 0x04]];

    private static ReadOnlySpan<byte> Huffman => [0x49, 0x7C, 0xA5, 0x89, 0xD3, 0x4D];

    private static ReadOnlySpan<byte> Html => "text/html"u8;

    /// <summary>Reads the value of the header.</summary>
    public static bool IsIn(ReadOnlySpan<byte> accept) => StartsWith(accept, Html) && (accept.Length == Html.Length || accept[Html.Length] is (byte)',' or (byte)';' or (byte)' ');

    /// <summary>Reads the head of a request of HTTP/1.1: all of its lines, or as many as there are.</summary>
    public static bool IsInHead(ReadOnlySequence<byte> head)
    {
        SequenceReader<byte> reader = new(head);
        Span<byte> start = stackalloc byte[64];
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            // The first one counts, and of that its beginning.
            int length = (int)Math.Min(line.Length, start.Length);
            line.Slice(0, length).CopyTo(start);
            if (StartsWith(start[..length], "accept:"u8))
            {
                return IsIn(start["accept:".Length..length].Trim(" \t\r"u8));
            }
        }

        return false;
    }

    /// <summary>Looks for the header in a block of HTTP/2 that is not decoded. A client with an empty table can say it in no other way; should other octets look the same, a program gets a page.</summary>
    public static bool IsInBlock(ReadOnlySequence<byte> block)
    {
        ReadOnlySpan<byte> octets = block.ToArray();
        foreach (byte[] name in s_names)
        {
            for (ReadOnlySpan<byte> rest = octets; rest.IndexOf(name) is >= 0 and int at;)
            {
                rest = rest[(at + name.Length)..];
                if (IsValue(rest))
                {
                    return true;
                }
            }
        }

        return false;
    }

    // The length has seven bits, and more octets where it is 127 or more; the eighth says Huffman.
    private static bool IsValue(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return false;
        }

        bool isHuffman = (value[0] & 0x80) != 0, isLong = (value[0] & 0x7F) == 0x7F;
        int length = isLong ? int.MaxValue : value[0] & 0x7F;
        for (value = value[1..]; isLong && !value.IsEmpty; value = value[1..])
        {
            isLong = (value[0] & 0x80) != 0;
        }

        value = value[..Math.Min(length, value.Length)];
        return isHuffman ? value.StartsWith(Huffman) && value.Length > Huffman.Length && value[Huffman.Length] < 0x20 : IsIn(value);
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) => text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);
}
