using System.Diagnostics;
using MutualTls.Conformance.Cases;
using MutualTls.Conformance.Engines;

namespace MutualTls.Conformance.Running;

/// <summary>Gives every case to an engine, one after another.</summary>
internal static class SuiteRunner
{
    /// <summary>Runs all cases; the fault of one never stops the run.</summary>
    /// <param name="cases">The cases.</param>
    /// <param name="engine">Who judges.</param>
    /// <param name="progress">Told the number of cases done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<List<CaseResult>> RunAsync(
        IReadOnlyList<ConformanceCase> cases, IConformanceEngine engine, Action<int>? progress = null, CancellationToken cancellationToken = default)
    {
        List<CaseResult> results = [];
        if (cases.Count > 0)
        {
            // Once beforehand, so that compiling the code is not in the time of the first.
            await RunOneAsync(cases[0], engine, cancellationToken);
        }

        foreach (ConformanceCase @case in cases)
        {
            results.Add(await RunOneAsync(@case, engine, cancellationToken));
            progress?.Invoke(results.Count);
        }

        return results;
    }

    private static async Task<CaseResult> RunOneAsync(ConformanceCase @case, IConformanceEngine engine, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            CaseAnswer answer = await engine.JudgeAsync(@case, cancellationToken);
            return new CaseResult(@case, answer, Exception: null, Stopwatch.GetElapsedTime(start));
        }
#pragma warning disable CA1031 // An exception is a result here.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new CaseResult(@case, Answer: null, exception, Stopwatch.GetElapsedTime(start));
        }
    }
}
