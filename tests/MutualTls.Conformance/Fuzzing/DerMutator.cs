namespace MutualTls.Conformance.Fuzzing;

/// <summary>Breaks encoded values in the ways that readers of them have been broken by.</summary>
internal sealed class DerMutator(Random random)
{
    /// <summary>Nothing grows beyond this, so that runs stay fast.</summary>
    public const int MaxLength = 1 << 18;

    private static readonly byte[][] Lengths =
    [
        [0x80], [0x00], [0x7F], [0xFF], [0x81, 0x00], [0x81, 0x7F], [0x82, 0x00, 0x80], [0x82, 0xFF, 0xFF], [0x83, 0xFF, 0xFF, 0xFF], [0x84, 0x7F, 0xFF, 0xFF, 0xFF],
        [0x84, 0x80, 0x00, 0x00, 0x00], [0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x88, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    ];

    private static readonly byte[][] Integers =
    [
        [], [0], [1], [0x7F], [0x80], [0xFF], [0, 0x80], [0, 1], [0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0, 0x80, 0, 0, 0], [0x80, 0, 0, 0], [0, 0xFF, 0xFF, 0xFF, 0xFF],
        [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0, 0x80, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0, 0], [0x7F, .. new byte[19]], [0x7F, .. new byte[20]], [0x40, .. new byte[5000]],
    ];

    private static readonly byte[][] Texts =
    [
        .. new[]
        {
            "", "*", "*.", ".", "..", "a\0.test", "*.*.test", "xn--", "xn--a", "xn--\u00E9", "e\u0301", "\u00E9", "\uFF21\uFF22", "\u0130", "\u00DF", "\uFDFA", "\u200B\u00AD", "@", "a@", "@a", "a@b@c",
            "spiffe://", "spiffe://a/../b", "http://[::1]:99999999999/", "http://a:b@c:1/", "http://%zz/", ":", "::", "260101000000Z", "991231235959Z", "00000000000000Z", "99991231235959Z", "20261301000000Z",
            "20260230120000Z", "20260101000060Z", "20260101000000.5Z", "20260101000000+0100", "2601010000Z", "\uD83D\uDE00",
        }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xFF, 0xFE], [0xD8, 0x00], [0, 0x11, 0, 0], [10, 0, 0, 0, 255, 0, 255, 0], new byte[16], new byte[32], [.. Enumerable.Repeat((byte)'a', 70_000)],
        [.. Enumerable.Repeat((byte)'.', 300)], [.. Enumerable.Repeat("a."u8.ToArray(), 2000).SelectMany(o => o)],
    ];

    private static readonly byte[] Tags = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A, 0x0C, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1C, 0x1E, 0x1F, 0x30, 0x31, 0x80, 0x81, 0x82, 0x84, 0x86, 0x87, 0x88, 0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xBF];

    /// <summary>Changes a tree one to four times, mostly once.</summary>
    public void Edit(DerNode root, DerNode? donor)
    {
        for (int count = 1 + random.Next(1 + random.Next(4)); count > 0; count--)
        {
            List<DerNode> all = [.. root.All()];
            EditOne(Pick(all), all, donor);
        }
    }

    /// <summary>Changes octets without regard to what they mean.</summary>
    public byte[] Scramble(byte[] octets)
    {
        if (octets.Length == 0)
        {
            return [(byte)random.Next(256)];
        }

        int at = random.Next(octets.Length), length = Math.Min(1 + random.Next(random.Next(64) + 1), octets.Length - at);
        switch (random.Next(7))
        {
            case 0:
                octets = octets[..at];
                break;
            case 1:
                octets = [.. octets[..at], .. octets[(at + length)..]];
                break;
            case 2:
                octets = [.. octets[..(at + length)], .. octets[at..]];
                break;
            case 3:
                random.NextBytes(octets.AsSpan(at, length));
                break;
            case 4:
                octets[at] = Pick<byte>([0, 1, 0x7F, 0x80, 0xFF]);
                break;
            default:
                octets[at] ^= (byte)(1 << random.Next(8));
                break;
        }

        return octets;
    }

    private void EditOne(DerNode node, List<DerNode> all, DerNode? donor)
    {
        List<DerNode> children = node.Children;
        int at = children.Count == 0 ? -1 : random.Next(children.Count);
        switch (random.Next(14))
        {
            case 0 when at >= 0:
                children.RemoveAt(at);
                break;
            case 1 when at >= 0:
                children.Insert(random.Next(children.Count + 1), children[at].Clone());
                break;
            case 2 when at >= 0:
                int other = random.Next(children.Count);
                (children[at], children[other]) = (children[other], children[at]);
                break;
            case 3 when at >= 0:
                Repeat(children, at);
                break;
            case 4 when donor is not null:
                Replace(node, Pick([.. donor.All()]));
                break;
            case 5 when donor is not null && at >= 0:
                children.Insert(at, Pick([.. donor.All()]).Clone());
                break;
            case 6:
                Replace(node, Pick(all));
                break;
            case 7:
                node.Tag = random.Next(3) == 0 ? (byte)random.Next(256) : Pick(Tags);
                break;
            case 8:
                node.Length = Pick(Lengths);
                break;
            case 9:
                Wrap(node);
                break;
            default:
                node.Content = Value(node);
                break;
        }
    }

    // By the kind of value: bounds of integers, texts that readers trip over, other octets.
    private byte[] Value(DerNode node) => random.Next(3) == 0 ? Scramble([.. node.Content]) : node.Tag switch
    {
        0x02 or 0x0A or 0x01 or 0x80 or 0x81 => Pick(Integers),
        0x0C or 0x13 or 0x14 or 0x16 or 0x17 or 0x18 or 0x1E or 0x1C or 0x82 or 0x86 or 0x87 => Pick(Texts),
        _ => random.Next(4) switch { 0 => [], 1 => Pick(Integers), 2 => Pick(Texts), _ => Scramble([.. node.Content]) },
    };

    private void Repeat(List<DerNode> children, int at)
    {
        int size = Math.Max(1, children[at].Encode().Length), count = Math.Min(1 << random.Next(12), MaxLength / 2 / size);
        children.InsertRange(at, Enumerable.Range(0, count).Select(_ => children[at].Clone()).ToList());
    }

    private void Wrap(DerNode node)
    {
        for (int depth = 1 << random.Next(9); depth > 0; depth--)
        {
            DerNode inner = new() { Tag = node.Tag, Content = node.Content, Children = node.Children, Length = node.Length };
            (node.Content, node.Children, node.Length) = ([], [inner], null);
            node.Tag = random.Next(4) == 0 ? node.Tag : (byte)0x30;
        }
    }

    private static void Replace(DerNode node, DerNode by)
    {
        DerNode copy = by.Clone();
        (node.Tag, node.Content, node.Children, node.Length) = (copy.Tag, copy.Content, copy.Children, copy.Length);
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
