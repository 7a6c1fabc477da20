using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Findings;

namespace MutualTls.Revocation;

/// <summary>Says what is known about one certificate of a path, and from where.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public readonly record struct RevocationResult
{
    /// <summary>Gets which certificate: 0 is the end-entity.</summary>
    public int Depth { get; init; }

    /// <summary>Gets what is known.</summary>
    public RevocationStatus Status { get; init; }

    /// <summary>Gets why nothing is known, where <see cref="Status"/> is <see cref="RevocationStatus.Unknown"/>.</summary>
    public RevocationCause Cause { get; init; }

    /// <summary>Gets the reason that says it more closely than <see cref="Cause"/>; none if there is no such.</summary>
    internal ValidationReason Reported { get; init; }

    /// <summary>Gets what was told with it, for people.</summary>
    internal string? Detail { get; init; }

    /// <summary>Gets where the answer came from, or the one that could not be used.</summary>
    public RevocationSource Source { get; init; }

    /// <summary>Gets when the answer was made: its age. Of several answers the oldest counts; null if there is none.</summary>
    public DateTimeOffset? ThisUpdate { get; init; }

    /// <summary>Gets the first moment at which the answer no longer holds, the policy's grace included; null if there is none.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Gets why the certificate was revoked, where it was. RFC 5280 section 5.3.1.</summary>
    public X509RevocationReason? Reason { get; init; }

    /// <summary>Gets when it was revoked, where it was, in whole seconds.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Writes status, cause and dates on one line.</summary>
    public override string ToString() => Status switch
    {
        RevocationStatus.Revoked => $"revoked {Text(RevokedAt)} ({Reason}), by {Source} of {Text(ThisUpdate)}",
        RevocationStatus.Good => $"good, by {Source} of {Text(ThisUpdate)}, until {Text(Until)}{(string.IsNullOrEmpty(Detail) ? "" : $"; {Detail}")}",
        RevocationStatus.Unknown when ThisUpdate is null => $"unknown: {Cause}{(string.IsNullOrEmpty(Detail) ? "" : $", {Detail}")}",
        RevocationStatus.Unknown => $"unknown: {Cause}; {Source} of {Text(ThisUpdate)}, until {(Until is null ? "nowhere stated" : Text(Until))}",
        _ => "not checked",
    };

    private static string Text(DateTimeOffset? time) =>
        time is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "unknown";
}
