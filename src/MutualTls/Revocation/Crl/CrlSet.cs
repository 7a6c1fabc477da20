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

    /// <summary>Tells whether a delta CRL of the same series is held that a complete one has overtaken.</summary>
    public bool HasOvertakenDelta(ParsedCrl complete)
    {
        foreach (ParsedCrl delta in Named(complete.IssuerNameHash))
        {
            if (delta.IsDeltaOfSeries(complete) && CrlNumber.Compare(delta.Number, complete.Number) <= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Finds the complete CRL whose series a delta CRL is of, and that the same key is known to have signed.</summary>
    public ParsedCrl? FindComplete(ParsedCrl delta)
    {
        foreach (ParsedCrl complete in Named(delta.IssuerNameHash))
        {
            if (delta.IsDeltaOfSeries(complete) && delta.Signature.IsBySignerOf(complete.Signature))
            {
                return complete;
            }
        }

        return null;
    }

    /// <summary>Finds the newest usable delta CRL for a complete one: nothing critical in it unknown, signed by the same key. RFC 5280 section 6.3.3 (c) and (h).</summary>
    /// <param name="complete">The complete CRL.</param>
    /// <param name="signer">Whose key signed it.</param>
    /// <param name="now">The time.</param>
    /// <param name="past">The newest whose time is over, unless a newer one is valid: what it says was revoked stays so.</param>
    /// <returns>The newest that is valid now.</returns>
    public ParsedCrl? FindDelta(ParsedCrl complete, CrlSigner signer, DateTimeOffset now, out ParsedCrl? past)
    {
        ParsedCrl? newest = null;
        past = null;
        foreach (ParsedCrl delta in Named(complete.IssuerNameHash))
        {
            bool isPast = !(now < delta.NextUpdate);
            ParsedCrl? before = isPast ? past : newest;
            if (delta.IsDeltaFor(complete) && (before is null || delta.IsNewerThan(before)) && delta.UnknownCritical is null && delta.ThisUpdate <= now && delta.Signature.IsBy(signer))
            {
                (newest, past) = isPast ? (newest, delta) : (delta, past);
            }
        }

        past = past is not null && newest is not null && newest.IsNewerThan(past) ? null : past;
        return newest;
    }
}
