using System.Text.Json;

namespace MutualTls.Conformance.Differential;

/// <summary>The classes of disagreement that are known, each with its explanation: <c>differential.json</c>.</summary>
internal static class DisagreementList
{
    /// <summary>Tells what is wrong with a result: a class that nobody explained, an explanation of nothing, or a chain that we accept and both others refuse for one and the same.</summary>
    public static List<string> Faults(DifferentialResult result, bool expectsAll)
    {
        HashSet<string> explained = [.. Read().SelectMany(e => e.Classes)];
        List<string> faults = [.. result.Classes
            .Where(c => !explained.Contains(c.Key))
            .Select(c => $"Not explained: {c.Key}: {string.Join(" | ", c.Value.Examples)}")];
        faults.AddRange(result.OursAloneForOneCause.Select(id => $"Accepted by us alone: {id}"));
        if (expectsAll)
        {
            faults.AddRange(explained.Where(name => !result.Classes.ContainsKey(name)).Select(name => $"Stale: {name}"));
        }

        return faults;
    }

    private static List<Entry> Read()
    {
        using Stream json = typeof(DisagreementList).Assembly.GetManifestResourceStream("differential.json")!;
        return JsonSerializer.Deserialize<List<Entry>>(json, JsonSerializerOptions.Web)!;
    }

    /// <param name="Id">Names the explanation.</param>
    /// <param name="Explanation">Why the engines differ, and why ours is right.</param>
    /// <param name="Classes">The classes it explains.</param>
    private sealed record Entry(string Id, string Explanation, List<string> Classes);
}
