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

    public static OcspResult Unknown(ValidationReason cause, string? detail = null) => new(RevocationStatus.Unknown, cause, detail);
}
