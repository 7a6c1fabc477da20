using System.Globalization;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;

namespace MutualTls.Policies.Fitness;

/// <summary>Checks that certificates are fit for mutual TLS as this policy sees it: the end-entity on its own, and the path it is on.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class FitnessPolicy
{
    private readonly TimeSpan? _maxLifetime, _minRemainingLife;
    private readonly ExtensionDemand[] _extensions;
    private readonly string[] _policies;
    private readonly IssuerSet? _issuers;
    private readonly UsageRules _usages;

    public FitnessPolicy(FitnessOptions options, RulePreset preset, ExtensionDemand[] extensions, IssuerSet? issuers)
    {
        _maxLifetime = options.MaxLifetime;
        _minRemainingLife = options.MinRemainingLife;
        _extensions = extensions;
        _policies = [.. options.RequiredCertificatePolicies.Select(policy => PolicyOids.ToDotted(PolicyOids.FromDotted(policy)))];
        _issuers = issuers;
        _usages = new UsageRules(options, preset);
        Algorithms = new AlgorithmRules(options.MinRsaBits) { Keys = options.KeyAlgorithms, Signatures = options.SignatureAlgorithms };
        ClockSkew = options.ClockSkew;
    }

    /// <summary>Gets what path validation is told of algorithms.</summary>
    public AlgorithmRules Algorithms { get; }

    /// <summary>Gets what path validation is told of clocks.</summary>
    public TimeSpan ClockSkew { get; }

    /// <summary>Gets whether anything is asked of the path as a whole.</summary>
    public bool AsksPath => _issuers is not null || _policies.Length > 0;

    public void Check(ref Judgement judgement)
    {
        _usages.Check(ref judgement);
        CheckLife(ref judgement);
        foreach (ExtensionDemand extension in _extensions)
        {
            extension.Check(ref judgement);
        }
    }

    public void Check(VerifiedPath path, ref PathAnswer answer)
    {
        _issuers?.Check(path, ref answer);
        foreach (string policy in _policies)
        {
            if (!path.CertificatePolicies.Contains(policy))
            {
                answer.Add(
                    ValidationReason.RequiredPolicyMissing, 0,
                    $"wanted {policy}, the path is valid for {(path.CertificatePolicies.Count == 0 ? "none" : string.Join(", ", path.CertificatePolicies))}");
            }
        }
    }

    private void CheckLife(ref Judgement judgement)
    {
        ParsedCertificate endEntity = judgement.EndEntity;
        if (_maxLifetime is { } longest && endEntity.NotAfter - endEntity.NotBefore > longest)
        {
            judgement.Add(ValidationReason.LifetimeTooLong, 0, Text(endEntity.NotAfter - endEntity.NotBefore, "at most", longest));
        }

        if (_minRemainingLife is not { } least)
        {
            return;
        }

        // A certificate that has expired is told so by its dates.
        TimeSpan left = endEntity.NotAfter - judgement.Now;
        if (left < least)
        {
            judgement.Add(ValidationReason.RemainingLifeTooShort, 0, Text(left, "at least", least));
        }
        else
        {
            judgement.HoldsWithin(DateTimeOffset.MinValue, endEntity.NotAfter - least);
        }
    }

    private static string Text(TimeSpan stated, string bound, TimeSpan wanted) =>
        string.Create(CultureInfo.InvariantCulture, $"{stated:d\\.hh\\:mm\\:ss}, {bound} {wanted:d\\.hh\\:mm\\:ss} wanted");
}
