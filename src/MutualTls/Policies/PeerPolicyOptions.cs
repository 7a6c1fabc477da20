using MutualTls.Paths;
using MutualTls.Policies.Fitness;
using MutualTls.Policies.Lists;
using MutualTls.Policies.Names;
using MutualTls.Policies.Pins;
using MutualTls.Revocation;
using MutualTls.Trust;

namespace MutualTls.Policies;

/// <summary>Says what is demanded of a peer. Compiled into a <see cref="PeerPolicy"/> before use.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class PeerPolicyOptions
{
    /// <summary>Gets the files of trust anchors: PEM with one or more CA certificates, or one certificate as DER.</summary>
    /// <value>Paths, absolute or relative to the current directory. The default is none.</value>
    public IList<string> TrustFiles { get; } = [];

    /// <summary>Gets the trust anchors given in code.</summary>
    /// <value>The default is none. Anchors from all places count together; with none at all, the policy is not valid.</value>
    public IList<TrustAnchor> TrustAnchors { get; } = [];

    /// <summary>Gets or sets whether the root certificates of the operating system are trust anchors too.</summary>
    /// <value>The default is <see langword="false"/>: mutual TLS is for parties that know each other, and any public CA can issue to anyone.</value>
    public bool TrustSystemRoots { get; set; }

    /// <summary>Gets how revocation is checked.</summary>
    /// <value>Its mode must be stated: by <see cref="PeerPolicyBuilder.CheckRevocation"/> or <see cref="PeerPolicyBuilder.WithoutRevocation"/>.</value>
    public RevocationOptions Revocation { get; } = new();

    /// <summary>Gets or sets what becomes of a client without a certificate.</summary>
    /// <value>The default is <see cref="PeerCertificateMode.Required"/>.</value>
    public PeerCertificateMode Certificate { get; set; }

    /// <summary>Gets or sets how much is asked of a path and of the end-entity.</summary>
    /// <value>The default is <see cref="RulePreset.Default"/>.</value>
    public RulePreset Rules { get; set; }

    /// <summary>Gets or sets the most intermediates on a path, self-issued ones not counted.</summary>
    /// <value>From 0 to 16. The default is 16.</value>
    public int MaxIntermediates { get; set; } = PathBudget.MaxIntermediates;

    /// <summary>Gets or sets the certificate policies (RFC 5280 section 4.2.1.4) that are accepted.</summary>
    /// <value>Dotted object identifiers. The default is none, which means any.</value>
    public IList<string> CertificatePolicies { get; } = [];

    /// <summary>Gets or sets how certificate policies are processed. RFC 5280 section 6.1.1 (e), (f) and (g).</summary>
    /// <value>The default is <see cref="CertificatePolicyRules.None"/>.</value>
    public CertificatePolicyRules CertificatePolicyRules { get; set; }

    /// <summary>Gets the application's own validators, asked in this order; all must agree.</summary>
    /// <value>The default is none.</value>
    public IList<IPeerValidator> Validators { get; } = [];

    /// <summary>Gets or sets whether the operating system is asked too, before <see cref="Validators"/>: the peer's path must also end at one of its trusted roots.</summary>
    /// <value>The default is <see langword="false"/>. It is asked for neither revocation nor names, and downloads nothing.</value>
    public bool AlsoAskOperatingSystem { get; set; }

    /// <summary>Gets or sets how long each validator may take.</summary>
    /// <value>From 1 millisecond to 1 minute. The default is 10 seconds.</value>
    public TimeSpan ValidatorTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how much memory remembered verdicts may take, in bytes; the peers seen least lately are forgotten first.</summary>
    /// <value>From 1 MiB to 16 GiB. The default is 64 MiB: about 30,000 peers.</value>
    public long VerdictCacheLimit { get; set; } = 64 << 20;

    /// <summary>Gets which peers may come in by their names.</summary>
    public NameOptions Names { get; } = new();

    /// <summary>Gets which keys a path must have.</summary>
    public PinOptions Pins { get; } = new();

    /// <summary>Gets which single certificates are trusted as themselves, and which are never accepted.</summary>
    public ListOptions Lists { get; } = new();

    /// <summary>Gets which certificates are fit for the purpose.</summary>
    public FitnessOptions Fitness { get; } = new();

    /// <summary>Gets what becomes of open connections whose peer would no longer be let in.</summary>
    public LiveConnectionOptions Live { get; } = new();

    /// <summary>Gets what weakens the policy.</summary>
    public DangerousOptions Dangerous { get; } = new();

    /// <summary>Gets what could not be read from configuration: a demand that cannot be read must not go unmade.</summary>
    internal List<string> ConfigurationErrors { get; } = [];
}
