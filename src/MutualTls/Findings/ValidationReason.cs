namespace MutualTls.Findings;

/// <summary>Names why a peer was refused.</summary>
/// <remarks>Numbers and names never change once released; <c>docs/reasons.md</c> has a row for each. The code shown to people is <c>MTLS</c> and the number.</remarks>
public enum ValidationReason
{
    /// <summary>Nothing speaks against the peer.</summary>
    None = 0,

    // 1000: what the peer presented.

    /// <summary>A certificate is required and the peer presented none.</summary>
    CertificateMissing = 1001,

    /// <summary>A certificate is not well-formed DER of RFC 5280 section 4.1.</summary>
    CertificateMalformed = 1002,

    /// <summary>An extension that validation reads is not well-formed. RFC 5280 section 4.2.</summary>
    ExtensionMalformed = 1003,

    /// <summary>A certificate carries the same extension twice. RFC 5280 section 4.2.</summary>
    ExtensionDuplicated = 1004,

    /// <summary>A certificate is larger than the limit.</summary>
    CertificateTooLarge = 1005,

    /// <summary>The peer presented more certificates than the limit.</summary>
    TooManyCertificates = 1006,

    // 1100: finding a path.

    /// <summary>No presented or known certificate links the peer to a trust anchor.</summary>
    IssuerUnknown = 1101,

    /// <summary>The search for a path, or the validation of one, took more work than the budget allows.</summary>
    WorkBudgetExhausted = 1102,

    /// <summary>The platform distrusts a certificate explicitly.</summary>
    ExplicitlyDistrusted = 1103,

    // 1200: validating a path, RFC 5280 section 6.1.

    /// <summary>A signature does not verify with the issuer's key. RFC 5280 section 6.1.3 (a)(1).</summary>
    SignatureInvalid = 1201,

    /// <summary>A signature algorithm is not one this platform can verify.</summary>
    SignatureAlgorithmUnsupported = 1202,

    /// <summary>The signed and the unsigned signature algorithm differ. RFC 5280 section 4.1.1.2.</summary>
    SignatureAlgorithmMismatch = 1203,

    /// <summary>A signature algorithm is too weak for the policy.</summary>
    SignatureAlgorithmWeak = 1204,

    /// <summary>A public key is too weak for the policy.</summary>
    KeyWeak = 1205,

    /// <summary>A public key is of a kind that this platform cannot use.</summary>
    KeyUnsupported = 1206,

    /// <summary>The time of validation is before notBefore. RFC 5280 section 6.1.3 (a)(2).</summary>
    NotBeforeAhead = 1207,

    /// <summary>The time of validation is after notAfter. RFC 5280 section 6.1.3 (a)(2).</summary>
    NotAfterPassed = 1208,

    /// <summary>A name does not chain to the subject of the issuer. RFC 5280 section 6.1.3 (a)(4).</summary>
    NameChainBroken = 1209,

    /// <summary>An issuer is not marked as a CA. RFC 5280 section 6.1.4 (k).</summary>
    IssuerNotCa = 1210,

    /// <summary>More intermediates follow an issuer than its path length allows. RFC 5280 section 6.1.4 (l) and (m).</summary>
    PathLengthExceeded = 1211,

    /// <summary>An issuer's key usage lacks keyCertSign. RFC 5280 section 6.1.4 (n).</summary>
    IssuerKeyUsage = 1212,

    /// <summary>An extended key usage on the path rules out the purpose. RFC 5280 section 4.2.1.12.</summary>
    PurposeNotAllowed = 1213,

    /// <summary>A name is outside the permitted subtrees. RFC 5280 section 6.1.3 (b).</summary>
    NameNotPermitted = 1214,

    /// <summary>A name is inside an excluded subtree. RFC 5280 section 6.1.3 (c).</summary>
    NameExcluded = 1215,

    /// <summary>A name constraint is of a form, or has a value, that cannot be judged. RFC 5280 section 4.2.1.10.</summary>
    NameConstraintUnsupported = 1216,

    /// <summary>No certificate policy is valid for the path and one is required. RFC 5280 section 6.1.5 (g).</summary>
    CertificatePolicyMissing = 1217,

