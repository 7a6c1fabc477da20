using MutualTls.Certificates;
using MutualTls.Paths.CertificatePolicies;
using MutualTls.Paths.Rules;
using MutualTls.Trust;

namespace MutualTls.Paths;

/// <summary>Proves that a path from an end-entity to a trust anchor was valid when it was checked, or that the end-entity is one that is trusted as itself. Only path validation makes one.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class VerifiedPath
{
    private readonly ParsedCertificate[] _certificates;
    private readonly CertificatePolicyInputs _policyInputs;
    private readonly long _fromTicks, _untilTicks = DateTimeOffset.MaxValue.Ticks;
    private IReadOnlyCollection<string>? _policies;

    // Only PathValidator and DirectTrustValidator call this.
    internal VerifiedPath(PathKind kind, ReadOnlySpan<ParsedCertificate> certificates, TrustAnchor anchor, PathParameters parameters)
    {
        Kind = kind;
        _certificates = certificates.ToArray();
        _policyInputs = parameters.CertificatePolicies;
        Anchor = anchor;
        TimeSpan skew = parameters.ClockSkew;
        if (anchor.Certificate is { } root)
        {
            (_fromTicks, _untilTicks) = (ValidityRule.StartTicks(root, skew), ValidityRule.EndTicks(root, skew));
        }

        foreach (ParsedCertificate certificate in certificates)
        {
            _fromTicks = Math.Max(_fromTicks, ValidityRule.StartTicks(certificate, skew));
            _untilTicks = Math.Min(_untilTicks, ValidityRule.EndTicks(certificate, skew));
        }
    }

    /// <summary>Gets what the trust rests on.</summary>
    public PathKind Kind { get; }

    /// <summary>Gets the certificates, the end-entity first and the anchor not among them.</summary>
    public IReadOnlyList<ParsedCertificate> Certificates => _certificates;

    /// <summary>Gets the peer's own certificate.</summary>
    public ParsedCertificate EndEntity => _certificates[0];

    /// <summary>Gets the anchor that the path ends at; of a certificate that is trusted as itself, its own name and key.</summary>
    public TrustAnchor Anchor { get; }

    /// <summary>Gets the first moment at which every certificate of the path is valid, the clock skew that the policy allows included.</summary>
    public DateTimeOffset NotBefore => new(_fromTicks, TimeSpan.Zero);

    /// <summary>Gets the first moment at which a certificate of the path is no longer valid, the clock skew that the policy allows included.</summary>
    public DateTimeOffset Until => new(_untilTicks, TimeSpan.Zero);

    /// <summary>Gets the certificate policies that the path is valid for, dotted: the user-constrained-policy-set of RFC 5280 section 6.1.6 (a).</summary>
    public IReadOnlyCollection<string> CertificatePolicies => _policies ??= ReadPolicies();

    internal ReadOnlySpan<ParsedCertificate> Span => _certificates;

    /// <summary>Writes the subjects from end-entity to anchor, for logs.</summary>
    public override string ToString() => Kind == PathKind.DirectTrust ? $"{EndEntity.Subject}, trusted as itself" : string.Join(" <- ", _certificates.Select(c => c.Subject).Append(Anchor.Subject));

    private string[] ReadPolicies()
    {
        PathBudget budget = default;
        PolicyProcessing.Run(_certificates, Anchor, _policyInputs, ref budget, out IReadOnlySet<string> policies, out _);
        return [.. policies.Select(PolicyOids.ToDotted).Order(StringComparer.Ordinal)];
    }
}
