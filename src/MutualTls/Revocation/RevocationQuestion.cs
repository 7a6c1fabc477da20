using MutualTls.Revocation.Memory;

namespace MutualTls.Revocation;

/// <summary>One place that is asked about one certificate.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RevocationQuestion(RevocationSubject subject, RevocationAuthority authority, RevocationSource source, Uri url)
{
    private string? _storeKey;

    public RevocationSubject Subject => subject;

    public RevocationAuthority Authority => authority;

    public RevocationSource Source => source;

    public Uri Url => url;

    /// <summary>Gets what failures, and the CRL's tag, are kept under.</summary>
    public byte[] Key { get; } = subject.KeyOf(source, url);

    public string StoreKey => _storeKey ??= authority.StoreKeyOf(source, url, subject.Serial);

    /// <summary>Gets when what was held when the question came up had been fetched; the beginning of time if nothing was held.</summary>
    public DateTimeOffset LastFetchedAt { get; } =
        (source == RevocationSource.Crl ? authority.FindPlace(subject.KeyOf(source, url))?.FetchedAt : authority.PeekAnswer(subject.Serial)?.FetchedAt) ?? DateTimeOffset.MinValue;
}
