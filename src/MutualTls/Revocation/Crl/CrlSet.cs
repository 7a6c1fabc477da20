namespace MutualTls.Revocation.Crl;

/// <summary>Holds the CRLs of one moment, found by issuer, the newest first.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class CrlSet
{
    public static readonly CrlSet Empty = new([]);

    private readonly Dictionary<int, ParsedCrl[]> _byIssuer;

    /// <summary>Makes a set of all CRLs given. Whether one is of use is found when it is used, so none is left out.</summary>
    public CrlSet(IEnumerable<ParsedCrl> crls)
    {
        All = [.. crls.OrderByDescending(crl => crl.ThisUpdate)];
        _byIssuer = All.GroupBy(crl => crl.IssuerNameHash).ToDictionary(group => group.Key, group => group.ToArray());
    }

    public IReadOnlyList<ParsedCrl> All { get; }

    /// <summary>Gets the CRLs that may have this issuer: all that do, and seldom others.</summary>
    public ReadOnlySpan<ParsedCrl> Named(int preparedNameHash) => _byIssuer.TryGetValue(preparedNameHash, out ParsedCrl[]? found) ? found : default;

    /// <summary>Makes a set in which a verified CRL takes the place of the older one of its series. The same set: the one held is as new or newer.</summary>
    /// <remarks>An older answer never replaces a newer one, whoever brings it.</remarks>
    public CrlSet With(ParsedCrl verified)
    {
        foreach (ParsedCrl held in Named(verified.IssuerNameHash))
        {
            if (held.IsSameSeries(verified) && !verified.IsNewerThan(held))
            {
                return this;
            }
        }

        return new CrlSet(All.Where(held => !held.IsSameSeries(verified)).Append(verified));
    }

    /// <summary>Tells whether a newer CRL of the same series is held.</summary>
    public bool HasNewer(ParsedCrl crl)
    {
        foreach (ParsedCrl held in Named(crl.IssuerNameHash))
        {
            if (held.IsSameSeries(crl) && held.IsNewerThan(crl))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Finds the newest usable delta CRL for a complete one: valid now, nothing critical in it unknown, signed by the same key. RFC 5280 section 6.3.3 (c) and (h).</summary>
    public ParsedCrl? FindDelta(ParsedCrl complete, CrlSigner signer, DateTimeOffset now)
    {
        ParsedCrl? newest = null;
        foreach (ParsedCrl delta in Named(complete.IssuerNameHash))
        {
            if (delta.IsDeltaFor(complete) && (newest is null || delta.IsNewerThan(newest))
                && delta.UnknownCritical is null && delta.ThisUpdate <= now && now < delta.NextUpdate && delta.Signature.IsBy(signer))
            {
                newest = delta;
            }
        }

        return newest;
    }
}
