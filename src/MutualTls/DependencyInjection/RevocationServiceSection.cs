using Microsoft.Extensions.Configuration;
using MutualTls.Revocation;

namespace MutualTls.DependencyInjection;

/// <summary>Reads how revocation data is fetched, for all policies.</summary>
internal static class RevocationServiceSection
{
    private static readonly string[] Keys =
    [
        nameof(RevocationServiceOptions.Dangerous), nameof(RevocationServiceOptions.Proxy), nameof(RevocationServiceOptions.OcspTimeout),
        nameof(RevocationServiceOptions.CrlTimeout), nameof(RevocationServiceOptions.MaxCrlBytes), nameof(RevocationServiceOptions.RefreshInterval),
        nameof(RevocationServiceOptions.StoreFolder), nameof(RevocationServiceOptions.DistributedCache), nameof(RevocationServiceOptions.MaxStoredAge),
    ];

    public static void Read(IConfigurationSection section, MutualTlsBuilder builder, List<string> errors)
    {
        ConfigurationValues.CheckKeys(section, Keys, errors);

        // Read once to report what cannot be read; the same again when the options are made.
        RevocationServiceOptions read = new();
        Apply(section, read, errors);
        errors.AddRange(read.Validate().Select(error => $"{section.Path}:{error}"));
        builder.ConfigureRevocation(options => Apply(section, options, errors: []));
    }

    private static void Apply(IConfigurationSection section, RevocationServiceOptions options, List<string> errors)
    {
        IConfigurationSection dangerous = section.GetSection(nameof(options.Dangerous));
        ConfigurationValues.CheckKeys(dangerous, [nameof(options.Dangerous.AllowLocalAddresses)], errors);
        options.Dangerous.AllowLocalAddresses = ConfigurationValues.Value(
            dangerous, nameof(options.Dangerous.AllowLocalAddresses), bool.TryParse, options.Dangerous.AllowLocalAddresses, errors);
        options.OcspTimeout = ConfigurationValues.Value<TimeSpan>(section, nameof(options.OcspTimeout), ConfigurationValues.TryParseTime, options.OcspTimeout, errors);
        options.CrlTimeout = ConfigurationValues.Value<TimeSpan>(section, nameof(options.CrlTimeout), ConfigurationValues.TryParseTime, options.CrlTimeout, errors);
        options.MaxCrlBytes = ConfigurationValues.Value<int>(section, nameof(options.MaxCrlBytes), ConfigurationValues.TryParseCount, options.MaxCrlBytes, errors);
        options.RefreshInterval = ConfigurationValues.Value<TimeSpan>(
            section, nameof(options.RefreshInterval), ConfigurationValues.TryParseTime, options.RefreshInterval, errors);
        options.StoreFolder = ConfigurationValues.Value<string?>(section, nameof(options.StoreFolder), TryParseText, options.StoreFolder, errors);
        options.DistributedCache = ConfigurationValues.Value<RevocationCacheUse>(
            section, nameof(options.DistributedCache), ConfigurationValues.TryParseName, options.DistributedCache, errors);
        options.MaxStoredAge = ConfigurationValues.Value<TimeSpan>(section, nameof(options.MaxStoredAge), ConfigurationValues.TryParseTime, options.MaxStoredAge, errors);
        if (section[nameof(options.Proxy)] is { Length: > 0 } proxy)
        {
            if (Uri.TryCreate(proxy, UriKind.Absolute, out Uri? url))
            {
                options.Proxy = url;
            }
            else
            {
                errors.Add($"{section.Path}:{nameof(options.Proxy)}: '{proxy}' is no URL.");
            }
        }
    }

    private static bool TryParseText(string text, out string? value)
    {
        value = text.Length == 0 ? null : text;
        return true;
    }
}
