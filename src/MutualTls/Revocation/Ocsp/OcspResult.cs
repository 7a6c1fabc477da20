using System.Security.Cryptography.X509Certificates;
using MutualTls.Findings;

namespace MutualTls.Revocation.Ocsp;

/// <summary>Says what a verified answer means for one certificate, or why an answer means nothing.</summary>
/// <param name="Status">The status. Only a verified answer is anything but <see cref="RevocationStatus.Unknown"/>.</param>
/// <param name="Cause">Why the status is unknown; <see cref="ValidationReason.None"/> otherwise.</param>
/// <param name="Detail">What was compared with what, for people.</param>
internal sealed record OcspResult(RevocationStatus Status, ValidationReason Cause = ValidationReason.None, string? Detail = null)
{
    /// <summary>Gets the time for which the status was known to be right; of an unknown status, nothing.</summary>
    public DateTimeOffset ThisUpdate { get; init; }

    /// <summary>Gets the first moment at which the answer must not be used any more.</summary>
    public DateTimeOffset Until { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public X509RevocationReason? Reason { get; init; }

    /// <summary>Tells the same in the words that CRLs and OCSP share.</summary>
    public RevocationResult ToResult(int depth) => new()
    {
        Depth = depth,
        Status = Status,
        Cause = CauseOf(Cause),
        Source = RevocationSource.Ocsp,
        ThisUpdate = Status == RevocationStatus.Unknown ? null : ThisUpdate,
        Until = Status == RevocationStatus.Unknown ? null : Until,
        Reason = Reason,
        RevokedAt = RevokedAt,
    };

    public static OcspResult Unknown(ValidationReason cause, string? detail = null) => new(RevocationStatus.Unknown, cause, detail);

    private static RevocationCause CauseOf(ValidationReason reason) => reason switch
    {
        ValidationReason.None => RevocationCause.None,

        // Whoever is on the way can write these: they are no answer.
        ValidationReason.OcspQuestionRefused or ValidationReason.OcspResponderFailed or ValidationReason.OcspTryLater
            or ValidationReason.OcspSignedQuestionWanted or ValidationReason.OcspUnauthorized => RevocationCause.Unreachable,
        ValidationReason.OcspSignerUnknown or ValidationReason.OcspSignerNotAllowed or ValidationReason.OcspSignerStatusUnknown
            or ValidationReason.OcspSignatureInvalid or ValidationReason.OcspSignatureAlgorithmRefused => RevocationCause.SignerInvalid,
        ValidationReason.OcspNotYetValid or ValidationReason.OcspExpired => RevocationCause.Stale,
        ValidationReason.OcspCriticalExtensionUnknown => RevocationCause.Unsupported,
        ValidationReason.OcspStatusUnknown => RevocationCause.ResponderUnknown,
        _ => RevocationCause.Malformed,
    };
}
