using MutualTls.Certificates;

namespace MutualTls.Identities;

/// <summary>Holds patterns of DNS names: a name, <c>*.domain</c> for exactly one more label, <c>**.domain</c> for one or more.</summary>
/// <remarks>One look-up for each label of the presented name, however many patterns there are. RFC 9525 section 6.3 for wildcards that are presented.</remarks>
/// <threadsafety>Safe from any thread once filled.</threadsafety>
internal sealed class DnsTable(NameMatching matching)
{
    private readonly HashSet<byte[]> _names = new(OctetComparer.IgnoreCase), _parents = new(OctetComparer.IgnoreCase);
    private readonly HashSet<byte[]> _oneBelow = new(OctetComparer.IgnoreCase), _anyBelow = new(OctetComparer.IgnoreCase);

    /// <summary>Adds a pattern. Not null: what is wrong with it.</summary>
    public string? Add(ReadOnlySpan<byte> pattern)
    {
        bool any = pattern.StartsWith("**."u8), one = pattern.StartsWith("*."u8);
        ReadOnlySpan<byte> name = pattern[(any ? 3 : one ? 2 : 0)..];
        if (!HostName.IsHost(name))
        {
            return name.Contains((byte)'*')
                ? "a wildcard is the whole first label: '*.domain' for one label, '**.domain' for one or more"
                : "it is not a DNS name: labels of letters, digits and hyphens, no dot at the end, A-labels for other scripts";
        }

        (any ? _anyBelow : one ? _oneBelow : _names).Add(name.ToArray());
        if (!any && !one && name.IndexOf((byte)'.') is > 0 and var dot)
        {
            _parents.Add(name[(dot + 1)..].ToArray());
        }

        return null;
    }

    public bool Matches(ReadOnlySpan<byte> presented)
    {
        if (matching == NameMatching.Deny && presented is [.., (byte)'.'])
        {
            presented = presented[..^1];
        }

        // A wildcard is many names. It is granted where all of them are, and denied where one of them is.
        if (presented.StartsWith("*."u8))
        {
            ReadOnlySpan<byte> domain = presented[2..];
            return HostName.IsHost(domain) && (matching == NameMatching.Deny || domain.Contains((byte)'.'))
                && (Has(_oneBelow, domain) || Has(_anyBelow, domain) || IsBelowAny(domain) || (matching == NameMatching.Deny && Has(_parents, domain)));
        }

        return HostName.IsHost(presented)
            && (Has(_names, presented) || (presented.IndexOf((byte)'.') is > 0 and var dot && Has(_oneBelow, presented[(dot + 1)..])) || IsBelowAny(presented));
    }

    private bool IsBelowAny(ReadOnlySpan<byte> name)
    {
        if (_anyBelow.Count == 0)
        {
            return false;
        }

        for (int dot = name.IndexOf((byte)'.'); dot >= 0; dot = name.IndexOf((byte)'.'))
        {
            name = name[(dot + 1)..];
            if (Has(_anyBelow, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Has(HashSet<byte[]> table, ReadOnlySpan<byte> name) => table.Count > 0 && table.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(name);
}
