using MutualTls.Certificates;
using MutualTls.Encoding;

namespace MutualTls.Identities;

/// <summary>Holds demands on the subject: attributes that it must have all of, for PKIs that know no subject alternative names.</summary>
/// <remarks>
/// Values are compared as RFC 5280 section 7.1 has it, without case and with spaces folded, and whole: a star is a star. To grant, an attribute that the
/// subject has twice does not count, since two readers may take different ones; organizational units and domain components form a line, so each of them counts.
/// </remarks>
/// <threadsafety>Safe from any thread once filled.</threadsafety>
internal sealed class SubjectTable(NameMatching matching)
{
    private readonly List<Attribute[]> _patterns = [];

    // By the attribute that the fewest patterns share, so that an organization common to all of them does not lead to all of them.
    private Dictionary<int, Attribute[][]>? _byAttribute;

    /// <summary>Adds a pattern. Not null: what is wrong with it.</summary>
    public string? Add(string pattern)
    {
        if (!DistinguishedNameReader.TryRead(pattern, out List<List<NameAttribute>>? names, out string? wrong))
        {
            return wrong;
        }

        _patterns.Add([.. names.SelectMany(relative => relative).Select(attribute => new Attribute(attribute.Oid, System.Text.Encoding.UTF8.GetBytes(attribute.Text)))]);
        return null;
    }

    /// <summary>Ends the filling.</summary>
    public void Seal()
    {
        Dictionary<int, int> uses = [];
        foreach (Attribute attribute in _patterns.SelectMany(pattern => pattern))
        {
            uses[attribute.Hash] = uses.GetValueOrDefault(attribute.Hash) + 1;
        }

        _byAttribute = _patterns.GroupBy(pattern => pattern.MinBy(attribute => uses[attribute.Hash]).Hash).ToDictionary(group => group.Key, group => group.ToArray());
    }

    public bool Matches(ReadOnlySpan<byte> subject) => Matches(subject, PreparedString.CanNormalize);

    /// <summary>The same, told whether strings can be normalized here: where they cannot, a subject that may be one that is denied counts as it.</summary>
    public bool Matches(ReadOnlySpan<byte> subject, bool canNormalize)
    {
        if (_byAttribute is not { Count: > 0 } table)
        {
            return false;
        }

        for (NameAttributes walk = new(subject); walk.MoveNext();)
        {
            if (table.TryGetValue(Attribute.HashOf(walk.Oid, walk.Tag, walk.Value), out Attribute[][]? candidates))
            {
                foreach (Attribute[] candidate in candidates)
                {
                    if (HasAll(subject, candidate))
                    {
                        return true;
                    }
                }
            }
        }

        return !canNormalize && matching == NameMatching.Deny && MayMatch(subject);
    }

    private bool MayMatch(ReadOnlySpan<byte> subject)
    {
        foreach (Attribute[] pattern in _patterns)
        {
            if (MayHaveAll(subject, pattern))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MayHaveAll(ReadOnlySpan<byte> subject, Attribute[] pattern)
    {
        foreach (Attribute wanted in pattern)
        {
            bool mayHave = false;
            for (NameAttributes walk = new(subject); !mayHave && walk.MoveNext();)
            {
                mayHave = walk.Oid.SequenceEqual(wanted.Oid) && PreparedString.MayBeEqual(walk.Tag, walk.Value, DerTag.Utf8String, wanted.Value);
            }

            if (!mayHave)
            {
                return false;
            }
        }

        return true;
    }

    private bool HasAll(ReadOnlySpan<byte> subject, Attribute[] pattern)
    {
        foreach (Attribute wanted in pattern)
        {
            if (!Has(subject, wanted))
            {
                return false;
            }
        }

        return true;
    }

    private bool Has(ReadOnlySpan<byte> subject, Attribute wanted)
    {
        int equal = 0, other = 0;
        for (NameAttributes walk = new(subject); walk.MoveNext();)
        {
            if (walk.Oid.SequenceEqual(wanted.Oid))
            {
                bool same = PreparedString.AreEqual(walk.Tag, walk.Value, DerTag.Utf8String, wanted.Value);
                equal += same ? 1 : 0;
                other += same ? 0 : 1;
            }
        }

        return equal > 0 && (matching == NameMatching.Deny || equal + other == 1 || IsLine(wanted.Oid));
    }

    // organizationalUnitName and domainComponent.
    private static bool IsLine(ReadOnlySpan<byte> oid) => oid is [0x55, 4, 11] or [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 0x19];

    private readonly record struct Attribute(byte[] Oid, byte[] Value)
    {
        public int Hash { get; } = HashOf(Oid, DerTag.Utf8String, Value);

        public static int HashOf(ReadOnlySpan<byte> oid, byte tag, ReadOnlySpan<byte> value)
        {
            HashCode hash = default;
            hash.AddBytes(oid);
            hash.Add(PreparedString.Hash(tag, value));
            return hash.ToHashCode();
        }
    }
}
