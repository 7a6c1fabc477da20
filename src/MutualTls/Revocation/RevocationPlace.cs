namespace MutualTls.Revocation;

/// <summary>Names a place to ask that certificates do not name themselves.</summary>
/// <param name="Source">What is there: an OCSP responder or a CRL.</param>
/// <param name="Url">An http or https URL.</param>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed record RevocationPlace(RevocationSource Source, Uri Url)
{
    /// <summary>Gets the issuer whose certificates are asked about there: the SHA-256 of its SubjectPublicKeyInfo.</summary>
    /// <value>64 hexadecimal digits. The default is null: every issuer.</value>
    public string? IssuerKeySha256 { get; init; }

    /// <summary>Gets whether the places that the certificate names are asked too, after this one.</summary>
    /// <value>The default is <see cref="RevocationPlaceUse.BeforePointers"/>.</value>
    public RevocationPlaceUse Use { get; init; }
}

/// <summary>Says what becomes of the places that a certificate names itself.</summary>
public enum RevocationPlaceUse
{
    /// <summary>They are asked too, afterwards.</summary>
    BeforePointers,

    /// <summary>They are not asked.</summary>
    InsteadOfPointers,
}
