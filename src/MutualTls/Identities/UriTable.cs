namespace MutualTls.Identities;

/// <summary>Holds patterns of URIs: one as it is, or <c>scheme://authority/</c> and path segments in which a star stands for what is no slash.</summary>
/// <remarks>
/// A segment is a literal, <c>prefix*</c>, <c>*suffix</c> or <c>*</c>; the last may be <c>**</c>, for one or more segments. A tree of segments, so the
/// number of patterns does not count. A URI with an empty or a dot segment, a query, or an escape (%) matches only where it is spelled out.
/// </remarks>
/// <threadsafety>Safe from any thread once filled.</threadsafety>
internal sealed class UriTable(NameMatching matching)
{
    private const byte Slash = (byte)'/';

    private readonly OctetComparer _comparer = matching == NameMatching.Deny ? OctetComparer.IgnoreCase : OctetComparer.Exact;
    private readonly HashSet<byte[]> _whole = new(matching == NameMatching.Deny ? OctetComparer.IgnoreCase : OctetComparer.Exact);
    private readonly Dictionary<byte[], Segment> _heads = new(matching == NameMatching.Deny ? OctetComparer.IgnoreCase : OctetComparer.Exact);

    /// <summary>Adds a pattern. Not null: what is wrong with it.</summary>
    public string? Add(ReadOnlySpan<byte> pattern)
    {
        if (pattern.IndexOf((byte)':') <= 0 || pattern.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
        {
            return "it is not a URI: a scheme, a colon, and ASCII without spaces";
        }

        // The parts, with a sample name in the place of each star, must be what SPIFFE allows.
        if (SpiffeId.HasScheme(pattern) && SpiffeId.CheckPattern(pattern) is { } wrong)
        {
            return wrong;
        }

        if (!pattern.Contains((byte)'*'))
        {
            _whole.Add(pattern.ToArray());
            return null;
        }

        if (!TrySplit(pattern, out ReadOnlySpan<byte> head, out ReadOnlySpan<byte> path) || head.Contains((byte)'*'))
        {
            return "a wildcard stands in the path, after scheme://authority/";
        }

        return AddPath(head, path);
    }

    public bool Matches(ReadOnlySpan<byte> presented) =>
        (_whole.Count > 0 && _whole.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(presented))
        || (_heads.Count > 0 && TrySplit(presented, out ReadOnlySpan<byte> head, out ReadOnlySpan<byte> path)
            && _heads.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(head, out Segment? root) && Matches(root, path));

    private string? AddPath(ReadOnlySpan<byte> head, ReadOnlySpan<byte> path)
    {
        foreach (Range range in path.Split(Slash))
        {
            ReadOnlySpan<byte> part = path[range];
            bool isLast = range.End.GetOffset(path.Length) == path.Length;
            string? wrong = part.SequenceEqual("**"u8) ? (isLast ? null : "** is the last part of a path") : GlobTable<Segment>.Check(part);
            if (wrong is not null)
            {
                return wrong;
            }
        }

        if (!_heads.TryGetValue(head.ToArray(), out Segment? at))
        {
            _heads.Add(head.ToArray(), at = NewSegment());
        }

        foreach (Range range in path.Split(Slash))
        {
            if (path[range].SequenceEqual("**"u8))
            {
                at.AllowsAnyBelow = true;
                return null;
            }

            at = at.Next.GetOrAdd(path[range], NewSegment);
        }

        at.IsEnd = true;
        return null;
    }

    // A tree: each node is reached one way only, so at worst each is visited once.
    private bool Matches(Segment node, ReadOnlySpan<byte> path)
    {
        if (node.AllowsAnyBelow && AllCovered(path))
        {
            return true;
        }

        int slash = path.IndexOf(Slash);
        ReadOnlySpan<byte> part = slash < 0 ? path : path[..slash];
        for (int at = 0; node.Next.MoveNext(part, ref at, out Segment next);)
        {
            if (slash < 0 ? next.IsEnd : Matches(next, path[(slash + 1)..]))
            {
                return true;
            }
        }

        return false;
    }

    private bool AllCovered(ReadOnlySpan<byte> path)
    {
        foreach (Range range in path.Split(Slash))
        {
            if (!GlobText.StarCovers(path[range], matching))
            {
                return false;
            }
        }

        return true;
    }

    // scheme://authority and the path without its first slash.
    private static bool TrySplit(ReadOnlySpan<byte> uri, out ReadOnlySpan<byte> head, out ReadOnlySpan<byte> path)
    {
        int authority = uri.IndexOf("://"u8) + 3;
        int slash = authority < 3 ? -1 : uri[authority..].IndexOf(Slash);
        head = slash <= 0 ? default : uri[..(authority + slash)];
        path = slash <= 0 ? default : uri[(authority + slash + 1)..];
        return slash > 0;
    }

    private Segment NewSegment() => new(matching, _comparer);

    private sealed class Segment(NameMatching matching, OctetComparer comparer)
    {
        public GlobTable<Segment> Next { get; } = new(matching, comparer);

        /// <summary>Gets or sets whether a path may end here.</summary>
        public bool IsEnd { get; set; }

        /// <summary>Gets or sets whether <c>**</c> follows.</summary>
        public bool AllowsAnyBelow { get; set; }
    }
}
