using MutualTls.Paths.Rules;

namespace MutualTls.Paths;

/// <summary>Decides whether one path is valid. RFC 5280 section 6.1. Nothing else makes a <see cref="VerifiedPath"/>.</summary>
internal static class PathValidator
{
    /// <summary>Runs every rule over the path. Null: its findings say why not.</summary>
    /// <remarks>
    /// The rules are independent, so their order changes no verdict. Signatures, a thousand times dearer than all else together, come last
    /// and only if nothing else speaks against the path; the reader of the findings sees all that the cheap rules have to say.
    /// </remarks>
    public static VerifiedPath? Validate(ref PathCheck path, SignatureChecks signatures)
    {
        NameChainingRule.Check(ref path);
        AlgorithmRule.Check(ref path);
        ValidityRule.Check(ref path);
        BasicConstraintsRule.Check(ref path);
        PathLengthRule.Check(ref path);
        KeyUsageRule.Check(ref path);
        ExtendedKeyUsageRule.Check(ref path);
        CriticalExtensionsRule.Check(ref path);
        NameConstraintsRule.Check(ref path);
        CertificatePoliciesRule.Check(ref path);
        if (path.Parameters.Preset == RulePreset.Strict)
        {
            ProfileRule.Check(ref path);
        }

        if (path.Findings is null)
        {
            SignatureRule.Check(ref path, signatures);
        }

        return path.Findings is null ? new VerifiedPath(path.Certificates, path.Anchor, path.Parameters.CertificatePolicies) : null;
    }
}
