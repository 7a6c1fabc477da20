namespace MutualTls.Revocation.Stores;

/// <summary>A CRL or an OCSP answer as it was fetched.</summary>
/// <param name="Der">The signed octets. Read from a store they are unverified.</param>
/// <param name="FetchedAt">When it was fetched, or last confirmed by the server.</param>
/// <param name="KeepUntil">From when on nobody has a use for it.</param>
/// <param name="EntityTag">The server's tag for it (RFC 9110 section 8.8.3). One that is no such tag is not kept.</param>
/// <param name="LastModified">The server's date for it.</param>
internal sealed record StoredAnswer(ReadOnlyMemory<byte> Der, DateTimeOffset FetchedAt, DateTimeOffset KeepUntil, string? EntityTag, DateTimeOffset? LastModified);
