using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Compares distinguished names in their DER form. RFC 5280 section 7.1.</summary>
internal static class DistinguishedName
{
    /// <summary>More attributes than any name in use has; a longer name is malformed. Those of one relative name are compared pair by pair.</summary>
    public const int MaxAttributes = 64;

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
                    || !attribute.TryReadAny(out _, out _, out _) || !attribute.IsEmpty)
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

    /// <summary>Gets a hash that is equal for equal names: of the prepared values, whatever the order within one relative name.</summary>
    public static int PreparedHash(ReadOnlySpan<byte> name)
    {
        HashCode hash = default;
        DerReader names = Open(name);
        while (names.TryOpen(DerTag.Set, out DerReader set))
        {
            int unordered = 0;
            while (set.TryOpen(DerTag.Sequence, out DerReader attribute) && attribute.TryRead(DerTag.ObjectIdentifier, out DerRange oid)
                && attribute.TryReadAny(out byte tag, out DerRange value, out _))
            {
                HashCode one = default;
                one.AddBytes(attribute.Bytes(oid));
                one.Add(PreparedString.Hash(tag, attribute.Bytes(value)));
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

    // Relative names match if they hold the same attributes, in any order. RFC 5280 section 7.1.
    private static bool AreEqualRelative(ref DerReader leftNames, ref DerReader rightNames)
    {
        leftNames.TryRead(DerTag.Set, out DerRange leftSet, out DerRange leftEncoded);
        rightNames.TryRead(DerTag.Set, out DerRange rightSet, out DerRange rightEncoded);
        if (leftNames.Bytes(leftEncoded).SequenceEqual(rightNames.Bytes(rightEncoded)))
        {
            return true;
        }

        ReadOnlySpan<byte> left = leftNames.Bytes(leftSet), right = rightNames.Bytes(rightSet);
        return Count(left) == Count(right) && IsSubset(left, right) && IsSubset(right, left);
    }

    private static int Count(ReadOnlySpan<byte> set)
    {
        int count = 0;
        for (DerReader reader = new(set); reader.TryReadAny(out _, out _, out _); count++)
        {
        }

        return count;
    }

    private static bool IsSubset(ReadOnlySpan<byte> set, ReadOnlySpan<byte> of)
    {
        DerReader reader = new(set);
        while (reader.TryOpen(DerTag.Sequence, out DerReader attribute))
        {
            if (!Contains(of, attribute))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Contains(ReadOnlySpan<byte> set, DerReader wanted)
    {
        wanted.TryRead(DerTag.ObjectIdentifier, out DerRange wantedOid);
        wanted.TryReadAny(out byte wantedTag, out DerRange wantedValue, out _);
        DerReader reader = new(set);
        while (reader.TryOpen(DerTag.Sequence, out DerReader attribute))
        {
            attribute.TryRead(DerTag.ObjectIdentifier, out DerRange oid);
            attribute.TryReadAny(out byte tag, out DerRange value, out _);
            if (attribute.Bytes(oid).SequenceEqual(wanted.Bytes(wantedOid))
                && PreparedString.AreEqual(tag, attribute.Bytes(value), wantedTag, wanted.Bytes(wantedValue)))
            {
                return true;
            }
        }

        return false;
    }
}
