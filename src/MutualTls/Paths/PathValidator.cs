using MutualTls.Findings;
using MutualTls.Paths.Rules;

namespace MutualTls.Paths;

/// <summary>Decides whether one path is valid. RFC 5280 section 6.1. Nothing but this and <see cref="DirectTrustValidator"/> makes a <see cref="VerifiedPath"/>.</summary>
internal static class PathValidator
{
    /// <summary>Runs every rule over the path. Null: its findings say why not.</summary>
    /// <remarks>
    /// The rules are independent, so their order changes no verdict. The cheap ones come first and all of them run; the reader of the findings sees all that
    /// they have to say. Signatures follow if nothing speaks against the path. What can be made dear by what a certificate says is looked at last, when it is
    /// known who said it: a stranger's work for us ends with his first signature.
    /// </remarks>
    public static VerifiedPath? Validate(ref PathCheck path, SignatureChecks signatures, JudgementTrace? trace = null)
    {
        int told = 0;

        // What these cost grows with the path and no faster.
        NameChainingRule.Check(ref path);
        trace?.Tell("names chain", path.Findings, ref told, PathNarrator.Chaining(path));
        AlgorithmRule.Check(ref path);
        trace?.Tell("algorithms and keys", path.Findings, ref told, PathNarrator.Algorithms(path));
        ValidityRule.Check(ref path);
        trace?.Tell("dates", path.Findings, ref told, PathNarrator.Validity(path));
        BasicConstraintsRule.Check(ref path);
        trace?.Tell("issuers are CAs", path.Findings, ref told, PathNarrator.BasicConstraints(path));
        PathLengthRule.Check(ref path);
        trace?.Tell("path length", path.Findings, ref told, PathNarrator.PathLength(path));
        KeyUsageRule.Check(ref path);
        trace?.Tell("key usage", path.Findings, ref told, PathNarrator.KeyUsage(path));
        ExtendedKeyUsageRule.Check(ref path);
        trace?.Tell("purpose", path.Findings, ref told, PathNarrator.Purpose(path));
        CriticalExtensionsRule.Check(ref path);
        trace?.Tell("critical extensions", path.Findings, ref told, PathNarrator.CriticalExtensions(path));
        if (path.Parameters.Preset == RulePreset.Strict)
        {
            ProfileRule.Check(ref path);
            trace?.Tell("profile", path.Findings, ref told, PathNarrator.Profile(path));
        }

        if (path.Findings is not null)
        {
            trace?.Note("signatures", "not checked: the path is refused without them, and without a look at name constraints and certificate policies");
            return null;
        }

        SignatureRule.Check(ref path, signatures);
        trace?.Tell("signatures", path.Findings, ref told, PathNarrator.Signatures(path));
        if (path.Findings is not null)
        {
            return null;
        }

        // What these cost grows with one list times another.
        NameConstraintsRule.Check(ref path);
        trace?.Tell("name constraints", path.Findings, ref told, PathNarrator.NameConstraints(path));
        CertificatePoliciesRule.Check(ref path);
        trace?.Tell("certificate policies", path.Findings, ref told, PathNarrator.CertificatePolicies(path));
        return path.Findings is null ? new VerifiedPath(PathKind.Chain, path.Certificates, path.Anchor, path.Parameters) : null;
    }
}
