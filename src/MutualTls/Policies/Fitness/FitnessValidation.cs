using System.Globalization;
using MutualTls.Certificates;
using MutualTls.Paths;

namespace MutualTls.Policies.Fitness;

/// <summary>Checks the options of fitness, reports every error at once, and compiles them.</summary>
internal static class FitnessValidation
{
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(5), Year = TimeSpan.FromDays(365);

    /// <summary>Compiles; null if there are errors.</summary>
    public static FitnessPolicy? Compile(FitnessOptions options, RulePreset preset, List<string> errors)
    {
        int before = errors.Count;
        CheckOverride(nameof(options.AnyExtendedKeyUsage), options.AnyExtendedKeyUsage, errors);
        CheckOverride(nameof(options.MissingExtendedKeyUsage), options.MissingExtendedKeyUsage, errors);
        CheckOverride(nameof(options.MissingKeyUsage), options.MissingKeyUsage, errors);
        CheckEach(nameof(options.KeyAlgorithms), options.KeyAlgorithms, PublicKeyAlgorithm.Unsupported, errors);
        CheckEach(nameof(options.SignatureAlgorithms), options.SignatureAlgorithms, SignatureAlgorithm.Unsupported, errors);
        foreach (SignatureAlgorithm weak in options.SignatureAlgorithms.Where(AlgorithmRules.IsWeak))
        {
            errors.Add($"Fitness:SignatureAlgorithms: {weak} is refused by every preset, so it cannot be allowed; name stronger ones.");
        }

        if (options.MinRsaBits is < 2048 or > AlgorithmRules.MaxRsaBits)
        {
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"Fitness:MinRsaBits: {options.MinRsaBits} is not from 2048 to {AlgorithmRules.MaxRsaBits}."));
        }

        CheckTime(nameof(options.MaxLifetime), options.MaxLifetime, TimeSpan.FromMinutes(1), 100 * Year, "1 minute to 36,500 days", errors);
        CheckTime(nameof(options.MinRemainingLife), options.MinRemainingLife, TimeSpan.FromSeconds(1), Year, "1 second to 365 days", errors);
        CheckTime(nameof(options.ClockSkew), options.ClockSkew, TimeSpan.Zero, MaxSkew, "0 to 5 minutes", errors);
        if (options.MinRemainingLife >= options.MaxLifetime)
        {
            errors.Add("Fitness:MinRemainingLife: is not less than MaxLifetime, so no certificate could ever be accepted.");
        }

        List<ExtensionDemand> extensions = ReadExtensions(options.RequiredExtensions, errors);
        for (int i = 0; i < options.RequiredCertificatePolicies.Count; i++)
        {
            if (!PolicyOids.IsDotted(options.RequiredCertificatePolicies[i]))
            {
                errors.Add($"Fitness:RequiredCertificatePolicies:{i}: '{options.RequiredCertificatePolicies[i]}' is no dotted object identifier.");
            }
        }

        IssuerSet? issuers = options.Issuers.Count == 0 ? null : new IssuerSet();
        for (int i = 0; i < options.Issuers.Count; i++)
        {
            if (issuers!.Add(options.Issuers[i]) is { } wrong)
            {
                errors.Add($"Fitness:Issuers:{i}: '{options.Issuers[i]}': {wrong}.");
            }
        }

        return errors.Count == before ? new FitnessPolicy(options, preset, [.. extensions], issuers) : null;
    }

    private static List<ExtensionDemand> ReadExtensions(IList<string> patterns, List<string> errors)
    {
        List<ExtensionDemand> read = [];
        for (int i = 0; i < patterns.Count; i++)
        {
            if (ExtensionDemand.TryParse(patterns[i], out string? wrong) is { } demand)
            {
                read.Add(demand);
            }
            else
            {
                errors.Add($"Fitness:RequiredExtensions:{i}: '{patterns[i]}': {wrong}.");
            }
        }

        return read;
    }

    private static void CheckOverride(string option, PresetOverride value, List<string> errors)
    {
        if (!Enum.IsDefined(value))
        {
            errors.Add($"Fitness:{option}: {value} is no choice; use AsPreset, Accept or Refuse.");
        }
    }

    private static void CheckEach<T>(string option, IList<T> values, T none, List<string> errors)
        where T : struct, Enum
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (!Enum.IsDefined(values[i]) || EqualityComparer<T>.Default.Equals(values[i], none))
            {
                errors.Add($"Fitness:{option}:{i}: {values[i]} is none; use {string.Join(", ", Enum.GetValues<T>().Where(value => !EqualityComparer<T>.Default.Equals(value, none)))}.");
            }
        }
    }

    private static void CheckTime(string option, TimeSpan? value, TimeSpan least, TimeSpan most, string range, List<string> errors)
    {
        if (value < least || value > most)
        {
            errors.Add($"Fitness:{option}: {value} is not from {range}.");
        }
    }
}
