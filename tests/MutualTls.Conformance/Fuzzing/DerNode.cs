namespace MutualTls.Conformance.Fuzzing;

/// <summary>Holds an encoded value as a tree that can be edited: lengths are written anew, so an edit deep inside stays well-formed around.</summary>
/// <remarks>OCTET STRING and BIT STRING are gone into where they hold encoded values, as extensions and keys do.</remarks>
internal sealed class DerNode
{
    private const int MaxDepth = 40;

    public required byte Tag { get; set; }

    /// <summary>Gets or sets what a leaf holds, and what stands before the children otherwise: the unused bits of a BIT STRING.</summary>
    public byte[] Content { get; set; } = [];

    public List<DerNode> Children { get; set; } = [];

    /// <summary>Gets or sets the octets written in place of the right length; null for the right one.</summary>
    public byte[]? Length { get; set; }

    /// <summary>Reads one value that fills all octets; null if they are no such thing.</summary>
    public static DerNode? Parse(ReadOnlySpan<byte> der) => ParseAll(der, depth: 0) is [var only] ? only : null;

    public byte[] Encode()
    {
        List<byte> into = [];
        Append(into);
        return [.. into];
    }

    public DerNode Clone() => new() { Tag = Tag, Content = Content, Length = Length, Children = [.. Children.Select(c => c.Clone())] };

    /// <summary>Lists this node and everything below.</summary>
    public IEnumerable<DerNode> All() => Children.SelectMany(c => c.All()).Prepend(this);

    private static List<DerNode>? ParseAll(ReadOnlySpan<byte> octets, int depth)
    {
        List<DerNode> nodes = [];
        while (!octets.IsEmpty)
        {
            if (depth > MaxDepth || !TryReadHeader(octets, out int start, out int length))
            {
                return null;
            }

            nodes.Add(ParseOne(octets[0], octets.Slice(start, length), depth));
            octets = octets[(start + length)..];
        }

        return nodes;
    }

    private static DerNode ParseOne(byte tag, ReadOnlySpan<byte> content, int depth)
    {
        int skipped = tag == 0x03 && content is [0, ..] ? 1 : 0;
        bool mayHold = (tag & 0x20) != 0 || tag is 0x03 or 0x04;
        return mayHold && content.Length > skipped && ParseAll(content[skipped..], depth + 1) is { } children
            ? new DerNode { Tag = tag, Content = content[..skipped].ToArray(), Children = children }
            : new DerNode { Tag = tag, Content = content.ToArray() };
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> octets, out int start, out int length)
    {
        (start, length) = (2, 0);
        if (octets.Length < 2 || (octets[0] & 0x1F) == 0x1F)
        {
            return false;
        }

        length = octets[1];
        if (length >= 0x80)
        {
            int count = length - 0x80;
            if (count is 0 or > 3 || octets.Length < 2 + count)
            {
                return false;
            }

            start += count;
            length = 0;
            foreach (byte octet in octets.Slice(2, count))
            {
                length = (length << 8) | octet;
            }
        }

        return length <= octets.Length - start;
    }

    private void Append(List<byte> into)
    {
        into.Add(Tag);
        int start = into.Count;
        into.AddRange(Content);
        foreach (DerNode child in Children)
        {
            child.Append(into);
        }

        into.InsertRange(start, Length ?? LengthOf(into.Count - start));
    }

    private static byte[] LengthOf(int length) => length switch
    {
        < 0x80 => [(byte)length],
        <= 0xFF => [0x81, (byte)length],
        <= 0xFFFF => [0x82, (byte)(length >> 8), (byte)length],
        _ => [0x83, (byte)(length >> 16), (byte)(length >> 8), (byte)length],
    };
}
