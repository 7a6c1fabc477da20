using MutualTls.Sources;

namespace MutualTls.Policies.Lists;

/// <summary>Names single certificates: those that are trusted as themselves, and those that are never accepted.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class ListOptions
{
    /// <summary>Gets the certificates that are trusted as themselves, whoever signed them, by their SHA-256.</summary>
    /// <value>
    /// 64 hexadecimal digits each, colons allowed. The default is none. Dates, key, purpose and names are still checked; a listed certificate is never
    /// judged by its chain instead.
    /// </value>
    public IList<string> AllowedCertificates { get; } = [];

    /// <summary>Gets files of such certificates: PEM with one or more, or one as DER.</summary>
    /// <value>Paths, absolute or relative to the current directory. The default is none.</value>
    public IList<string> AllowedCertificateFiles { get; } = [];

    /// <summary>Gets the certificates that are never accepted.</summary>
    /// <value>Entries of a <see cref="CertificateDenyList"/>. The default is none.</value>
    public IList<string> Denied { get; } = [];

    /// <summary>Gets files of such entries, one a line, <c>#</c> for comments.</summary>
    /// <value>
    /// Paths, absolute or relative to the current directory; at most 256 MiB each. The default is none. A change counts within five seconds, one that takes entries away
    /// within ten; a file that is gone, empty or in any line wrong takes nothing away.
    /// </value>
    public IList<string> DeniedFiles { get; } = [];

    /// <summary>Gets or sets a deny-list that changes while the application runs, beside the others.</summary>
    /// <value>The default is null.</value>
    public SnapshotSource<CertificateDenyList>? DenySource { get; set; }
}
