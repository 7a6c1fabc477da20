using MutualTls.Revocation.Memory;

namespace MutualTls.Revocation;

/// <summary>One place that is asked about one certificate.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RevocationQuestion(RevocationSubject subject, RevocationAuthority authority, AskedPlace place)
{
    private string? _storeKey;

    public RevocationSubject Subject => subject;

    public RevocationAuthority Authority => authority;

    public AskedPlace Place => place;

    /// <summary>Gets what failures, and the CRL's tag, are kept under.</summary>
    public byte[] Key { get; } = subject.KeyOf(place);

    public string StoreKey => _storeKey ??= authority.StoreKeyOf(place.Source, place.Url, subject.Serial);

    /// <summary>Gets when what was held when the question came up had been fetched; the beginning of time if nothing was held.</summary>
    public DateTimeOffset LastFetchedAt { get; } =
        (place.Source == RevocationSource.Crl ? authority.FindPlace(subject.KeyOf(place))?.FetchedAt : authority.PeekAnswer(subject.Serial)?.FetchedAt) ?? DateTimeOffset.MinValue;

    /// <summary>Tells whether what is in memory answers: the status is known, or the newest delta CRL is used.</summary>
    public bool IsAnswered(DateTimeOffset now) => !place.IsDelta ? subject.Read(now).Status != RevocationStatus.Unknown
        : subject.CrlInUse(now) is { } use && (use.Delta is not null || authority.Crls.HasOvertakenDelta(use.Complete));
}
