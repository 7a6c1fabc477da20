using System.Globalization;
using Microsoft.Extensions.Configuration;
using MutualTls.Certificates;
using MutualTls.Pinning;
using MutualTls.Policies;
using MutualTls.Policies.Fitness;
using MutualTls.Policies.Lists;
using MutualTls.Policies.Names;
using MutualTls.Policies.Pins;
using static MutualTls.DependencyInjection.ConfigurationValues;

namespace MutualTls.DependencyInjection;

/// <summary>Reads the groups of a policy's demands from configuration: names, pins, lists, fitness, and what becomes of live connections.</summary>
internal static class DemandSections
{
    public static readonly string[] Keys =
    [
        nameof(PeerPolicyOptions.Names), nameof(PeerPolicyOptions.Pins), nameof(PeerPolicyOptions.Lists), nameof(PeerPolicyOptions.Fitness), nameof(PeerPolicyOptions.Live),
    ];

    public static void Apply(IConfigurationSection policy, PeerPolicyOptions options, List<string> errors)
    {
        ReadNames(policy.GetSection(nameof(options.Names)), options.Names, errors);
        ReadPins(policy.GetSection(nameof(options.Pins)), options.Pins, errors);
        ReadLists(policy.GetSection(nameof(options.Lists)), options.Lists, errors);
        ReadFitness(policy.GetSection(nameof(options.Fitness)), options.Fitness, errors);
        ReadLive(policy.GetSection(nameof(options.Live)), options.Live, errors);
    }

    private static void ReadLive(IConfigurationSection section, LiveConnectionOptions live, List<string> errors)
    {
        CheckKeys(section, [nameof(live.Mode), nameof(live.DrainTimeout)], errors);
        live.Mode = Value<LiveConnectionMode>(section, nameof(live.Mode), TryParseName, live.Mode, errors);
        live.DrainTimeout = Value<TimeSpan>(section, nameof(live.DrainTimeout), TryParseTime, live.DrainTimeout, errors);
    }

    private static void ReadNames(IConfigurationSection section, NameOptions names, List<string> errors)
    {
        CheckKeys(section, [nameof(names.Any), nameof(names.All), nameof(names.None), nameof(names.IdentifyServerBy)], errors);
        AddAll(section.GetSection(nameof(names.Any)), names.Any, errors);
        AddAll(section.GetSection(nameof(names.All)), names.All, errors);
        AddAll(section.GetSection(nameof(names.None)), names.None, errors);
        AddAll(section.GetSection(nameof(names.IdentifyServerBy)), names.IdentifyServerBy, errors);
    }

    private static void ReadPins(IConfigurationSection section, PinOptions pins, List<string> errors)
    {
        CheckKeys(section, [nameof(pins.Pins), nameof(pins.PinFiles), nameof(pins.Targets), nameof(pins.ExpiresAt), nameof(pins.Backup), nameof(pins.Mode)], errors);
        AddAll(section.GetSection(nameof(pins.Pins)), pins.Pins, errors);
        AddAll(section.GetSection(nameof(pins.PinFiles)), pins.PinFiles, errors);
        pins.Targets = Value<PinTargets>(section, nameof(pins.Targets), TryParseName, pins.Targets, errors);
        pins.Backup = Value<PinBackup>(section, nameof(pins.Backup), TryParseName, pins.Backup, errors);
        pins.Mode = Value<PinMode>(section, nameof(pins.Mode), TryParseName, pins.Mode, errors);
        pins.ExpiresAt = Value<DateTimeOffset?>(section, nameof(pins.ExpiresAt), TryParseOptionalMoment, pins.ExpiresAt, errors);
    }

    private static void ReadLists(IConfigurationSection section, ListOptions lists, List<string> errors)
    {
        CheckKeys(
            section, [nameof(lists.AllowedCertificates), nameof(lists.AllowedCertificateFiles), nameof(lists.Denied), nameof(lists.DeniedFiles)], errors);
        AddAll(section.GetSection(nameof(lists.AllowedCertificates)), lists.AllowedCertificates, errors);
        AddAll(section.GetSection(nameof(lists.AllowedCertificateFiles)), lists.AllowedCertificateFiles, errors);
        AddAll(section.GetSection(nameof(lists.Denied)), lists.Denied, errors);
        AddAll(section.GetSection(nameof(lists.DeniedFiles)), lists.DeniedFiles, errors);
    }

