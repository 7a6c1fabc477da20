using Microsoft.Extensions.Configuration;
using MutualTls.Revocation;

namespace MutualTls.DependencyInjection;

/// <summary>Reads how revocation is checked: one word, the mode, or an object that holds it as <c>Mode</c>.</summary>
internal static class RevocationSection
{
    private static readonly string[] Keys =
    [
        nameof(RevocationOptions.Mode), nameof(RevocationOptions.Depth), nameof(RevocationOptions.Preference), nameof(RevocationOptions.CrlFiles),
        nameof(RevocationOptions.StaleGrace), nameof(RevocationOptions.OnNoPointer), nameof(RevocationOptions.OnUnreachable), nameof(RevocationOptions.OnStale),
        nameof(RevocationOptions.OnMalformed), nameof(RevocationOptions.OnUnknown), nameof(RevocationOptions.Fetching), nameof(RevocationOptions.MaxWait),
        nameof(RevocationOptions.Places),
    ];

    private static readonly string[] PlaceKeys =
        [nameof(RevocationPlace.Source), nameof(RevocationPlace.Url), nameof(RevocationPlace.IssuerKeySha256), nameof(RevocationPlace.Use)];

    public static void Apply(IConfigurationSection section, RevocationOptions options, List<string> errors)
    {
        if (section.Value is { } word)
        {
            if (section.GetChildren().Any())
            {
                errors.Add($"{section.Path}: given both as one word and as a group; give the word as {nameof(options.Mode)} in the group.");
                return;
            }

            if (ConfigurationValues.TryParseName(word, out RevocationMode mode))
            {
                options.Mode = mode;
                return;
            }

            errors.Add($"{section.Path}: '{word}' is not one of {string.Join(", ", Enum.GetNames<RevocationMode>())}.");
            return;
        }

        ConfigurationValues.CheckKeys(section, Keys, errors);
        ConfigurationValues.AddAll(section.GetSection(nameof(options.CrlFiles)), options.CrlFiles, errors);
        options.Mode = Choice(section, nameof(options.Mode), options.Mode, errors);
        options.Depth = Choice(section, nameof(options.Depth), options.Depth, errors);
        options.Preference = Choice(section, nameof(options.Preference), options.Preference, errors);
        options.StaleGrace = ConfigurationValues.Value<TimeSpan>(section, nameof(options.StaleGrace), ConfigurationValues.TryParseTime, options.StaleGrace, errors);
        options.OnNoPointer = Choice(section, nameof(options.OnNoPointer), options.OnNoPointer, errors);
        options.OnUnreachable = Choice(section, nameof(options.OnUnreachable), options.OnUnreachable, errors);
        options.OnStale = Choice(section, nameof(options.OnStale), options.OnStale, errors);
        options.OnMalformed = Choice(section, nameof(options.OnMalformed), options.OnMalformed, errors);
        options.OnUnknown = Choice(section, nameof(options.OnUnknown), options.OnUnknown, errors);
        options.Fetching = Choice(section, nameof(options.Fetching), options.Fetching, errors);
        options.MaxWait = ConfigurationValues.Value<TimeSpan>(section, nameof(options.MaxWait), ConfigurationValues.TryParseTime, options.MaxWait, errors);
        foreach (IConfigurationSection place in section.GetSection(nameof(options.Places)).GetChildren())
        {
            ReadPlace(place, options, errors);
        }
    }

    private static void ReadPlace(IConfigurationSection section, RevocationOptions options, List<string> errors)
    {
        ConfigurationValues.CheckKeys(section, PlaceKeys, errors);
        if (!Uri.TryCreate(section[nameof(RevocationPlace.Url)], UriKind.Absolute, out Uri? url))
        {
            errors.Add($"{section.Path}:{nameof(RevocationPlace.Url)}: '{section[nameof(RevocationPlace.Url)]}' is no URL.");
            return;
        }

        options.Places.Add(new RevocationPlace(Choice(section, nameof(RevocationPlace.Source), RevocationSource.None, errors), url)
        {
            IssuerKeySha256 = section[nameof(RevocationPlace.IssuerKeySha256)],
            Use = Choice(section, nameof(RevocationPlace.Use), RevocationPlaceUse.BeforePointers, errors),
        });
    }

    private static T Choice<T>(IConfigurationSection section, string key, T otherwise, List<string> errors)
        where T : struct, Enum =>
        ConfigurationValues.Value<T>(section, key, ConfigurationValues.TryParseName, otherwise, errors);
}
