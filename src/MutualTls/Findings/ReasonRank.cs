namespace MutualTls.Findings;

/// <summary>Orders findings by how much each tells the reader.</summary>
internal static class ReasonRank
{
    /// <summary>Gets the rank of one finding: lower is shown first, and the end-entity before its issuers.</summary>
    public static int Of(Finding finding) => (RankOf(finding.Reason) * 256) + Math.Clamp(finding.Depth + 1, 0, 255);

    // A broken signature makes every other field worthless, so it comes before what those fields say.
    // "Issuer unknown" comes late: it is what is left when nothing better is known about a candidate path.
    private static int RankOf(ValidationReason reason) => reason switch
    {
        ValidationReason.CertificateMissing or ValidationReason.TooManyCertificates or ValidationReason.CertificateTooLarge => 0,
        ValidationReason.CertificateMalformed or ValidationReason.ExtensionMalformed or ValidationReason.ExtensionDuplicated => 1,
        ValidationReason.ExplicitlyDistrusted or ValidationReason.CertificateDenied => 2,
        ValidationReason.SignatureInvalid or ValidationReason.SignatureAlgorithmMismatch => 3,
        ValidationReason.NotAfterPassed or ValidationReason.NotBeforeAhead => 4,
        ValidationReason.SignatureAlgorithmUnsupported or ValidationReason.KeyUnsupported => 5,
        ValidationReason.PurposeNotAllowed or ValidationReason.EndEntityIsCa => 6,
        ValidationReason.CertificateRevoked => 7,
        ValidationReason.WorkBudgetExhausted => 20,
        ValidationReason.IssuerUnknown => 21,
        ValidationReason.ProfileViolation => 22,
        _ => 10,
    };
}
