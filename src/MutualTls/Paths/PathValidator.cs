using MutualTls.Findings;
using MutualTls.Paths.Rules;

namespace MutualTls.Paths;

/// <summary>Decides whether one path is valid. RFC 5280 section 6.1. Nothing but this and <see cref="DirectTrustValidator"/> makes a <see cref="VerifiedPath"/>.</summary>
internal static class PathValidator
{
    private delegate void Rule(ref PathCheck path);

    private delegate string Narration(in PathCheck path);

    private static readonly (string Name, Rule Check, Narration Tell)[] Rules =
    [
        ("names chain", NameChainingRule.Check, PathNarrator.Chaining),
        ("algorithms and keys", AlgorithmRule.Check, PathNarrator.Algorithms),
        ("dates", ValidityRule.Check, PathNarrator.Validity),
        ("issuers are CAs", BasicConstraintsRule.Check, PathNarrator.BasicConstraints),
        ("path length", PathLengthRule.Check, PathNarrator.PathLength),
        ("key usage", KeyUsageRule.Check, PathNarrator.KeyUsage),
        ("purpose", ExtendedKeyUsageRule.Check, PathNarrator.Purpose),
        ("critical extensions", CriticalExtensionsRule.Check, PathNarrator.CriticalExtensions),
        ("name constraints", NameConstraintsRule.Check, PathNarrator.NameConstraints),
        ("certificate policies", CertificatePoliciesRule.Check, PathNarrator.CertificatePolicies),
    ];

    /// <summary>Runs every rule over the path. Null: its findings say why not.</summary>
    /// <remarks>
    /// The rules are independent, so their order changes no verdict. Signatures, a thousand times dearer than all else together, come last
    /// and only if nothing else speaks against the path; the reader of the findings sees all that the cheap rules have to say.
    /// </remarks>
    public static VerifiedPath? Validate(ref PathCheck path, SignatureChecks signatures, JudgementTrace? trace = null)
    {
        foreach ((string name, Rule check, Narration tell) in Rules)
        {
            int before = path.Findings?.Count ?? 0;
            check(ref path);
            trace?.Tell(name, path.Findings, before, tell(path));
        }

        if (path.Parameters.Preset == RulePreset.Strict)
        {
            int before = path.Findings?.Count ?? 0;
            ProfileRule.Check(ref path);
            trace?.Tell("profile", path.Findings, before, PathNarrator.Profile(path));
        }

        if (path.Findings is null)
        {
            SignatureRule.Check(ref path, signatures);
            trace?.Tell("signatures", path.Findings, before: 0, PathNarrator.Signatures(path));
        }
        else
        {
            trace?.Note("signatures", "not checked: the path is refused without them");
        }

        return path.Findings is null ? new VerifiedPath(PathKind.Chain, path.Certificates, path.Anchor, path.Parameters) : null;
    }
}
