using MutualTls.Findings;

namespace MutualTls.Revocation.Memory;

/// <summary>Why nothing could be got, and until when it is not tried again.</summary>
internal sealed record RevocationFailure(RevocationCause Cause, ValidationReason Reason, string Detail, DateTimeOffset RetryAt)
{
    /// <summary>Gets whether a newer complete CRL has to be had first.</summary>
    public bool NeedsComplete { get; init; }
}
