namespace MutualTls.Revocation;

/// <summary>Says how revocation data is fetched and kept. One for a process: policies share what is fetched, so they cannot differ in how it is done.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class RevocationServiceOptions
{
    /// <summary>Gets or sets the HTTP proxy that all requests take.</summary>
    /// <value>The default is null: none. The environment is not asked.</value>
    public Uri? Proxy { get; set; }

    /// <summary>Gets or sets how long one try for an OCSP answer may take, redirects included.</summary>
    /// <value>From 100 milliseconds to 1 minute. The default is 5 seconds.</value>
    public TimeSpan OcspTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how long one try for a CRL may take, redirects included.</summary>
    /// <value>From 100 milliseconds to 10 minutes. The default is 30 seconds.</value>
    public TimeSpan CrlTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the largest CRL, in bytes.</summary>
    /// <value>From 1 KiB to 1 GiB. The default is 64 MiB: a million entries take 35 to 40 MB.</value>
    public int MaxCrlBytes { get; set; } = 64 << 20;

    /// <summary>Gets or sets the longest time between two askings for what is in use, however long an answer lasts: how soon a revocation is seen.</summary>
    /// <value>From 10 seconds to 7 days. The default is 1 hour. A place that has nothing newer answers with a few bytes.</value>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets a folder where answers are kept, so that a process that starts again asks nobody. Many processes can share one.</summary>
    /// <value>A path, whose folder is made when needed. The default is null: none. At most 50,000 answers and 1 GiB, or four of the largest CRLs, are kept.</value>
    public string? StoreFolder { get; set; }

    /// <summary>Gets or sets whether answers are kept in the application's distributed cache too, so that of many machines one asks the authority.</summary>
    /// <value>The default is <see cref="RevocationCacheUse.Unused"/>.</value>
    public RevocationCacheUse DistributedCache { get; set; }

    /// <summary>Gets or sets how old a stored answer may be, by the time that its signer says it was made; an older one is not used. It limits what an old answer that somebody puts there can do.</summary>
    /// <value>From 1 minute to 365 days. The default is 7 days.</value>
    public TimeSpan MaxStoredAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Gets what weakens how revocation data is fetched.</summary>
    public DangerousRevocationOptions Dangerous { get; } = new();

    internal List<string> Validate()
    {
        List<string> errors = [];
        Require(OcspTimeout >= TimeSpan.FromMilliseconds(100) && OcspTimeout <= TimeSpan.FromMinutes(1), errors, $"OcspTimeout: {OcspTimeout} is not from 100 milliseconds to 1 minute.");
        Require(CrlTimeout >= TimeSpan.FromMilliseconds(100) && CrlTimeout <= TimeSpan.FromMinutes(10), errors, $"CrlTimeout: {CrlTimeout} is not from 100 milliseconds to 10 minutes.");
        Require(MaxCrlBytes is >= 1 << 10 and <= 1 << 30, errors, $"MaxCrlBytes: {MaxCrlBytes} is not from {1 << 10} (1 KiB) to {1 << 30} (1 GiB).");
        Require(RefreshInterval >= TimeSpan.FromSeconds(10) && RefreshInterval <= TimeSpan.FromDays(7), errors, $"RefreshInterval: {RefreshInterval} is not from 10 seconds to 7 days.");
        Require(Proxy is null || (Proxy.IsAbsoluteUri && Proxy.Scheme is "http" or "https"), errors, $"Proxy: '{Proxy}' is no http or https URL.");
        Require(
            StoreFolder is null || (!string.IsNullOrWhiteSpace(StoreFolder) && StoreFolder.AsSpan().IndexOfAny(Path.GetInvalidPathChars()) < 0), errors, $"StoreFolder: '{StoreFolder}' is no path.");
        Require(Enum.IsDefined(DistributedCache), errors, $"DistributedCache: {DistributedCache} is none; use {string.Join(", ", Enum.GetNames<RevocationCacheUse>())}.");
        Require(MaxStoredAge >= TimeSpan.FromMinutes(1) && MaxStoredAge <= TimeSpan.FromDays(365), errors, $"MaxStoredAge: {MaxStoredAge} is not from 1 minute to 365 days.");
        return errors;
    }

    private static void Require(bool condition, List<string> errors, string error)
    {
        if (!condition)
        {
            errors.Add(error);
        }
    }
}
