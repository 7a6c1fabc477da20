using System.Security.Claims;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;

namespace MutualTls.Policies;

/// <summary>Shows one peer to an <see cref="IPeerValidator"/> and takes its answer. Saying nothing agrees.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class PeerValidationContext
{
    private readonly string _validator;
    private readonly PeerVerdict _pending;
    private readonly ValidatorRunner.ValidatorAnswer _answer;

    internal PeerValidationContext(string validator, PeerVerdict pending, ValidatorRunner.ValidatorAnswer answer)
    {
        _validator = validator;
        _pending = pending;
        _answer = answer;
    }

    /// <summary>Gets the part that the peer plays.</summary>
    public PeerRole Role => _pending.Role;

    /// <summary>Gets the name of the policy that judges it.</summary>
    public string PolicyName => _pending.Policy.Name;

    /// <summary>Gets the verified path from the peer's certificate to its trust anchor.</summary>
    public VerifiedPath Path => _pending.Path!;

    /// <summary>Gets who the peer is.</summary>
    public PeerIdentity Identity => _pending.Identity!;

    internal DateTimeOffset JudgedAt => _pending.JudgedAt;

    /// <summary>Refuses the peer.</summary>
    /// <param name="detail">Why, for the log and for <c>Explain</c>; the peer does not see it.</param>
    public void Refuse(string detail) => _answer.Findings.Add(ValidationReason.ValidatorRefused, 0, $"{_validator}: {detail}");

    /// <summary>Notes something that does not refuse the peer: it is seen on the verdict.</summary>
    /// <param name="detail">What.</param>
    public void Warn(string detail) => _answer.Warnings.Add(ValidationReason.ValidatorRefused, 0, $"{_validator}: {detail}");

    /// <summary>States something about the peer, for those who decide later: it is on the verdict if the peer is accepted.</summary>
    /// <param name="type">The kind of claim.</param>
    /// <param name="value">What is claimed.</param>
    public void AddClaim(string type, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        ArgumentNullException.ThrowIfNull(value);
        _answer.Claims.Add(new Claim(type, value, ClaimValueTypes.String, _validator));
    }

    /// <summary>Lets the answer be used again for the same peer, instead of asking each time.</summary>
    /// <param name="duration">For how long, from now; the least of all validators of the policy counts. Without this call the answer is not reused.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    /// <remarks>Ends early when the policy, or anything else that the verdict rests on, changes. A refusal is never reused.</remarks>
    public void CacheFor(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        _answer.Reuse = duration;
    }
}
