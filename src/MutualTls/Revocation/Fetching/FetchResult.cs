namespace MutualTls.Revocation.Fetching;

/// <summary>Names how a fetch ended.</summary>
internal enum FetchOutcome
{
    /// <summary>There is an answer, and it was found to be of use.</summary>
    Answered,

    /// <summary>The answer we have is the newest.</summary>
    NotModified,

    /// <summary>Nothing was asked: somebody else's asking has just been answered.</summary>
    Held,

    /// <summary>The host could not be reached, or the connection broke.</summary>
    Unreachable,

    /// <summary>It took too long.</summary>
    TimedOut,

    /// <summary>The host answered with a status that is no answer.</summary>
    HttpError,

    /// <summary>The answer is larger than the limit.</summary>
    TooLarge,

    /// <summary>Redirects without end, or to where none may lead.</summary>
    RedirectRefused,

    /// <summary>The URL is not one of http or https, or carries credentials.</summary>
    UrlRefused,

    /// <summary>The host has only addresses that must not be asked.</summary>
    AddressRefused,

    /// <summary>There is an answer, and it was found to be of no use.</summary>
    Rejected,

    /// <summary>Nothing was asked: the host has failed too often, and rests.</summary>
    Suspended,

    /// <summary>Nothing was asked, or not read to its end: too many fetches or waiters, or too much that is being read.</summary>
    Busy,
}

/// <summary>Holds what a fetch brought.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">What happened, for people.</param>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed record FetchResult(FetchOutcome Outcome, string? Detail = null)
{
    /// <summary>Gets the answer; empty unless the outcome is <see cref="FetchOutcome.Answered"/> or <see cref="FetchOutcome.Rejected"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Gets what lets a later fetch ask only for something newer.</summary>
    public FetchTag Tag { get; init; }

    /// <summary>Gets the value of the nonce extension that an OCSP answer must repeat; empty if there was none.</summary>
    public ReadOnlyMemory<byte> Nonce { get; init; }

    /// <summary>Gets the HTTP status, where there was one.</summary>
    public int HttpStatus { get; init; }

    /// <summary>Gets until when the same failure is told again without asking; null if it is not kept.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Gets when a stored answer was fetched; null of one that came from the network just now.</summary>
    public DateTimeOffset? FetchedAt { get; init; }

    /// <summary>Gets whether trying again, or another URL of the same host, may fail in the same way: what a retry is for, and what a breaker counts.</summary>
    public bool IsTransient => Outcome is FetchOutcome.Unreachable or FetchOutcome.TimedOut || (Outcome == FetchOutcome.HttpError && HttpStatus is >= 500 or 429);

    public bool IsFailure => Outcome is not (FetchOutcome.Answered or FetchOutcome.NotModified or FetchOutcome.Held);
}

/// <summary>Holds what lets a fetch ask only for something newer. RFC 9110 section 13.1.</summary>
internal readonly record struct FetchTag(string? EntityTag, DateTimeOffset? LastModified);
