using MutualTls.Identities;
using MutualTls.Sources;

namespace MutualTls.Policies.Names;

/// <summary>Says by their names which peers may come in. The patterns are those of <see cref="SanMatcher"/>.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class NameOptions
{
    /// <summary>Gets the names of which a peer must have one.</summary>
    /// <value>Patterns such as <c>uri:spiffe://partners.example/*</c>. The default is none: any peer that is trusted.</value>
    public IList<string> Any { get; } = [];

    /// <summary>Gets the names of which a peer must have every one.</summary>
    /// <value>Patterns; one each is matched, so this is for a few. The default is none.</value>
    public IList<string> All { get; } = [];

    /// <summary>Gets the names of which a peer must have none, whatever else it has.</summary>
    /// <value>
    /// Patterns, here matched in doubt: without case, and by a wildcard in the certificate that covers a denied name. The default is none.
    /// </value>
    public IList<string> None { get; } = [];

    /// <summary>Gets the names of which a server must have one, in the place of the host that was dialled.</summary>
    /// <value>Patterns. The default is none: the host that was dialled. Names of clients are not compared with them.</value>
    public IList<string> IdentifyServerBy { get; } = [];

    /// <summary>Gets or sets names that change while the application runs, of which a peer must have one, beside <see cref="Any"/>.</summary>
    /// <value>The default is null.</value>
    public SnapshotSource<SanMatcher>? Source { get; set; }
}
