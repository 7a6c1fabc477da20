using MutualTls.Revocation.Fetching;

namespace MutualTls.Revocation.Memory;

/// <summary>What is known about a place where a CRL is: when it was last asked, and what lets the next fetch ask only for something newer.</summary>
internal sealed record CrlPlace(Uri Url, DateTimeOffset FetchedAt, FetchTag Tag)
{
    public const int MaxTagLength = 256;
}
