using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace MutualTls.DependencyInjection;

/// <summary>Reads single values of configuration, and tells where and what would be right.</summary>
internal static class ConfigurationValues
{
    public delegate bool Parser<T>(string text, out T value);

    public static T Value<T>(IConfigurationSection section, string key, Parser<T> parse, T otherwise, List<string> errors)
    {
        IConfigurationSection one = section.GetSection(key);
        if (one.GetChildren().Any())
        {
            errors.Add($"{one.Path}: one value is wanted, not a list or a group.");
            return otherwise;
        }

        if (one.Value is not { } text)
        {
            return otherwise;
        }

        if (parse(text, out T value))
        {
            return value;
        }

        Type type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        string choices = type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
            : type == typeof(TimeSpan) ? "a time such as 00:00:10 or 90.00:00:00"
            : type == typeof(DateTimeOffset) ? "a moment such as 2030-01-31T00:00:00Z"
            : $"a {type.Name}";
        errors.Add($"{section.Path}:{key}: '{text}' is not {choices}.");
        return otherwise;
    }

    // Names only: a number would also be taken, whether or not it has a meaning. Several make another of an enum that has no flags.
    public static bool TryParseName<T>(string text, out T value)
        where T : struct, Enum
    {
        value = default;
        return !text.AsSpan().ContainsAnyInRange('0', '9') && (!text.Contains(',', StringComparison.Ordinal) || typeof(T).IsDefined(typeof(FlagsAttribute), inherit: false))
            && Enum.TryParse(text, ignoreCase: true, out value);
    }

    public static bool TryParseCount(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    public static bool TryParseBytes(string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    // A bare number would be taken for days, which nobody means.
    public static bool TryParseTime(string text, out TimeSpan value)
    {
        value = default;
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    public static void AddAll(IConfigurationSection list, IList<string> into, List<string> errors)
    {
        foreach (IConfigurationSection child in list.GetChildren())
        {
            if (child.GetChildren().Any() || string.IsNullOrWhiteSpace(child.Value))
            {
                errors.Add($"{child.Path}: blank, or a group; each entry of the list is a text.");
            }
            else
            {
                into.Add(child.Value);
            }
        }

        // One entry needs no list. An empty list reads as an empty text; whoever wrote one may have meant "nobody", where leaving it out means "anybody".
        if (!string.IsNullOrWhiteSpace(list.Value))
        {
            into.Add(list.Value);
        }
        else if (list.Value is not null)
        {
            errors.Add($"{list.Path}: an empty list says nothing; leave it out, or say what is meant.");
        }
    }

    public static void CheckKeys(IConfigurationSection section, string[] known, List<string> errors)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            errors.Add($"{section.Path}: '{section.Value}' is one value where a group is wanted; use {string.Join(", ", known)}.");
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                errors.Add($"{child.Path}: unknown; use {string.Join(", ", known)}.");
            }
        }
    }
}
