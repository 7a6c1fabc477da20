using MutualTls.Findings;
using MutualTls.Paths.Rules;

namespace MutualTls.Paths;

/// <summary>Decides whether one path is valid. RFC 5280 section 6.1. Nothing but this and <see cref="DirectTrustValidator"/> makes a <see cref="VerifiedPath"/>.</summary>
internal static class PathValidator
{
    private delegate void Rule(ref PathCheck path);

    private delegate string Narration(in PathCheck path);

    // What these cost grows with the path and no faster.
    private static readonly (string Name, Rule Check, Narration Tell)[] CheapRules =
    [
        ("names chain", NameChainingRule.Check, PathNarrator.Chaining),
        ("algorithms and keys", AlgorithmRule.Check, PathNarrator.Algorithms),
        ("dates", ValidityRule.Check, PathNarrator.Validity),
        ("issuers are CAs", BasicConstraintsRule.Check, PathNarrator.BasicConstraints),
        ("path length", PathLengthRule.Check, PathNarrator.PathLength),
        ("key usage", KeyUsageRule.Check, PathNarrator.KeyUsage),
        ("purpose", ExtendedKeyUsageRule.Check, PathNarrator.Purpose),
        ("critical extensions", CriticalExtensionsRule.Check, PathNarrator.CriticalExtensions),
    ];

    // What these cost grows with one list times another.
    private static readonly (string Name, Rule Check, Narration Tell)[] DearRules =
    [
        ("name constraints", NameConstraintsRule.Check, PathNarrator.NameConstraints),
        ("certificate policies", CertificatePoliciesRule.Check, PathNarrator.CertificatePolicies),
    ];

    /// <summary>Runs every rule over the path. Null: its findings say why not.</summary>
    /// <remarks>
    /// The rules are independent, so their order changes no verdict. The cheap ones come first and all of them run; the reader of the findings sees all that
    /// they have to say. Signatures follow if nothing speaks against the path. What can be made dear by what a certificate says is looked at last, when it is
    /// known who said it: a stranger's work for us ends with his first signature.
    /// </remarks>
    public static VerifiedPath? Validate(ref PathCheck path, SignatureChecks signatures, JudgementTrace? trace = null)
    {
        Run(CheapRules, ref path, trace);
        if (path.Parameters.Preset == RulePreset.Strict)
        {
            int before = path.Findings?.Count ?? 0;
            ProfileRule.Check(ref path);
            trace?.Tell("profile", path.Findings, before, PathNarrator.Profile(path));
        }

        if (path.Findings is not null)
        {
            trace?.Note("signatures", "not checked: the path is refused without them, and without a look at name constraints and certificate policies");
            return null;
        }

        SignatureRule.Check(ref path, signatures);
        trace?.Tell("signatures", path.Findings, before: 0, PathNarrator.Signatures(path));
        if (path.Findings is not null)
        {
            return null;
        }

        Run(DearRules, ref path, trace);
        return path.Findings is null ? new VerifiedPath(PathKind.Chain, path.Certificates, path.Anchor, path.Parameters) : null;
    }

    private static void Run((string Name, Rule Check, Narration Tell)[] rules, ref PathCheck path, JudgementTrace? trace)
    {
        foreach ((string name, Rule check, Narration tell) in rules)
        {
            int before = path.Findings?.Count ?? 0;
            check(ref path);
            trace?.Tell(name, path.Findings, before, tell(path));
        }
    }
}
