using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;

namespace MutualTls.Policies;

/// <summary>Shows one peer to an <see cref="IPeerValidator"/> and takes its answer.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class PeerValidationContext
{
    internal PeerValidationContext(string validator, PeerRole role, string policyName, VerifiedPath path, PeerIdentity identity, FindingCollection findings)
    {
        _validator = validator;
        _findings = findings;
        Role = role;
        PolicyName = policyName;
        Path = path;
        Identity = identity;
    }

    private readonly string _validator;
    private readonly FindingCollection _findings;

    /// <summary>Gets the part that the peer plays.</summary>
    public PeerRole Role { get; }

    /// <summary>Gets the name of the policy that judges it.</summary>
    public string PolicyName { get; }

    /// <summary>Gets the verified path from the peer's certificate to its trust anchor.</summary>
    public VerifiedPath Path { get; }

    /// <summary>Gets who the peer is.</summary>
    public PeerIdentity Identity { get; }

    /// <summary>Refuses the peer.</summary>
    /// <param name="detail">Why, for the log and for <c>Explain</c>; the peer does not see it.</param>
    public void Refuse(string detail) => _findings.Add(ValidationReason.ValidatorRefused, 0, $"{_validator}: {detail}");
}