    /// <summary>A policy mapping names anyPolicy. RFC 5280 section 6.1.4 (a).</summary>
    PolicyMappingInvalid = 1218,

    /// <summary>A critical extension is not understood. RFC 5280 sections 6.1.4 (o) and 6.1.5 (f).</summary>
    CriticalExtensionUnknown = 1219,

    /// <summary>The certificate breaks a rule that RFC 5280 sets for issuing CAs; only the preset Strict asks.</summary>
    ProfileViolation = 1220,

    // 1300: fitness of the end-entity for mutual TLS.

    /// <summary>The end-entity is a CA certificate.</summary>
    EndEntityIsCa = 1301,

    /// <summary>The end-entity's key usage lacks digitalSignature.</summary>
    EndEntityKeyUsage = 1302,

    /// <summary>The end-entity states no extended key usage and the policy wants one.</summary>
    PurposeMissing = 1303,

    /// <summary>A key is not of a kind that the policy allows.</summary>
    KeyNotAllowed = 1304,

    /// <summary>A certificate is not signed in a way that the policy allows.</summary>
    SignatureAlgorithmNotAllowed = 1305,

    /// <summary>The end-entity is valid for longer than the policy allows.</summary>
    LifetimeTooLong = 1306,

    /// <summary>The end-entity is not valid for as long as the policy wants.</summary>
    RemainingLifeTooShort = 1307,

    /// <summary>The end-entity lacks an extension that the policy wants.</summary>
    ExtensionMissing = 1308,

    /// <summary>An extension that the policy wants says something else.</summary>
    ExtensionValueNotAllowed = 1309,

    /// <summary>The path is not valid for a certificate policy that the peer policy wants. RFC 5280 section 6.1.6.</summary>
    RequiredPolicyMissing = 1310,

    /// <summary>The CA that issued the end-entity is none of those that the policy names.</summary>
    IssuerNotAllowed = 1311,

    /// <summary>The end-entity states no key usage and the policy wants one.</summary>
    KeyUsageMissing = 1312,

    // 1400: identity.

    /// <summary>No subject alternative name matches the expected name. RFC 9525 section 6.</summary>
    NameMismatch = 1401,

    /// <summary>The policy names identities and the peer has none of them.</summary>
    IdentityNotAllowed = 1402,

    /// <summary>The policy names an identity that the peer must not have, and it has it.</summary>
    IdentityDenied = 1403,

    /// <summary>The policy names identities of which a peer must have all, and it lacks one.</summary>
    IdentityIncomplete = 1404,

    // 1500: revocation; 1501 to 1529 CRLs and what all sources share.

    /// <summary>A certificate of the path is revoked. RFC 5280 section 6.3.</summary>
    CertificateRevoked = 1501,

    /// <summary>Whether a certificate is revoked is not known: it names no place to ask, and no configured source covers it.</summary>
    RevocationNoPointer = 1502,

    /// <summary>Whether a certificate is revoked is not known: no answer is in memory.</summary>
    RevocationMissing = 1503,

    /// <summary>Whether a certificate is revoked is not known: no answer could be got.</summary>
    RevocationUnreachable = 1504,

    /// <summary>Whether a certificate is revoked is not known: its CRL is past its time, or not valid yet. RFC 5280 section 5.1.2.5.</summary>
    CrlStale = 1505,

    /// <summary>Whether a certificate is revoked is not known: its CRL is not well-formed. RFC 5280 section 5.1.</summary>
    CrlMalformed = 1506,

    /// <summary>Whether a certificate is revoked is not known: its CRL is not signed by one who may sign it. RFC 5280 section 6.3.3 (f) and (g).</summary>
    CrlSignerInvalid = 1507,

    /// <summary>Whether a certificate is revoked is not known: its CRL holds a critical extension that is not understood. RFC 5280 sections 5.2 and 5.3.</summary>
    CrlExtensionUnknown = 1508,

    /// <summary>Whether a certificate is revoked is not known: its CRLs cover some reasons of revocation and not all. RFC 5280 section 6.3.3.</summary>
    CrlReasonsIncomplete = 1509,

