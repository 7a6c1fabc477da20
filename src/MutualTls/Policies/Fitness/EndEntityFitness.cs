using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;

namespace MutualTls.Policies.Fitness;

/// <summary>Checks that an end-entity certificate is fit for mutual TLS, beyond what makes its path valid. The preset Rfc5280 asks none of it.</summary>
internal static class EndEntityFitness
{
    public static void Check(ref Judgement judgement)
    {
        ParsedCertificate endEntity = judgement.EndEntity;
        if (judgement.Policy.PathParameters.Preset == RulePreset.Rfc5280)
        {
            return;
        }

        // RFC 5280 4.2.1.9 and 4.2.1.3: a CA's key signs certificates; used for TLS too, each connection puts the whole CA at risk.
        if (endEntity.IsCa || endEntity.KeyUsages is { } all && all.HasFlag(KeyUsages.KeyCertSign))
        {
            judgement.Add(ValidationReason.EndEntityIsCa, 0, endEntity.IsCa ? "basicConstraints says CA" : "key usage says keyCertSign");
        }

        // RFC 5280 4.2.1.3; RFC 8446 section 4.4.2.2: TLS 1.3 proves the key by a signature.
        if (endEntity.KeyUsages is { } usages && !usages.HasFlag(KeyUsages.DigitalSignature))
        {
            judgement.Add(ValidationReason.EndEntityKeyUsage, 0, usages.ToString());
        }

        // RFC 5280 4.2.1.12 lets an application demand that the purpose is named; "any" names none.
        ExtendedKeyUsages wanted = judgement.Role == PeerRole.Client ? ExtendedKeyUsages.ClientAuth : ExtendedKeyUsages.ServerAuth;
        if (endEntity.ExtendedKeyUsages is null or ExtendedKeyUsages.Any)
        {
            judgement.Add(ValidationReason.PurposeMissing, 0, $"wanted {wanted}, stated {endEntity.ExtendedKeyUsages?.ToString() ?? "nothing"}");
        }
    }
}
