using Microsoft.Extensions.Logging;
using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Policies.Caching;
using MutualTls.Policies.Fitness;
using MutualTls.Policies.Lists;
using MutualTls.Policies.Names;
using MutualTls.Policies.Pins;
using MutualTls.Revocation;
using MutualTls.Revocation.Crl;
using MutualTls.Sources;
using MutualTls.Trust;

namespace MutualTls.Policies;

/// <summary>Holds what is demanded of a peer, checked and ready for use.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class PeerPolicy
{
    private static long _versions;

    // What changes while the policy stands: each only grows, so their sum tells of any change.
    private readonly IVersioned[] _restsOn;

    // What weakens it, for the log.
    private readonly string[] _weakened;

    private readonly Lock _refreshing = new();
    private int _announced;

    internal PeerPolicy(string name, PeerPolicyOptions options, TrustAnchorSet anchors, CrlFiles crlFiles, CrlSet crls, PolicyDemands demands)
    {
        Name = name;
        Version = Interlocked.Increment(ref _versions);
        Anchors = anchors;
        Names = demands.Names;
        Pins = demands.Pins;
        Lists = demands.Lists;
        Fitness = demands.Fitness;
        anchors.ImportKeys();
        Certificate = options.Certificate;
        Revocation = options.Revocation.Mode;
        AcceptAnyServerName = options.Dangerous.AcceptAnyServerName;
        AuditOnly = options.Dangerous.AuditOnly;
        Cache = new VerdictCache(options.VerdictCacheLimit);
        Validators = options.AlsoAskOperatingSystem ? [new PlatformValidator(), .. options.Validators] : [.. options.Validators];
        _weakened = [.. options.Dangerous.InUse()];
        ValidatorTimeout = options.ValidatorTimeout;
        Live = new LiveConnectionRules(options.Live.Mode, options.Live.DrainTimeout);
        CertificatePolicyRules rules = options.CertificatePolicyRules;
        PathParameters = new PathParameters
        {
            Anchors = anchors,
            Preset = options.Rules,
            Algorithms = demands.Fitness.Algorithms,
            ClockSkew = demands.Fitness.ClockSkew,
            MaxIntermediates = options.MaxIntermediates,
            CertificatePolicies = new CertificatePolicyInputs(
                options.CertificatePolicies.Count == 0 ? null : options.CertificatePolicies.Select(PolicyOids.FromDotted).ToHashSet(),
                InhibitMapping: (rules & CertificatePolicyRules.InhibitPolicyMapping) != 0,
                RequireExplicit: (rules & CertificatePolicyRules.RequireExplicitPolicy) != 0,
                InhibitAnyPolicy: (rules & CertificatePolicyRules.InhibitAnyPolicy) != 0),
        };
        RevocationChecker = Revocation == RevocationMode.Disabled ? null : new RevocationChecker(new RevocationRules(options.Revocation), crlFiles, crls, PathParameters);
        _restsOn = RevocationChecker is null ? [.. demands.Sources]
            : RevocationChecker.Own is { } own ? [RevocationChecker.Version, own, .. demands.Sources]
            : [RevocationChecker.Version, .. demands.Sources];
    }

    /// <summary>Gets the name that logs and verdicts show.</summary>
    public string Name { get; }

    /// <summary>Gets a number that no other policy of this process has; a later one is greater.</summary>
    public long Version { get; }

    /// <summary>Gets the trust anchors.</summary>
    public TrustAnchorSet Anchors { get; }

    /// <summary>Gets what becomes of a client without a certificate.</summary>
    public PeerCertificateMode Certificate { get; }

    /// <summary>Gets whether revocation is checked.</summary>
    public RevocationMode Revocation { get; }

    internal PathParameters PathParameters { get; }

    /// <summary>Gets what checks revocation; null where the policy says that it is not checked.</summary>
    internal RevocationChecker? RevocationChecker { get; }

    /// <summary>Gets what is wrong with the given CRLs, where soft-fail lets the policy be used all the same.</summary>
    internal IReadOnlyList<string> CrlProblems { get; private init; } = [];

    internal NamePolicy Names { get; }

    internal PinPolicy? Pins { get; }

    internal ListPolicy Lists { get; }

    internal FitnessPolicy Fitness { get; }

    internal bool AcceptAnyServerName { get; }

    internal bool AuditOnly { get; }

    /// <summary>Gets what this policy remembers: no verdict outlives it or leaves it.</summary>
    internal VerdictCache Cache { get; }

    internal FirstSights FirstSights { get; } = new();

    /// <summary>Gets a number that grows whenever something changes that verdicts of this policy rest on.</summary>
    internal long Epoch
    {
        get
        {
            long epoch = 0;
            foreach (IVersioned source in _restsOn)
            {
                epoch += source.Version;
            }

            return epoch;
        }
    }

    /// <summary>Gets what changes while the policy stands.</summary>
    internal IReadOnlyList<IVersioned> RestsOn => _restsOn;

    /// <summary>Gets what becomes of open connections whose peer would no longer be let in.</summary>
    internal LiveConnectionRules Live { get; }

    internal IPeerValidator[] Validators { get; }

    internal TimeSpan ValidatorTimeout { get; }

    /// <summary>Gets the count of validators' calls that are stuck.</summary>
    internal ValidatorRunner.GivenUpCalls GivenUp { get; } = new();

    /// <summary>Gets whether pins or a deny-list can change while the policy stands.</summary>
    internal bool HasChangingDemands => Pins is not null || Lists.Source is not null || Lists.FileSource is not null;

    /// <summary>Gets whether files of pins or of a deny-list are to be followed.</summary>
    internal bool HasFiles => Pins is { HasFiles: true } || Lists.FileSource is not null;

    /// <summary>Reads those files of pins and deny-lists again that have changed.</summary>
    internal void Refresh(List<string> problems)
    {
        lock (_refreshing)
        {
            Pins?.Refresh(problems);
            Lists.Refresh(problems);
        }
    }

    /// <summary>Tells what an operator should know of a policy that is taken into use: what weakens it, and what it goes without. Once, to the first log that takes it.</summary>
    internal void Announce(ILogger logger)
    {
        if (Volatile.Read(ref _announced) != 0 || !logger.IsEnabled(LogLevel.Warning) || Interlocked.Exchange(ref _announced, 1) != 0)
        {
            return;
        }

        foreach (string option in _weakened)
        {
            Log.DangerousOptionInUse(logger, Name, option);
        }

        foreach (string problem in CrlProblems)
        {
            Log.CrlUnusable(logger, Name, problem);
        }
    }

    /// <summary>Builds a policy in code.</summary>
    /// <param name="name">The name that logs and verdicts show.</param>
    /// <param name="configure">Says what is demanded.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="MutualTlsConfigurationException">Something is missing or wrong; the exception lists everything.</exception>
    public static PeerPolicy Create(string name, Action<PeerPolicyBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        PeerPolicyOptions options = new();
        configure(new PeerPolicyBuilder(options, services: null));
        return Create(name, options);
    }

    /// <summary>Compiles options into a policy.</summary>
    /// <param name="name">The name that logs and verdicts show.</param>
    /// <param name="options">What is demanded; later changes to it are not seen.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="MutualTlsConfigurationException">Something is missing or wrong; the exception lists everything.</exception>
    public static PeerPolicy Create(string name, PeerPolicyOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        List<string> errors = [];
        TrustAnchorSet anchors = PeerPolicyValidation.Check(options, errors);

        // With hard-fail a CRL that cannot be used stops the start: without it every peer of that authority would be refused.
        List<string> crlProblems = [];
        CrlFiles crlFiles = new(options.Revocation, anchors);
        CrlSet crls = crlFiles.Load(options.Revocation.Mode == RevocationMode.SoftFail ? crlProblems : errors);
        PolicyDemands? demands = PolicyDemands.Compile(options, errors);
        return errors.Count == 0
            ? new PeerPolicy(name, options, anchors, crlFiles, crls, demands!) { CrlProblems = crlProblems }
            : throw new MutualTlsConfigurationException($"policy '{name}'", errors);
    }

    /// <summary>Writes name and version, for logs.</summary>
    public override string ToString() => $"{Name} (version {Version})";
}
