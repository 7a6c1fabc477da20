namespace MutualTls.Tests.House;

/// <summary>What every class of benchmarks has.</summary>
public class BenchmarkTests
{
    // Ratios within one run are what is judged, so each class has something to compare with; allocations are always shown.
    [Fact]
    public void Classes_OfBenchmarks_HaveABaselineAndShowAllocations()
    {
        string[] classes = [.. Repository.Files("benchmarks", "*Benchmarks.cs").Where(file => Repository.ReadCode(file).Contains("[Benchmark", StringComparison.Ordinal))];
        Assert.NotEmpty(classes);
        Assert.All(classes, file =>
        {
            Assert.Contains("[MemoryDiagnoser]", Repository.ReadCode(file), StringComparison.Ordinal);
            Assert.Contains("Baseline = true", Repository.ReadCode(file), StringComparison.Ordinal);
        });
    }
}