    /// <summary>Whether a certificate is revoked is not known: the CRL that could be got is about other certificates. RFC 5280 section 6.3.3 (b).</summary>
    CrlOtherCertificate = 1510,

    // 1530: what an OCSP responder answered, RFC 6960.

    /// <summary>An OCSP answer is not well-formed. RFC 6960 section 4.2.1.</summary>
    OcspMalformed = 1530,

    /// <summary>An OCSP answer is larger than the limit.</summary>
    OcspTooLarge = 1531,

    /// <summary>The OCSP responder calls our question malformed. RFC 6960 section 2.3.</summary>
    OcspQuestionRefused = 1532,

    /// <summary>The OCSP responder has an internal error. RFC 6960 section 2.3.</summary>
    OcspResponderFailed = 1533,

    /// <summary>The OCSP responder asks to be asked later. RFC 6960 section 2.3.</summary>
    OcspTryLater = 1534,

    /// <summary>The OCSP responder wants signed questions. RFC 6960 section 2.3.</summary>
    OcspSignedQuestionWanted = 1535,

    /// <summary>The OCSP responder does not answer for this issuer, or not for us. RFC 6960 section 2.3.</summary>
    OcspUnauthorized = 1536,

    /// <summary>An OCSP answer is signed neither by the issuer nor by anyone it named. RFC 6960 section 4.2.2.2.</summary>
    OcspSignerUnknown = 1537,

    /// <summary>The signer of an OCSP answer has a certificate that does not allow it to answer. RFC 6960 section 4.2.2.2.</summary>
    OcspSignerNotAllowed = 1538,

    /// <summary>It is not known whether the signer of an OCSP answer is revoked itself. RFC 6960 section 4.2.2.2.1.</summary>
    OcspSignerStatusUnknown = 1539,

    /// <summary>The signature on an OCSP answer does not verify. RFC 6960 section 3.2 (2).</summary>
    OcspSignatureInvalid = 1540,

    /// <summary>The signature algorithm of an OCSP answer is too weak or not known.</summary>
    OcspSignatureAlgorithmRefused = 1541,

    /// <summary>An OCSP answer is about other certificates. RFC 6960 section 3.2 (1).</summary>
    OcspOtherCertificate = 1542,

    /// <summary>An OCSP answer is from the future. RFC 6960 section 3.2 (5).</summary>
    OcspNotYetValid = 1543,

    /// <summary>An OCSP answer is too old. RFC 6960 section 3.2 (6).</summary>
    OcspExpired = 1544,

    /// <summary>An OCSP answer does not repeat the nonce of the question. RFC 9654 section 2.1.</summary>
    OcspNonceMismatch = 1545,

    /// <summary>An OCSP answer holds a critical extension that is not understood. RFC 6960 section 4.4.</summary>
    OcspCriticalExtensionUnknown = 1546,

    /// <summary>The OCSP responder does not know the certificate. RFC 6960 section 2.2.</summary>
    OcspStatusUnknown = 1547,

    // 1600: pins and lists.

    /// <summary>No key of the verified path is pinned. RFC 7469 section 2.6.</summary>
    PinMismatch = 1601,

    /// <summary>The pins have expired, so they accept nobody.</summary>
    PinsExpired = 1602,

    /// <summary>A certificate of the path, or its key, is on the deny-list.</summary>
    CertificateDenied = 1621,

    // 1800: plug-ins.

    /// <summary>A custom validator refused the peer.</summary>
    ValidatorRefused = 1801,

    /// <summary>A custom validator threw an exception.</summary>
    ValidatorFailed = 1802,

    /// <summary>A custom validator did not answer before its deadline.</summary>
    ValidatorTimedOut = 1803,

    // 1900: the connection.

    /// <summary>The verdict waits for an answer and no gate is there to wait.</summary>
    PendingWithoutGate = 1901,

    /// <summary>A later certificate of the same connection is not the one that was judged.</summary>
    CertificateChanged = 1902,

    /// <summary>The engine failed on its own; the peer is refused because nothing is known about it.</summary>
    InternalFault = 1999,
}
