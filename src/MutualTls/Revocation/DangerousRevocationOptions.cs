namespace MutualTls.Revocation;

/// <summary>Holds what weakens how revocation data is fetched. Each use is logged.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class DangerousRevocationOptions
{
    /// <summary>Gets or sets whether addresses of this machine and of its link may be asked.</summary>
    /// <value>The default is <see langword="false"/>: a URL in a certificate must not reach what listens for this machine alone, a cloud's metadata service for example.</value>
    public bool AllowLocalAddresses { get; set; }
}
