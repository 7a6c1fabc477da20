using System.Security.Claims;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;
using MutualTls.Policies.Caching;
using MutualTls.Revocation;

namespace MutualTls.Policies;

/// <summary>Says whether a peer may connect, and why.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class PeerVerdict
{
    private readonly IReadOnlyList<Claim>? _claims;
    private PeerIdentity? _identity;

    internal PeerVerdict(VerdictOutcome outcome, PeerRole role, PeerPolicy policy, ReferenceIdentity? expected)
    {
        Outcome = outcome;
        Role = role;
        Policy = policy;
        Expected = expected;
        IsEnforced = !(policy.AuditOnly && role == PeerRole.Client && outcome == VerdictOutcome.Refused);
    }

    // The final verdict of a pending one.
    private PeerVerdict(PeerVerdict pending, FindingCollection? against, FindingCollection? soft, IReadOnlyList<Claim> claims)
        : this(against is null ? VerdictOutcome.Accepted : VerdictOutcome.Refused, pending.Role, pending.Policy, pending.Expected)
    {
        Path = pending.Path;
        EndEntity = pending.EndEntity;
        Against = against;
        Soft = FindingCollection.Join(soft, pending.Soft);
        RevocationResults = pending.RevocationResults;
        JudgedAt = pending.JudgedAt;
        From = pending.From;
        Until = pending.Until;
        _claims = claims;
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

    /// <summary>Gets what is known of the revocation of each certificate of <see cref="Path"/>; empty if the policy does not check it, or no path was found.</summary>
    public IReadOnlyList<RevocationResult> Revocation => RevocationResults ?? [];

    /// <summary>Gets when the peer was judged.</summary>
    public DateTimeOffset JudgedAt { get; internal init; }

    /// <summary>Gets the first moment at which the verdict no longer stands: a certificate of the path ends, or an answer that it rests on does.</summary>
    public DateTimeOffset Until { get; internal init; }

    /// <summary>Gets what the application's validators said of the peer; empty unless it is accepted.</summary>
    public IReadOnlyList<Claim> Claims => _claims ?? [];

    /// <summary>Gets the finding to show first, or null if there is none.</summary>
    public Finding? Primary => Against?.Primary;

    /// <summary>Gets whether a refusal is carried out; false under <see cref="DangerousOptions.AuditOnly"/>, where the peer connects and is worth nothing.</summary>
    public bool IsEnforced { get; internal init; }

    /// <summary>Gets whether nothing speaks against the peer.</summary>
    public bool IsAccepted => Outcome == VerdictOutcome.Accepted;

    /// <summary>Gets whether the peer may connect and has proved who it is; false for an anonymous client.</summary>
    public bool IsAuthenticated => IsAccepted && Path is not null;

    /// <summary>Gets whether bytes may pass: the peer is accepted, or its refusal is not enforced.</summary>
    public bool MayConnect => IsAccepted || !IsEnforced;

    /// <summary>Gets what was checked and what each check said, in the order people ask.</summary>
    public IReadOnlyList<VerdictCheck> Checks => VerdictChecks.Of(this);

    /// <summary>Writes outcome, policy and the first finding on one line.</summary>
    public override string ToString() =>
        IsAccepted ? $"Accepted by {Policy.Name}: {Identity?.ToString() ?? "anonymous"}"
        : $"{Outcome} by {Policy.Name}{(Primary is { } finding ? $": {finding}" : "")}";

    internal FindingCollection? Against { get; init; }

    internal FindingCollection? Soft { get; init; }

    /// <summary>Gets the first moment at which the verdict stands.</summary>
    internal DateTimeOffset From { get; init; }

    /// <summary>Gets whether the verdict is pending on revocation data.</summary>
    internal bool AwaitsRevocation { get; init; }

    /// <summary>Gets or sets what is judged again once the answers are there; set once, before anybody else sees the verdict.</summary>
    internal PresentedChain? Presented { get; set; }

    /// <summary>Gets or sets what was read of it beside the end-entity; null where nothing is judged again.</summary>
    internal ParsedCertificate[]? Others { get; set; }

    /// <summary>Gets the judgement of somebody else that this one awaits.</summary>
    internal Task<PeerVerdict>? FirstSight { get; init; }

    /// <summary>Gets or sets where the verdict is remembered; set once, before anybody else sees it.</summary>
    internal CachedVerdict? Entry { get; set; }

    /// <summary>Gets whether the verdict may be remembered: accepted, or it would be but for the application's validators.</summary>
    internal bool IsKeepable => Path is not null && Outcome != VerdictOutcome.Refused && !AwaitsRevocation && !IsOfUnknownStatus;

    // What soft-fail let in may be known a moment later, so it is asked each time.
    private bool IsOfUnknownStatus => Array.Exists(RevocationResults ?? [], result => result.Status == RevocationStatus.Unknown);

    internal RevocationResult[]? RevocationResults { get; init; }

    /// <summary>Makes a refusal for one reason, of a peer whose certificates were not judged.</summary>
    internal static PeerVerdict Refused(PeerRole role, PeerPolicy policy, ReferenceIdentity? expected, Finding finding, DateTimeOffset now)
    {
        FindingCollection findings = [];
        findings.Add(finding);
        return new PeerVerdict(VerdictOutcome.Refused, role, policy, expected) { Against = findings, JudgedAt = now };
    }

    /// <summary>Makes the refusal of a peer that changed its certificate within one connection; enforced in every mode.</summary>
    internal static PeerVerdict CertificateChanged(PeerRole role, PeerPolicy policy, ReferenceIdentity? expected, DateTimeOffset now)
    {
        FindingCollection findings = [];
        findings.Add(ValidationReason.CertificateChanged);
        return new PeerVerdict(VerdictOutcome.Refused, role, policy, expected) { Against = findings, JudgedAt = now, IsEnforced = true };
    }

    /// <summary>Makes the final verdict of a pending one.</summary>
    internal PeerVerdict Refuse(FindingCollection against, FindingCollection? soft = null) => new(this, against, soft, claims: []);

    /// <summary>Makes the final verdict of a pending one where nobody can await what it waits for.</summary>
    internal PeerVerdict RefuseWithoutGate()
    {
        FindingCollection findings = [];
        findings.Add(ValidationReason.PendingWithoutGate, 0, AwaitsRevocation ? "revocation data is not in memory" : "the application's validators are asked after the handshake");
        return Refuse(findings);
    }

    /// <summary>Makes the final verdict of a pending one.</summary>
    internal PeerVerdict Accept(FindingCollection? soft, IReadOnlyList<Claim> claims) => new(this, against: null, soft, claims);
}
