using MutualTls.Revocation.Ocsp;

namespace MutualTls.Revocation.Fetching;

/// <summary>Says what to fetch, within which limits.</summary>
internal sealed record FetchRequest(Uri Url, int MaxBytes, string Accept)
{
    /// <summary>Gets what to post; null for a GET.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    public string ContentType { get; init; } = OcspRequest.ContentType;

    public FetchTag Tag { get; init; }

    public FetchAsker Asker { get; init; }
}
