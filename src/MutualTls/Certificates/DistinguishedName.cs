using System.Text.Unicode;
using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Compares distinguished names in their DER form. RFC 5280 section 7.1.</summary>
internal static class DistinguishedName
{
    /// <summary>More attributes than any name in use has; a longer name is malformed.</summary>
    public const int MaxAttributes = 32;

    /// <summary>Tells whether <paramref name="name"/> is one Name: a SEQUENCE OF SET OF SEQUENCE { OID, value }. RFC 5280 section 4.1.2.4.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> name)
    {
        DerReader outer = new(name);
        if (!outer.TryOpen(DerTag.Sequence, out DerReader sequence) || !outer.IsEmpty)
        {
            return false;
        }

        int count = 0;
        while (!sequence.IsEmpty)
        {
            if (!sequence.TryOpen(DerTag.Set, out DerReader set) || set.IsEmpty)
            {
                return false;
            }

            for (; !set.IsEmpty; count++)
            {
                if (count == MaxAttributes || !set.TryOpen(DerTag.Sequence, out DerReader attribute)
                    || !attribute.TryRead(DerTag.ObjectIdentifier, out DerRange oid) || !DerValue.IsObjectIdentifier(attribute.Bytes(oid))
                    || !attribute.TryReadAny(out byte tag, out DerRange value, out _) || !attribute.IsEmpty
                    || (tag == DerTag.Utf8String && !Utf8.IsValid(attribute.Bytes(value))))
                {
                    return false;
                }
            }
        }

        return true;
    }

    public static bool IsEmpty(ReadOnlySpan<byte> name) => name is [DerTag.Sequence, 0];

    /// <summary>Tells whether two well-formed names are the same: equal octets, or equal once their strings are prepared.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right))
        {
            return true;
        }

        DerReader leftNames = Open(left), rightNames = Open(right);
        while (!leftNames.IsEmpty && !rightNames.IsEmpty)
        {
            if (!AreEqualRelative(ref leftNames, ref rightNames))
            {
                return false;
            }
        }

        return leftNames.IsEmpty && rightNames.IsEmpty;
    }

    /// <summary>Tells whether <paramref name="name"/> lies in the subtree that <paramref name="root"/> names: its first relative names are those. RFC 5280 section 7.1.</summary>
    public static bool IsWithin(ReadOnlySpan<byte> name, ReadOnlySpan<byte> root)
    {
        DerReader names = Open(name), roots = Open(root);
        while (!roots.IsEmpty)
        {
            if (names.IsEmpty || !AreEqualRelative(ref names, ref roots))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Tells whether normalizing the strings of a well-formed name changes nothing.</summary>
    public static bool IsTheSameNormalized(ReadOnlySpan<byte> name)
    {
        for (DerReader names = Open(name); names.TryOpen(DerTag.Set, out DerReader set);)
        {
            while (!set.IsEmpty)
            {
                Attribute attribute = Attribute.Read(ref set);
                if (!PreparedString.IsTheSameNormalized(attribute.Tag, attribute.Value))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Gets a hash that is equal for equal names: of the prepared values, whatever the order within one relative name.</summary>
    public static int PreparedHash(ReadOnlySpan<byte> name)
    {
        HashCode hash = default;
        DerReader names = Open(name);
        while (names.TryOpen(DerTag.Set, out DerReader set))
        {
            int unordered = 0;
            while (!set.IsEmpty)
            {
                Attribute attribute = Attribute.Read(ref set);
                HashCode one = default;
                one.AddBytes(attribute.Oid);
                one.Add(PreparedString.Hash(attribute.Tag, attribute.Value));
                unordered += one.ToHashCode();
            }

            hash.Add(unordered);
        }

        return hash.ToHashCode();
    }

    private static DerReader Open(ReadOnlySpan<byte> name)
    {
        new DerReader(name).TryOpen(DerTag.Sequence, out DerReader inner);
        return inner;
    }

    private static bool AreEqualRelative(ref DerReader leftNames, ref DerReader rightNames)
    {
        leftNames.TryRead(DerTag.Set, out DerRange leftSet, out DerRange leftEncoded);
        rightNames.TryRead(DerTag.Set, out DerRange rightSet, out DerRange rightEncoded);
        if (leftNames.Bytes(leftEncoded).SequenceEqual(rightNames.Bytes(rightEncoded)))
        {
            return true;
        }

        DerReader left = leftNames.At(leftSet), right = rightNames.At(rightSet);
        Attribute leftFirst = Attribute.Read(ref left), rightFirst = Attribute.Read(ref right);
        if (left.IsEmpty && right.IsEmpty)
        {
            return leftFirst.Oid.SequenceEqual(rightFirst.Oid) && PreparedString.AreEqual(leftFirst.Tag, leftFirst.Value, rightFirst.Tag, rightFirst.Value);
        }

        // Several together are rare. They match if they are the same attributes, in any order (RFC 5280 section 7.1): each is prepared once, not once for every other.
        return Prepared(leftNames.At(leftSet)).SequenceEqual(Prepared(rightNames.At(rightSet)));
    }

    private static List<string> Prepared(DerReader set)
    {
        List<string> attributes = [];
        while (!set.IsEmpty)
        {
            Attribute attribute = Attribute.Read(ref set);
            attributes.Add($"{Convert.ToHexString(attribute.Oid)}={PreparedString.Key(attribute.Tag, attribute.Value)}");
        }

        attributes.Sort(StringComparer.Ordinal);
        return attributes;
    }

    private readonly ref struct Attribute
    {
        public ReadOnlySpan<byte> Oid { get; private init; }

        public byte Tag { get; private init; }

        public ReadOnlySpan<byte> Value { get; private init; }

        /// <summary>Reads the next attribute of a well-formed set.</summary>
        public static Attribute Read(ref DerReader set)
        {
            set.TryOpen(DerTag.Sequence, out DerReader fields);
            fields.TryRead(DerTag.ObjectIdentifier, out DerRange oid);
            fields.TryReadAny(out byte tag, out DerRange value, out _);
            return new Attribute { Oid = fields.Bytes(oid), Tag = tag, Value = fields.Bytes(value) };
        }
    }
}
