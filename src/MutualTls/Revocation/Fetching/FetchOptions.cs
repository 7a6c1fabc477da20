namespace MutualTls.Revocation.Fetching;

/// <summary>Says how revocation data is fetched. One for the process: policies share a fetch of the same URL, so they cannot differ in how it is done.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed record FetchOptions
{
    /// <summary>Gets whether loopback and link-local addresses may be asked.</summary>
    /// <value>The default is <see cref="LocalAddresses.Refused"/>: a certificate's URL must not reach what listens for this machine alone, such as a cloud's metadata service.</value>
    public LocalAddresses LocalAddresses { get; init; }

    /// <summary>Gets the HTTP proxy that all requests take; null for none. The environment is not asked.</summary>
    /// <value>The default is null. A proxy looks up names itself, so behind one only addresses that a URL spells out are checked here.</value>
    public Uri? Proxy { get; init; }

    /// <summary>Gets how long one try for an OCSP answer may take, redirects included.</summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan OcspTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets how long one try for a CRL may take, redirects included.</summary>
    /// <value>The default is 30 seconds: 64 MiB at 20 Mbit/s.</value>
    public TimeSpan CrlTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the largest CRL in bytes.</summary>
    /// <value>The default is 64 MiB: a million entries take 35 to 40 MB.</value>
    public int MaxCrlBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Gets how many redirects are followed.</summary>
    /// <value>The default is 3.</value>
    public int MaxRedirects { get; init; } = 3;

    /// <summary>
    /// Gets how many requests one host gets at a time on behalf of one branch of authorities; four times as many of all together. Sixty-four times as many wait their
    /// turn, as after a restart with many peers; more are not made.
    /// </summary>
    /// <value>The default is 4.</value>
    public int MaxRequestsPerHost { get; init; } = 4;

    /// <summary>Gets how many different fetches may be under way, shared among hosts by <see cref="FetchShares"/>.</summary>
    /// <value>The default is 1,024.</value>
    public int MaxFetches { get; init; } = 1024;

    /// <summary>Gets how many may wait for fetches, shared in the same way.</summary>
    /// <value>The default is 30,000: 10,000 for one host when nothing else is asked.</value>
    public int MaxWaiters { get; init; } = 30_000;

    /// <summary>Gets how long a fetch that failed is not tried again; it doubles each time, up to <see cref="MaxBackoff"/>.</summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the longest back-off.</summary>
    /// <value>The default is 5 minutes.</value>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Says whether addresses of this machine and its link may be asked.</summary>
internal enum LocalAddresses
{
    Refused,
    Allowed,
}
