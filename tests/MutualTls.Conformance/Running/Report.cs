using System.Globalization;
using System.Text.Json;

namespace MutualTls.Conformance.Running;

/// <summary>Writes results for people and for programs.</summary>
internal static class Report
{
    /// <summary>Writes a row per scope and per group: agreeing, the faults by kind, and the slowest case in milliseconds.</summary>
    public static void WriteTable(TextWriter output, IReadOnlyList<CaseResult> results, Func<CaseResult, bool> isGated)
    {
        int width = results.Select(r => r.Case.Group.Length).Append(12).Max();
        bool hasPolicies = results.Any(r => r.Case.ExpectedPolicies is not null);
        Header("scope");
        foreach (IGrouping<string, CaseResult> scope in results.GroupBy(r => r.Case.Scope).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Row(scope.Key, scope, scope.Any(isGated) ? "gated" : "");
        }

        output.WriteLine();
        Header("namespace");
        foreach (IGrouping<string, CaseResult> group in results.GroupBy(r => r.Case.Group))
        {
            Row(group.Key, group, "");
        }

        output.WriteLine();
        Row("total", results, "");

        void Header(string first) => output.WriteLine(
            $"{first.PadRight(width)} {"agree/total",12} {"wrongly accepted",17} {"wrongly refused",16}{(hasPolicies ? "  policies differ" : "")} {"exceptions",11} {"slowest ms",11}");

        void Row(string name, IEnumerable<CaseResult> rows, string note)
        {
            List<CaseResult> all = [.. rows];
            string policies = hasPolicies ? Count(Agreement.PoliciesDiffer).ToString(CultureInfo.InvariantCulture).PadLeft(17) : "";
            double slowest = all.Count == 0 ? 0 : all.Max(r => r.Duration).TotalMilliseconds;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name.PadRight(width)} {$"{Count(Agreement.Agrees)}/{all.Count}",12} {Count(Agreement.WronglyAccepted),17} {Count(Agreement.WronglyRefused),16}{policies} {Count(Agreement.Exception),11} {slowest,11:F1} {note}").TrimEnd());

            int Count(Agreement agreement) => all.Count(r => r.Agreement == agreement);
        }
    }

    /// <summary>Names each disagreement: expected, ours and our reason.</summary>
    public static void WriteDisagreements(TextWriter output, IEnumerable<CaseResult> results)
    {
        foreach (CaseResult result in results.Where(r => r.Agreement != Agreement.Agrees))
        {
            output.WriteLine($"{result.Case.Id} [{result.Case.Scope}]: {result.Agreement}: expected {result.Expected}, ours {result.Ours}, {result.Reason ?? "no reason"}: {result.Detail}");
        }
    }

    /// <summary>Writes an array with one record a case, each on a line of its own.</summary>
    public static async Task WriteJsonAsync(string path, IReadOnlyList<CaseResult> results, CancellationToken cancellationToken)
    {
        await using StreamWriter output = new(path);
        await output.WriteLineAsync("[");
        for (int i = 0; i < results.Count; i++)
        {
            CaseResult result = results[i];
            Record record = new(result.Case.Id, result.Ours, result.Reason, Math.Round(result.Duration.TotalMilliseconds, 3), result.Expected, result.Case.Scope, result.Detail);
            string line = JsonSerializer.Serialize(record, JsonSerializerOptions.Web);
            await output.WriteLineAsync((line + (i + 1 < results.Count ? "," : "")).AsMemory(), cancellationToken);
        }

        await output.WriteLineAsync("]");
    }

    private sealed record Record(string Id, string Ours, string? Reason, double Ms, string Expected, string Scope, string Detail);
}
