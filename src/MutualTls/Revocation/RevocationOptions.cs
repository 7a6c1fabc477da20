namespace MutualTls.Revocation;

/// <summary>Says how revocation is checked and what not knowing leads to.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class RevocationOptions
{
    /// <summary>The longest <see cref="StaleGrace"/>.</summary>
    internal static readonly TimeSpan MaxStaleGrace = TimeSpan.FromDays(7);

    /// <summary>Gets or sets whether revocation is checked, and what not knowing leads to.</summary>
    /// <value>The default is <see cref="RevocationMode.Unspecified"/>, which is not valid: there is no silent default.</value>
    public RevocationMode Mode { get; set; }

    /// <summary>Gets or sets which certificates of a path are checked.</summary>
    /// <value>The default is <see cref="RevocationDepth.Chain"/>.</value>
    public RevocationDepth Depth { get; set; }

    /// <summary>Gets or sets which source is asked, and in which order.</summary>
    /// <value>The default is <see cref="RevocationPreference.PreferCrl"/>.</value>
    public RevocationPreference Preference { get; set; }

    /// <summary>Gets the files and folders of CRLs: DER, or PEM with one or more. Of a folder, what ends in .crl, .pem, .der or .r0 to .r9.</summary>
    /// <value>Paths, absolute or relative to the current directory. Read when the policy is compiled, and again within 5 seconds when they change. The default is none.</value>
    /// <remarks>
    /// A CRL given here needs no distribution point in the certificates; its own scope (RFC 5280 section 5.2.5) still holds. Changes are followed by the engine
    /// that judges by the policy, for as long as the policy is in use. A file that is broken, gone or older than before is logged, and takes nothing away.
    /// </remarks>
    public IList<string> CrlFiles { get; } = [];

    /// <summary>Gets the CRLs given in code, each as DER, or as PEM with one or more.</summary>
    /// <value>Read when the policy is compiled. The default is none.</value>
    public IList<ReadOnlyMemory<byte>> Crls { get; } = [];

    /// <summary>Gets the places to ask that the certificates do not name themselves.</summary>
    /// <value>The default is none. What they say counts for this policy alone.</value>
    public IList<RevocationPlace> Places { get; } = [];

    /// <summary>Gets or sets whether what is missing is fetched.</summary>
    /// <value>The default is <see cref="RevocationFetching.Allowed"/>: beside the handshake, from the places that a verified path or <see cref="Places"/> names.</value>
    public RevocationFetching Fetching { get; set; }

    /// <summary>Gets or sets how long a connection waits at first sight for what has to be fetched; after that the stated outcome holds.</summary>
    /// <value>From 100 milliseconds to 1 minute, and best below the handshake's timeout, which covers it. The default is 5 seconds.</value>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets for how long after its time an answer still counts as fresh.</summary>
    /// <value>From 0 to 7 days. The default is 0.</value>
    public TimeSpan StaleGrace { get; set; }

    /// <summary>Gets or sets what a certificate leads to that names no place to ask, where no configured source covers it either.</summary>
    /// <value>The default is <see cref="RevocationOutcome.ByMode"/>.</value>
    public RevocationOutcome OnNoPointer { get; set; }

    /// <summary>Gets or sets what it leads to that no answer could be got.</summary>
    /// <value>The default is <see cref="RevocationOutcome.ByMode"/>.</value>
    public RevocationOutcome OnUnreachable { get; set; }

    /// <summary>Gets or sets what an answer past its time leads to.</summary>
    /// <value>The default is <see cref="RevocationOutcome.ByMode"/>.</value>
    public RevocationOutcome OnStale { get; set; }

    /// <summary>Gets or sets what an answer leads to that is malformed, cannot be understood, or is not signed by one who may.</summary>
    /// <value>The default is <see cref="RevocationOutcome.ByMode"/>.</value>
    public RevocationOutcome OnMalformed { get; set; }

    /// <summary>Gets or sets what it leads to that the answers do not tell: an OCSP responder's "unknown", or CRLs for some reasons only.</summary>
    /// <value>The default is <see cref="RevocationOutcome.ByMode"/>.</value>
    public RevocationOutcome OnUnknown { get; set; }
}
