using MutualTls.Conformance.Cases;
using MutualTls.Conformance.Engines;
using MutualTls.Conformance.Running;
using MutualTls.Paths;

namespace MutualTls.Tests.Conformance;

/// <summary>Runs the outside suites whole, as the conformance command does. Each disagreement is in <c>deviations.json</c> with its reason, and nothing else is.</summary>
public class SuiteTests
{
    // Some cases are made to burn time; the budgets end them long before.
    private static readonly TimeSpan LongestCase = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("limbo", RulePreset.Rfc5280)]
    [InlineData("limbo", RulePreset.Strict)]
    [InlineData("bettertls", RulePreset.Rfc5280)]
    [InlineData("bettertls", RulePreset.Strict)]
    [InlineData("pkits", RulePreset.Rfc5280)]
    public async Task Run_WholeSuite_DiffersOnlyWhereListed(string suite, RulePreset preset)
    {
        string? folder = SuiteData.Find();
        Assert.SkipUnless(folder is not null, $"The suites are not here: put them at ../shared/conformance beside the repository, or name their folder in {SuiteData.Variable}.");
        CancellationToken stop = TestContext.Current.CancellationToken;
        List<ConformanceCase> cases = await ReadAsync(suite, folder, stop);

        List<CaseResult> results = await SuiteRunner.RunAsync(cases, new OurEngine(preset), cancellationToken: stop);

        HashSet<string> listed = Deviations.Of(suite, preset);
        List<CaseResult> disagreeing = [.. results.Where(r => r.Agreement != Agreement.Agrees)];
        Assert.NotEmpty(results);
        Assert.Empty(disagreeing.Where(r => !listed.Contains(r.Case.Id)).Select(r => $"{r.Case.Id}: {r.Agreement}: {r.Detail}"));
        Assert.Empty(listed.Except(disagreeing.Select(r => r.Case.Id)).Select(id => $"{id} is listed as a deviation and agrees, or is no case: take it off the list."));
        Assert.Empty(results.Where(r => !Gate.Passes(r, preset)).Select(r => $"{r.Case.Id} is gated: {r.Agreement}"));
        Assert.DoesNotContain(results, r => r.Agreement == Agreement.Exception);
        Assert.Empty(await StillSlowAsync([.. results.Where(r => r.Duration >= LongestCase).Select(r => r.Case)], preset, stop));
    }

    // A busy machine can halt any case for a while; one that is slow by itself is slow again.
    private static async Task<IEnumerable<string>> StillSlowAsync(List<ConformanceCase> slow, RulePreset preset, CancellationToken stop) =>
        from result in await SuiteRunner.RunAsync(slow, new OurEngine(preset), cancellationToken: stop)
        where result.Duration >= LongestCase
        select $"{result.Case.Id} took {result.Duration}";

    private static Task<List<ConformanceCase>> ReadAsync(string suite, string folder, CancellationToken stop) => suite switch
    {
        "limbo" => LimboSuite.ReadAsync([Path.Combine(folder, "limbo", "limbo.json.gz")], [Path.Combine(folder, "limbo", "scope.json")], stop),
        "bettertls" => LimboSuite.ReadAsync(
            [Path.Combine(folder, "limbo", "bettertls.json.gz")], [Path.Combine(folder, "limbo", "bettertls-scope.json.gz")], stop),
        _ => PkitsSuite.ReadAsync(Path.Combine(folder, "pkits"), stop),
    };
}
