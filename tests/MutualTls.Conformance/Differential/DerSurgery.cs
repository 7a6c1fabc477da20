using System.Formats.Asn1;

namespace MutualTls.Conformance.Differential;

/// <summary>Changes encoded values, a field at a time where there are fields, and mends the lengths around.</summary>
internal static class DerSurgery
{
    // How often to go into a field rather than change it.
    private const int Descend = 2;

    public static byte[] FlipBit(byte[] der, Random random)
    {
        der[random.Next(der.Length)] ^= (byte)(1 << random.Next(8));
        return der;
    }

    public static byte[] ReplaceOctet(byte[] der, Random random)
    {
        der[random.Next(der.Length)] = (byte)random.Next(256);
        return der;
    }

    public static byte[] DropChild(byte[] der, Random random) => Change(der, random, (children, at) => children.RemoveAt(at));

    public static byte[] DoubleChild(byte[] der, Random random) => Change(der, random, (children, at) => children.Insert(at, children[at]));

    public static byte[] SwapChildren(byte[] der, Random random) => Change(der, random, (children, at) =>
    {
        int other = random.Next(children.Count);
        (children[at], children[other]) = (children[other], children[at]);
    });

    /// <summary>Writes one length with an octet more than it needs: BER, not DER.</summary>
    public static byte[] LengthenLength(byte[] der, Random random) => Change(der, random, (children, at) =>
    {
        byte[] child = children[at];
        children[at] = child[1] < 0x80 ? [child[0], 0x81, .. child[1..]] : [child[0], (byte)(child[1] + 1), 0, .. child[2..]];
    });

    private static byte[] Change(byte[] der, Random random, Action<List<byte[]>, int> change)
    {
        if (!TryReadChildren(der, out List<byte[]> children))
        {
            return der;
        }

        int at = random.Next(children.Count);
        if (random.Next(Descend + 1) > 0 && TryReadChildren(children[at], out _))
        {
            children[at] = Change(children[at], random, change);
        }
        else
        {
            change(children, at);
        }

        return Wrap(der[0], [.. children.SelectMany(c => c)]);
    }

    private static bool TryReadChildren(byte[] der, out List<byte[]> children)
    {
        children = [];
        if ((der[0] & 0x20) == 0 || !AsnDecoder.TryReadEncodedValue(der, AsnEncodingRules.BER, out _, out int offset, out int length, out _))
        {
            return false;
        }

        ReadOnlySpan<byte> content = der.AsSpan(offset, length);
        while (!content.IsEmpty)
        {
            if (!AsnDecoder.TryReadEncodedValue(content, AsnEncodingRules.BER, out _, out _, out _, out int consumed))
            {
                return false;
            }

            children.Add(content[..consumed].ToArray());
            content = content[consumed..];
        }

        return children.Count > 0;
    }

    private static byte[] Wrap(byte tag, byte[] content) => content.Length switch
    {
        < 0x80 => [tag, (byte)content.Length, .. content],
        <= 0xFF => [tag, 0x81, (byte)content.Length, .. content],
        _ => [tag, 0x82, (byte)(content.Length >> 8), (byte)content.Length, .. content],
    };
}
