using MutualTls.Certificates;

namespace MutualTls.Paths.Constraints;

/// <summary>Matches DNS names with subtrees. RFC 5280 section 4.2.1.10: a name is inside if labels added to the left of the subtree make it.</summary>
internal static class DnsConstraint
{
    public static ConstraintMatch Match(ReadOnlySpan<byte> name, ReadOnlySpan<byte> subtree, ConstraintSide side)
    {
        bool isWildcard = name.StartsWith("*."u8);
        ReadOnlySpan<byte> host = isWildcard ? name[2..] : name;
        if (!HostName.IsHost(host))
        {
            return ConstraintMatch.Unjudgeable;
        }

        if (subtree.IsEmpty)
        {
            return ConstraintMatch.Inside;
        }

        // The RFC gives a leading dot no meaning here. CAs mean "below only" by it; where that would let a name escape an exclusion, it is not read so.
        bool belowOnly = subtree[0] == '.';
        ReadOnlySpan<byte> domain = belowOnly ? subtree[1..] : subtree;
        if (!HostName.IsHost(domain))
        {
            return ConstraintMatch.Unjudgeable;
        }

        bool inside = HostName.IsBelow(host, domain)
            || (HostName.AreEqual(host, domain) && (isWildcard || !belowOnly || side == ConstraintSide.Excluded));

        // *.a.example stands for b.a.example too, so a subtree at just that name excludes it, but does not permit all that it stands for (CVE-2025-61727).
        bool overlaps = isWildcard && side == ConstraintSide.Excluded && HostName.IsBelow(domain, host) && !domain[..^(host.Length + 1)].Contains((byte)'.');
        return inside || overlaps ? ConstraintMatch.Inside : ConstraintMatch.Outside;
    }
}
