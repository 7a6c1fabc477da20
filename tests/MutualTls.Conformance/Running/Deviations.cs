using System.Text.Json;
using MutualTls.Paths;

namespace MutualTls.Conformance.Running;

/// <summary>Lists where our engine differs from a suite, and why: <c>deviations.json</c>.</summary>
internal static class Deviations
{
    /// <summary>Gets the ids of the cases of a suite that do not agree under a preset.</summary>
    public static HashSet<string> Of(string suite, RulePreset preset) =>
        [.. Read().Where(e => e.Suite == suite && e.Presets.Contains(preset.ToString(), StringComparer.OrdinalIgnoreCase)).SelectMany(e => e.Ids)];

    private static List<Entry> Read()
    {
        using Stream json = typeof(Deviations).Assembly.GetManifestResourceStream("deviations.json")!;
        return JsonSerializer.Deserialize<List<Entry>>(json, JsonSerializerOptions.Web)!;
    }

    /// <param name="Suite">limbo, bettertls or pkits.</param>
    /// <param name="Presets">Under which presets.</param>
    /// <param name="Reason">Why we differ, for the reader.</param>
    /// <param name="Ids">The cases.</param>
    private sealed record Entry(string Suite, List<string> Presets, string Reason, List<string> Ids);
}
