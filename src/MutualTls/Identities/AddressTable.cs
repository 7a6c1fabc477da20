using MutualTls.Certificates;

namespace MutualTls.Identities;

/// <summary>Holds patterns of names with an @: email addresses, and user principal names of Windows.</summary>
/// <remarks>The part after the last @ is compared whole and without case; the part before it may be a literal, <c>prefix*</c>, <c>*suffix</c> or <c>*</c>.</remarks>
/// <threadsafety>Safe from any thread once filled.</threadsafety>
internal sealed class AddressTable(NameMatching matching, OctetComparer localPart)
{
    private static readonly object Present = new();

    private readonly Dictionary<byte[], GlobTable<object>> _byDomain = new(OctetComparer.IgnoreCase);

    /// <summary>Adds a pattern. Not null: what is wrong with it.</summary>
    public string? Add(ReadOnlySpan<byte> pattern)
    {
        int at = pattern.LastIndexOf((byte)'@');
        if (at <= 0 || !HostName.IsHost(pattern[(at + 1)..]))
        {
            return "it is not of the form name@domain, the domain without a wildcard";
        }

        if (GlobTable<object>.Check(pattern[..at]) is { } wrong)
        {
            return wrong;
        }

        byte[] domain = pattern[(at + 1)..].ToArray();
        if (!_byDomain.TryGetValue(domain, out GlobTable<object>? locals))
        {
            _byDomain.Add(domain, locals = new GlobTable<object>(matching, localPart));
        }

        locals.GetOrAdd(pattern[..at], () => Present);
        return null;
    }

    public bool Matches(ReadOnlySpan<byte> presented)
    {
        int at = presented.LastIndexOf((byte)'@');
        return at > 0 && _byDomain.Count > 0
            && _byDomain.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(presented[(at + 1)..], out GlobTable<object>? locals) && locals.Matches(presented[..at]);
    }
}
