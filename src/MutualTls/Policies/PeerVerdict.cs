using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;

namespace MutualTls.Policies;

/// <summary>Says whether a peer may connect, and why.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class PeerVerdict
{
    private readonly FindingCollection? _findings;
    private PeerIdentity? _identity;

    internal PeerVerdict(
        VerdictOutcome outcome, PeerRole role, PeerPolicy policy, ReferenceIdentity? expected, VerifiedPath? path, FindingCollection? findings,
        ParsedCertificate? endEntity = null)
    {
        Outcome = outcome;
        Role = role;
        Policy = policy;
        Expected = expected;
        Path = path;
        EndEntity = path?.EndEntity ?? endEntity;
        _findings = findings;
    }

    /// <summary>Gets what the verdict says.</summary>
    public VerdictOutcome Outcome { get; }

    /// <summary>Gets the part that the peer plays.</summary>
    public PeerRole Role { get; }

    /// <summary>Gets the policy that judged.</summary>
    public PeerPolicy Policy { get; }

    /// <summary>Gets the name that the peer was expected to have, or null where none was.</summary>
    public ReferenceIdentity? Expected { get; }

    /// <summary>Gets the verified path, or null if there is none. A refused peer can have one: the path is good and something else is not.</summary>
    public VerifiedPath? Path { get; }

    /// <summary>Gets the certificate that the peer presented as its own, verified or not; null if there is none that can be read.</summary>
    /// <remarks>For logs and people. Of a refused peer it is only what somebody sent.</remarks>
    public ParsedCertificate? EndEntity { get; }

    /// <summary>Gets who the peer is, or null if no path to its certificate is verified.</summary>
    public PeerIdentity? Identity => Path is null ? null : _identity ??= new PeerIdentity(Path.EndEntity);

    /// <summary>Gets what speaks against the peer; empty if nothing does.</summary>
    public IReadOnlyList<Finding> Findings => _findings is null ? [] : _findings;

    /// <summary>Gets the finding to show first, or null if there is none.</summary>
    public Finding? Primary => _findings?.Primary;

    /// <summary>Gets whether the peer may connect.</summary>
    public bool IsAccepted => Outcome == VerdictOutcome.Accepted;

    /// <summary>Gets whether the peer may connect and has proved who it is; false for an anonymous client.</summary>
    public bool IsAuthenticated => IsAccepted && Path is not null;

    /// <summary>Gets what was checked and what each check said, in the order people ask.</summary>
    public IReadOnlyList<VerdictCheck> Checks => VerdictChecks.Of(this);

    /// <summary>Writes outcome, policy and the first finding on one line.</summary>
    public override string ToString() =>
        IsAccepted ? $"Accepted by {Policy.Name}: {Identity?.ToString() ?? "anonymous"}"
        : $"{Outcome} by {Policy.Name}{(Primary is { } finding ? $": {finding}" : "")}";

    internal static PeerVerdict Refused(PeerRole role, PeerPolicy policy, ReferenceIdentity? expected, FindingCollection findings,
        VerifiedPath? path = null, ParsedCertificate? endEntity = null) =>
        new(VerdictOutcome.Refused, role, policy, expected, path, findings, endEntity);

    internal static PeerVerdict Refused(PeerRole role, PeerPolicy policy, ReferenceIdentity? expected, Finding finding)
    {
        FindingCollection findings = [];
        findings.Add(finding);
        return Refused(role, policy, expected, findings);
    }
}
