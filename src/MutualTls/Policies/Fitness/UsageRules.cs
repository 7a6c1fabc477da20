using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;

namespace MutualTls.Policies.Fitness;

/// <summary>Checks that an end-entity may be used for mutual TLS, beyond what makes its path valid. The preset Rfc5280 asks none of it by itself.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class UsageRules(FitnessOptions options, RulePreset preset)
{
    private readonly bool _isStrict = preset != RulePreset.Rfc5280;
    private readonly bool _refusesAny = Refuses(options.AnyExtendedKeyUsage, preset != RulePreset.Rfc5280);
    private readonly bool _refusesNoPurpose = Refuses(options.MissingExtendedKeyUsage, preset != RulePreset.Rfc5280);
    private readonly bool _refusesNoUsage = Refuses(options.MissingKeyUsage, byPreset: false);

    public void Check(ref Judgement judgement)
    {
        ParsedCertificate endEntity = judgement.EndEntity;
        if (_isStrict)
        {
            CheckStrictly(ref judgement, endEntity);
        }

        if (_refusesNoUsage && endEntity.KeyUsages is null)
        {
            judgement.Add(ValidationReason.KeyUsageMissing, 0);
        }

        // RFC 5280 4.2.1.12 lets an application demand that the purpose is named; "any" names none.
        ExtendedKeyUsages wanted = judgement.Role == PeerRole.Client ? ExtendedKeyUsages.ClientAuth : ExtendedKeyUsages.ServerAuth;
        bool unnamed = endEntity.ExtendedKeyUsages is { } stated
            ? _refusesAny && (stated & ExtendedKeyUsages.Any) != 0 && (stated & wanted) == 0
            : _refusesNoPurpose;
        if (unnamed)
        {
            judgement.Add(ValidationReason.PurposeMissing, 0, $"wanted {wanted}, stated {endEntity.ExtendedKeyUsages?.ToString() ?? "nothing"}");
        }
    }

    private static void CheckStrictly(ref Judgement judgement, ParsedCertificate endEntity)
    {
        // RFC 5280 4.2.1.9 and 4.2.1.3: a CA's key signs certificates; used for TLS too, each connection puts the whole CA at risk.
        if (endEntity.IsCa || endEntity.KeyUsages is { } all && (all & KeyUsages.KeyCertSign) != 0)
        {
            judgement.Add(ValidationReason.EndEntityIsCa, 0, endEntity.IsCa ? "basicConstraints says CA" : "key usage says keyCertSign");
        }

        // RFC 5280 4.2.1.3; RFC 8446 section 4.4.2.2: TLS 1.3 proves the key by a signature.
        if (endEntity.KeyUsages is { } usages && (usages & KeyUsages.DigitalSignature) == 0)
        {
            judgement.Add(ValidationReason.EndEntityKeyUsage, 0, usages.ToString());
        }
    }

    private static bool Refuses(PresetOverride rule, bool byPreset) => rule == PresetOverride.AsPreset ? byPreset : rule == PresetOverride.Refuse;
}