    private static void ReadFitness(IConfigurationSection section, FitnessOptions fitness, List<string> errors)
    {
        CheckKeys(
            section,
            [nameof(fitness.AnyExtendedKeyUsage), nameof(fitness.MissingExtendedKeyUsage), nameof(fitness.MissingKeyUsage), nameof(fitness.KeyAlgorithms), nameof(fitness.MinRsaBits),
                nameof(fitness.SignatureAlgorithms), nameof(fitness.MaxLifetime), nameof(fitness.MinRemainingLife), nameof(fitness.ClockSkew), nameof(fitness.RequiredExtensions),
                nameof(fitness.RequiredCertificatePolicies), nameof(fitness.Issuers)],
            errors);
        fitness.AnyExtendedKeyUsage = Rule(section, nameof(fitness.AnyExtendedKeyUsage), fitness.AnyExtendedKeyUsage, errors);
        fitness.MissingExtendedKeyUsage = Rule(section, nameof(fitness.MissingExtendedKeyUsage), fitness.MissingExtendedKeyUsage, errors);
        fitness.MissingKeyUsage = Rule(section, nameof(fitness.MissingKeyUsage), fitness.MissingKeyUsage, errors);
        fitness.MinRsaBits = Value<int>(section, nameof(fitness.MinRsaBits), TryParseCount, fitness.MinRsaBits, errors);
        fitness.MaxLifetime = Value<TimeSpan?>(section, nameof(fitness.MaxLifetime), TryParseOptionalTime, fitness.MaxLifetime, errors);
        fitness.MinRemainingLife = Value<TimeSpan?>(section, nameof(fitness.MinRemainingLife), TryParseOptionalTime, fitness.MinRemainingLife, errors);
        fitness.ClockSkew = Value<TimeSpan>(section, nameof(fitness.ClockSkew), TryParseTime, fitness.ClockSkew, errors);
        AddNames<PublicKeyAlgorithm>(section.GetSection(nameof(fitness.KeyAlgorithms)), fitness.KeyAlgorithms, errors);
        AddNames<SignatureAlgorithm>(section.GetSection(nameof(fitness.SignatureAlgorithms)), fitness.SignatureAlgorithms, errors);
        AddAll(section.GetSection(nameof(fitness.RequiredExtensions)), fitness.RequiredExtensions, errors);
        AddAll(section.GetSection(nameof(fitness.RequiredCertificatePolicies)), fitness.RequiredCertificatePolicies, errors);
        AddAll(section.GetSection(nameof(fitness.Issuers)), fitness.Issuers, errors);
    }

    private static PresetOverride Rule(IConfigurationSection section, string key, PresetOverride otherwise, List<string> errors) =>
        Value<PresetOverride>(section, key, TryParseName, otherwise, errors);

    private static void AddNames<T>(IConfigurationSection list, IList<T> into, List<string> errors)
        where T : struct, Enum
    {
        List<string> texts = [];
        AddAll(list, texts, errors);
        foreach (string text in texts)
        {
            if (Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase))
            {
                into.Add(Enum.Parse<T>(text, ignoreCase: true));
            }
            else
            {
                errors.Add($"{list.Path}: '{text}' is not one of {string.Join(", ", Enum.GetNames<T>())}.");
            }
        }
    }

    private static bool TryParseOptionalTime(string text, out TimeSpan? value)
    {
        bool read = TryParseTime(text, out TimeSpan time);
        value = time;
        return read;
    }

    // A time without an offset is UTC, never the clock on a wall.
    private static bool TryParseOptionalMoment(string text, out DateTimeOffset? value)
    {
        bool read = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment);
        value = moment;
        return read;
    }
}
