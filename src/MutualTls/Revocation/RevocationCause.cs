namespace MutualTls.Revocation;

/// <summary>Names why the status of a certificate is not known.</summary>
/// <remarks>Of several causes the one nearest to an answer is told: a stale CRL says more than a missing one.</remarks>
public enum RevocationCause
{
    /// <summary>It is known, or was not asked for.</summary>
    None,

    /// <summary>The certificate names no place to ask, and no configured source covers it.</summary>
    NoPointer,

    /// <summary>There is a place to ask, and no answer is in memory.</summary>
    Missing,

    /// <summary>The place could not be reached, or gave no answer in time.</summary>
    Unreachable,

    /// <summary>The answer is not well-formed.</summary>
    Malformed,

    /// <summary>The answer demands something critical that this library does not know. RFC 5280 sections 5.2 and 5.3.</summary>
    Unsupported,

    /// <summary>The answer is not signed by a key that may sign it. RFC 5280 section 6.3.3 (f) and (g).</summary>
    SignerInvalid,

    /// <summary>The answers cover some reasons of revocation and not all. RFC 5280 section 6.3.3 (l).</summary>
    ReasonsIncomplete,

    /// <summary>The answer is past its time or not valid yet.</summary>
    Stale,

    /// <summary>The OCSP responder answered that it does not know the certificate.</summary>
    ResponderUnknown,
}
