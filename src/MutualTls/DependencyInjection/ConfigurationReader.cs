using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MutualTls.Paths;
using MutualTls.Policies;
using static MutualTls.DependencyInjection.ConfigurationValues;

namespace MutualTls.DependencyInjection;

/// <summary>Reads credentials and policies from configuration. An unknown key is an error: a misspelt demand must not go unmade.</summary>
internal static class ConfigurationReader
{
    public static void Read(IConfiguration section, MutualTlsBuilder builder)
    {
        List<string> errors = [];
        if (section is IConfigurationSection named && !named.GetChildren().Any())
        {
            errors.Add($"{named.Path}: there is no such section, or nothing in it.");
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (child.Key.Equals("Revocation", StringComparison.OrdinalIgnoreCase))
            {
                RevocationServiceSection.Read(child, builder, errors);
                continue;
            }

            foreach (IConfigurationSection entry in child.GetChildren())
            {
                switch (child.Key.ToUpperInvariant())
                {
                    case "CREDENTIALS":
                        CredentialSection.Read(entry, builder, errors);
                        break;
                    case "POLICIES":
                        ReadPolicy(entry, builder, errors);
                        break;
                    default:
                        break;
                }
            }

            if (child.Key.ToUpperInvariant() is not ("CREDENTIALS" or "POLICIES"))
            {
                errors.Add($"{child.Path}: unknown; use Credentials, Policies or Revocation.");
            }
        }

        if (errors.Count > 0)
        {
            throw new MutualTlsConfigurationException("configuration", errors);
        }
    }

    private static void ReadPolicy(IConfigurationSection section, MutualTlsBuilder builder, List<string> errors)
    {
        // Read once to report what cannot be read; the same again whenever options are made.
        Apply(section, new PeerPolicyOptions(), errors);
        builder.AddPolicy(section.Key, policy => Apply(section, policy.Options, policy.Options.ConfigurationErrors));
        builder.Services.AddSingleton<IOptionsChangeTokenSource<PeerPolicyOptions>>(new ConfigurationChangeTokenSource<PeerPolicyOptions>(section.Key, section));
    }

    private static void Apply(IConfigurationSection section, PeerPolicyOptions options, List<string> errors)
    {
        CheckKeys(
            section,
            ["TrustFiles", "TrustSystemRoots", "Revocation", "Certificate", "Rules", "MaxIntermediates", "CertificatePolicies", "CertificatePolicyRules",
                nameof(PeerPolicyOptions.AlsoAskOperatingSystem), "ValidatorTimeout", "VerdictCacheLimit", "Dangerous", .. DemandSections.Keys],
            errors);
        CheckKeys(section.GetSection("Dangerous"), [nameof(DangerousOptions.AcceptAnyServerName), nameof(DangerousOptions.AuditOnly)], errors);
        AddAll(section.GetSection("TrustFiles"), options.TrustFiles, errors);
        AddAll(section.GetSection("CertificatePolicies"), options.CertificatePolicies, errors);
        options.TrustSystemRoots = Value(section, "TrustSystemRoots", bool.TryParse, options.TrustSystemRoots, errors);
        RevocationSection.Apply(section.GetSection("Revocation"), options.Revocation, errors);
        options.Certificate = Value<PeerCertificateMode>(section, "Certificate", TryParseName, options.Certificate, errors);
        options.Rules = Value<RulePreset>(section, "Rules", TryParseName, options.Rules, errors);
        options.CertificatePolicyRules = Value<CertificatePolicyRules>(section, "CertificatePolicyRules", TryParseName, options.CertificatePolicyRules, errors);
        options.MaxIntermediates = Value<int>(section, "MaxIntermediates", TryParseCount, options.MaxIntermediates, errors);
        options.ValidatorTimeout = Value<TimeSpan>(section, "ValidatorTimeout", TryParseTime, options.ValidatorTimeout, errors);
        options.VerdictCacheLimit = Value<long>(section, "VerdictCacheLimit", TryParseBytes, options.VerdictCacheLimit, errors);
        options.AlsoAskOperatingSystem = Value(section, nameof(options.AlsoAskOperatingSystem), bool.TryParse, options.AlsoAskOperatingSystem, errors);
        DemandSections.Apply(section, options, errors);
        IConfigurationSection dangerous = section.GetSection("Dangerous");
        options.Dangerous.AcceptAnyServerName = Value(dangerous, nameof(DangerousOptions.AcceptAnyServerName), bool.TryParse, options.Dangerous.AcceptAnyServerName, errors);
        options.Dangerous.AuditOnly = Value(dangerous, nameof(DangerousOptions.AuditOnly), bool.TryParse, options.Dangerous.AuditOnly, errors);
    }
}
