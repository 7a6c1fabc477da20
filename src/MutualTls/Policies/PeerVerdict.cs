using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;

namespace MutualTls.Policies;

/// <summary>Says whether a peer may connect, and why.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class PeerVerdict
{
    private PeerIdentity? _identity;

    internal PeerVerdict(VerdictOutcome outcome, PeerRole role, PeerPolicy policy, ReferenceIdentity? expected)
    {
        Outcome = outcome;
        Role = role;
        Policy = policy;
        Expected = expected;
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
    public VerifiedPath? Path { get; internal init; }

    /// <summary>Gets the certificate that the peer presented as its own, verified or not; null if there is none that can be read.</summary>
    /// <remarks>For logs and people. Of a refused peer it is only what somebody sent.</remarks>
    public ParsedCertificate? EndEntity { get; internal init; }

    /// <summary>Gets who the peer is, or null if no path to its certificate is verified.</summary>
    public PeerIdentity? Identity => Path is null ? null : _identity ??= new PeerIdentity(Path.EndEntity);

    /// <summary>Gets what speaks against the peer; empty if nothing does.</summary>
    public IReadOnlyList<Finding> Findings => Against is null ? [] : Against;

    /// <summary>Gets what was found and does not refuse: what soft-fail and report-only let pass; empty if nothing.</summary>
    public IReadOnlyList<Finding> Warnings => Soft is null ? [] : Soft;

    /// <summary>Gets when the peer was judged.</summary>
    public DateTimeOffset JudgedAt { get; internal init; }

    /// <summary>Gets the finding to show first, or null if there is none.</summary>
    public Finding? Primary => Against?.Primary;

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

    internal FindingCollection? Against { get; init; }

    internal FindingCollection? Soft { get; init; }

    /// <summary>Makes a refusal for one reason, of a peer whose certificates were not judged.</summary>
    internal static PeerVerdict Refused(PeerRole role, PeerPolicy policy, ReferenceIdentity? expected, Finding finding, DateTimeOffset now)
    {
        FindingCollection findings = [];
        findings.Add(finding);
        return new PeerVerdict(VerdictOutcome.Refused, role, policy, expected) { Against = findings, JudgedAt = now };
    }

    /// <summary>Makes the final verdict of a pending one.</summary>
    internal PeerVerdict Complete(FindingCollection? against) =>
        new(against is null ? VerdictOutcome.Accepted : VerdictOutcome.Refused, Role, Policy, Expected)
        {
            Path = Path,
            EndEntity = EndEntity,
            Against = against,
            Soft = Soft,
            JudgedAt = JudgedAt,
        };
}
