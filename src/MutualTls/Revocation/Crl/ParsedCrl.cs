using System.Diagnostics.CodeAnalysis;
using MutualTls.Certificates;

namespace MutualTls.Revocation.Crl;

/// <summary>Holds what one CRL says: its header, and its entries as an index. Its octets are not kept. RFC 5280 section 5.</summary>
/// <remarks>Reading checks form only: whether its signature is good is <see cref="Signature"/>'s to say.</remarks>
/// <threadsafety>Immutable but for what is told of its deltas; safe from any thread.</threadsafety>
internal sealed class ParsedCrl
{
    public required byte[] IssuerName { get; init; }

    /// <summary>Gets <see cref="DistinguishedName.PreparedHash"/> of the issuer.</summary>
    public required int IssuerNameHash { get; init; }

    public required DateTimeOffset ThisUpdate { get; init; }

    /// <summary>Gets when the next one is due, or null where the CRL does not say, against RFC 5280 section 5.1.2.5.</summary>
    public required DateTimeOffset? NextUpdate { get; init; }

    /// <summary>Gets the CRL number, its leading zeros gone; null if it has none. RFC 5280 section 5.2.3.</summary>
    public byte[]? Number { get; init; }

    /// <summary>Gets the number of the base that a delta CRL starts from; null for a complete CRL. RFC 5280 section 5.2.4.</summary>
    public byte[]? BaseNumber { get; init; }

    /// <summary>Gets the value of the authority key identifier extension; empty if absent.</summary>
    public byte[] AuthorityKeyIdentifier { get; init; } = [];

    /// <summary>Gets the content of freshestCRL, as distribution points; empty if absent. RFC 5280 section 5.2.6.</summary>
    public byte[] FreshestCrl { get; init; } = [];

    public CrlScope Scope { get; init; } = CrlScope.Everything;

    /// <summary>Gets the OID of a critical extension, of the CRL or of an entry, that forbids its use; null if there is none. RFC 5280 sections 5.2 and 5.3.</summary>
    public string? UnknownCritical { get; init; }

    /// <summary>Gets the rule for issuers of CRLs that this one breaks, or null; only the preset Strict asks. RFC 5280 section 5.2.</summary>
    public string? ProfileFault { get; init; }

    public required CrlSignature Signature { get; init; }

    public required CrlIndex Entries { get; init; }

    /// <summary>Gets the issuers that entries are about; null unless the CRL is indirect.</summary>
    public CrlIssuerTable? Issuers { get; init; }

    /// <summary>Gets or sets why the newest delta to this CRL could not be had; null if it could, or was not asked for.</summary>
    public string? DeltaProblem { get; set; }

    [MemberNotNullWhen(true, nameof(BaseNumber))]
    public bool IsDelta => BaseNumber is not null;

    /// <summary>Looks for a certificate. RFC 5280 section 6.3.3 (i) and (j).</summary>
    public bool TryFind(ParsedCertificate certificate, out CrlEntry entry)
    {
        int issuer = 0;
        if (Issuers is null ? !DistinguishedName.AreEqual(IssuerName, certificate.IssuerName) : !Issuers.TryFind(certificate.IssuerName, certificate.IssuerNameHash, out issuer))
        {
            entry = default;
            return false;
        }

        return Entries.TryFind(certificate.SerialNumberBytes, issuer, out entry);
    }

    /// <summary>Tells whether this delta CRL brings a complete one up to date. RFC 5280 sections 5.2.4 and 6.3.3 (c).</summary>
    public bool IsDeltaFor(ParsedCrl complete) => IsDeltaOfSeries(complete) && CrlNumber.Compare(complete.Number, BaseNumber) >= 0 && CrlNumber.Compare(complete.Number, Number) < 0;

    /// <summary>Tells whether this is a delta CRL of a complete one's series: for that one, an earlier or a later one.</summary>
    public bool IsDeltaOfSeries(ParsedCrl complete) =>
        IsDelta && complete is { IsDelta: false, Number: not null } && Number is not null
        && Scope.Encoded.Span.SequenceEqual(complete.Scope.Encoded.Span)
        && AuthorityKeyIdentifier.AsSpan().SequenceEqual(complete.AuthorityKeyIdentifier)
        && DistinguishedName.AreEqual(IssuerName, complete.IssuerName);

    /// <summary>Tells whether the other CRL covers the same as this one: of those two only the newer is of use.</summary>
    public bool IsSameSeries(ParsedCrl other) =>
        IsDelta == other.IsDelta
        && Scope.Encoded.Span.SequenceEqual(other.Scope.Encoded.Span)
        && AuthorityKeyIdentifier.AsSpan().SequenceEqual(other.AuthorityKeyIdentifier)
        && DistinguishedName.AreEqual(IssuerName, other.IssuerName);

    /// <summary>Tells whether this is newer than another of the same series: by number where both have one, else by date.</summary>
    public bool IsNewerThan(ParsedCrl other)
    {
        int byNumber = Number is null || other.Number is null ? 0 : CrlNumber.Compare(Number, other.Number);
        return byNumber != 0 ? byNumber > 0 : ThisUpdate > other.ThisUpdate;
    }

    /// <summary>Writes issuer, date and size, for logs.</summary>
    public override string ToString() => $"{(IsDelta ? "delta " : "")}CRL of '{DistinguishedNameText.Of(IssuerName)}' of {ThisUpdate.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, {Entries.Count} entries";
}
