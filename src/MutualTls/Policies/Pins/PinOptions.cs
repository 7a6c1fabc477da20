using MutualTls.Pinning;
using MutualTls.Sources;

namespace MutualTls.Policies.Pins;

/// <summary>Says which keys a peer's verified path must have, beside being trusted. RFC 7469.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class PinOptions
{
    /// <summary>Gets the pins, one of which the path must have.</summary>
    /// <value><c>sha256/</c> and base64, <c>pin-sha256="..."</c>, or 64 hexadecimal digits. The default is none, which asks for nothing.</value>
    public IList<string> Pins { get; } = [];

    /// <summary>Gets files of such pins, one a line, <c>#</c> for comments, which count beside those of <see cref="Pins"/>.</summary>
    /// <value>
    /// Paths, absolute or relative to the current directory. The default is none. A change counts within five seconds, one that takes pins away within ten; a file that is
    /// gone, empty or in any line wrong takes nothing away.
    /// </value>
    public IList<string> PinFiles { get; } = [];

    /// <summary>Gets or sets which keys of the path the pins may name.</summary>
    /// <value>The default is <see cref="PinTargets.Any"/>.</value>
    public PinTargets Targets { get; set; } = PinTargets.Any;

    /// <summary>Gets or sets from when on the pins accept nobody: they are to be renewed before.</summary>
    /// <value>The default is null: never.</value>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Gets or sets whether a second pin is needed.</summary>
    /// <value>The default is <see cref="PinBackup.Required"/>.</value>
    public PinBackup Backup { get; set; }

    /// <summary>Gets or sets what becomes of a peer whose path has no pinned key, or that comes after the expiry.</summary>
    /// <value>The default is <see cref="PinMode.Enforce"/>.</value>
    public PinMode Mode { get; set; }

    /// <summary>Gets or sets where the pins come from if they change while the application runs; then <see cref="Pins"/>, <see cref="PinFiles"/>, <see cref="Targets"/> and <see cref="ExpiresAt"/> are not used.</summary>
    /// <value>The default is null.</value>
    public SnapshotSource<SpkiPinSet>? Source { get; set; }
}
