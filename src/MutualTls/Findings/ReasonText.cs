using System.Globalization;

namespace MutualTls.Findings;

/// <summary>Gives each reason its code and its one-line hint.</summary>
internal static class ReasonText
{
    public static string Code(ValidationReason reason) => string.Create(CultureInfo.InvariantCulture, $"MTLS{(int)reason:D4}");

    public static string Hint(ValidationReason reason) => reason switch
    {
        ValidationReason.None => "Nothing speaks against the peer.",
        ValidationReason.CertificateMissing => "Configure a certificate at the other end; this endpoint requires one.",
        ValidationReason.CertificateMalformed => "Issue the certificate again; it is not a well-formed X.509 certificate.",
        ValidationReason.ExtensionMalformed => "Issue the certificate again; the named extension cannot be read.",
        ValidationReason.ExtensionDuplicated => "Issue the certificate again; each extension may appear once.",
        ValidationReason.CertificateTooLarge => "Use a smaller certificate, or split its names over several.",
        ValidationReason.TooManyCertificates => "Send only the end-entity and its intermediates.",
        ValidationReason.IssuerUnknown => "Add the issuing root to the policy's trust anchors, or have the peer send its intermediates.",
        ValidationReason.WorkBudgetExhausted => "Send only the certificates of one path; the search was stopped to protect this process.",
        ValidationReason.ExplicitlyDistrusted => "The operating system lists this certificate as distrusted; replace it.",
        ValidationReason.SignatureInvalid => "The certificate was changed after signing, or another CA of the same name signed it.",
        ValidationReason.SignatureAlgorithmUnsupported => "Issue the certificate with RSA or ECDSA (P-256, P-384, P-521).",
        ValidationReason.SignatureAlgorithmMismatch => "Issue the certificate again; its two signature algorithm fields differ.",
        ValidationReason.SignatureAlgorithmWeak => "Issue the certificate again with SHA-256 or better.",
        ValidationReason.KeyWeak => "Issue the certificate for a stronger key: RSA of 2048 bits or more, or P-256 and up.",
        ValidationReason.KeyUnsupported => "Use an RSA or ECDSA key (P-256, P-384, P-521).",
        ValidationReason.NotBeforeAhead => "Check both clocks; the certificate is not valid yet.",
        ValidationReason.NotAfterPassed => "Renew the certificate; it has expired.",
        ValidationReason.NameChainBroken => "The issuer named in the certificate is not the subject of the next one.",
        ValidationReason.IssuerNotCa => "Only a certificate with basicConstraints CA:TRUE may sign others.",
        ValidationReason.PathLengthExceeded => "A CA above forbids this many intermediates below it.",
        ValidationReason.IssuerKeyUsage => "Issue the CA certificate again with keyCertSign in its key usage.",
        ValidationReason.PurposeNotAllowed => "Issue the certificate with the extended key usage for this role: serverAuth or clientAuth.",
        ValidationReason.NameNotPermitted => "A CA above limits the names below it; this name is outside of them.",
        ValidationReason.NameExcluded => "A CA above excludes this name.",
        ValidationReason.NameConstraintUnsupported => "A CA above sets a name constraint that cannot be judged, so it is refused.",
        ValidationReason.CertificatePolicyMissing => "Issue the certificates of this path with a certificate policy that is accepted here.",
        ValidationReason.PolicyMappingInvalid => "Issue the CA certificate again; anyPolicy cannot be mapped.",
        ValidationReason.CriticalExtensionUnknown => "The certificate demands a critical extension that this library does not know.",
        ValidationReason.ProfileViolation => "The certificate breaks an issuing rule of RFC 5280; use another preset or issue it again.",
        ValidationReason.EndEntityIsCa => "Use an end-entity certificate; a CA certificate must not identify a peer.",
        ValidationReason.EndEntityKeyUsage => "Issue the certificate with digitalSignature in its key usage.",
        ValidationReason.PurposeMissing => "Issue the certificate with an extended key usage: serverAuth or clientAuth.",
        ValidationReason.NameMismatch => "Issue the certificate with a subject alternative name for the name that was dialled.",
        ValidationReason.IdentityNotAllowed => "Add the peer's name to the policy, or use another certificate.",
        ValidationReason.ValidatorRefused => "Ask the owner of the named validator.",
        ValidationReason.ValidatorFailed => "The named validator threw; its log entry has the exception.",
        ValidationReason.ValidatorTimedOut => "The named validator took too long; the peer is refused to be safe.",
        ValidationReason.PendingWithoutGate => "Use MutualTlsStream or an integration; a bare callback cannot wait for an answer.",
        ValidationReason.CertificateChanged => "The peer changed its certificate within one connection; connect again.",
        ValidationReason.InternalFault => "Report this with the log entry; the peer was refused to be safe.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };
}
