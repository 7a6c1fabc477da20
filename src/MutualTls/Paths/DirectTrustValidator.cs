using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths.Rules;
using MutualTls.Trust;

namespace MutualTls.Paths;

/// <summary>Decides whether a certificate that is trusted as itself is valid: its dates, key, purpose and critical extensions. Who signed it does not count.</summary>
internal static class DirectTrustValidator
{
    /// <summary>Runs the rules that need no issuer. Null: <paramref name="findings"/> says why not, and no chain may take its place.</summary>
    public static VerifiedPath? Validate(
        ParsedCertificate endEntity, PathParameters parameters, PathPurpose purpose, DateTimeOffset time, out FindingCollection? findings)
    {
        PathBudget budget = default;
        TrustAnchor anchor = TrustAnchor.ForDirectTrust(endEntity);
        PathCheck path = new([endEntity], anchor, parameters, purpose, time, ref budget);
        AlgorithmRule.CheckKey(ref path, endEntity.PublicKey, depth: 0);
        ValidityRule.Check(ref path);
        ExtendedKeyUsageRule.Check(ref path);
        CriticalExtensionsRule.Check(ref path);
        findings = path.Findings;
        return findings is null ? new VerifiedPath(PathKind.DirectTrust, path.Certificates, anchor, parameters) : null;
    }
}
