using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MutualTls.Conformance.Cases;

namespace MutualTls.Conformance.Fuzzing;

/// <summary>The command that mutates what others write and gives it to what reads it.</summary>
internal static class FuzzCommand
{
    public const string AllTargets = "all";

    public static Command Build()
    {
        Option<string> target = new("--target") { Description = "What to fuzz.", DefaultValueFactory = _ => AllTargets };
        target.AcceptOnlyFromAmong("certificate", "crl", "ocsp", "path", AllTargets);
        Option<int> seconds = new("--seconds") { Description = "How long.", DefaultValueFactory = _ => 60 };
        Option<int?> seed = new("--seed") { Description = "Repeats a run; drawn and printed if not given." };
        Option<string?> corpus = new("--corpus") { Description = "A folder of DER files to mutate as certificates too." };
        Option<string> findings = new("--findings") { Description = "The folder for what is found.", DefaultValueFactory = _ => "fuzz-findings" };
        Command command = new("fuzz", "Mutates certificates, CRLs, OCSP answers and chains, and watches what MutualTls does with them.") { target, seconds, seed, corpus, findings };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            (TextWriter output, TextWriter error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            int from = parsed.GetValue(seed) ?? Random.Shared.Next();
            try
            {
                List<ConformanceCase> suites = await FuzzSeeds.ReadSuitesAsync(cancellationToken);
                List<IFuzzTarget> targets = MakeTargets(parsed.GetRequiredValue(target), from, suites, ReadCorpus(parsed.GetValue(corpus)));
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Seed {from}; {suites.Count} cases of outside suites among the seeds."));
                int count = Run(new FuzzRun(from, targets), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetRequiredValue(findings), output, cancellationToken);
                return count == 0 ? ConformanceCommand.Agreed : ConformanceCommand.Disagreed;
            }
            catch (Exception exception) when (exception is SuiteFileException or IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync(exception.Message);
                return ConformanceCommand.Unusable;
            }
        });
        return command;
    }

    /// <summary>Makes one target, or all.</summary>
    public static List<IFuzzTarget> MakeTargets(string name, int seed, IReadOnlyList<ConformanceCase> suites, IEnumerable<byte[]> files)
    {
        List<FuzzSeed> chains = FuzzSeeds.Chains(seed, suites);
        List<IFuzzTarget> all = [new CertificateTarget(FuzzSeeds.Certificates(chains, files)), new CrlTarget(FuzzSeeds.Crls(suites)), new OcspTarget(FuzzSeeds.Answers()), new PathTarget(chains)];
        return name == AllTargets ? all : [.. all.Where(target => target.Name == name)];
    }

    private static int Run(FuzzRun run, TimeSpan duration, string folder, TextWriter output, CancellationToken cancellationToken)
    {
        // The same fault is met many times: one file each is enough.
        HashSet<string> known = new(StringComparer.Ordinal);
        int count = 0;
        long start = Stopwatch.GetTimestamp();
        run.Run(
            duration,
            finding =>
            {
                count++;
                if (known.Add($"{finding.Target} {FuzzRun.WithoutNumbers(finding.What)}"))
                {
                    output.WriteLine($"{finding.Target}: {finding.What}");
                    output.WriteLine($"  in {Write(folder, finding)}");
                }
            },
            cancellationToken);
        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        output.WriteLine($"{"target",-12} {"executions",12} {"a second",10} {"outcomes",9} {"let in",9} {"slowest ms",11} {"most KiB",9}");
        foreach ((IFuzzTarget target, FuzzRun.Statistics counted) in run.Counted)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{target.Name,-12} {counted.Executions,12} {counted.Executions / taken.TotalSeconds,10:F0} {counted.Outcomes.Count,9} {counted.LetIn,9} {counted.Slowest.TotalMilliseconds,11:F1} {counted.MostAllocated >> 10,9}"));
        }

        long total = run.Counted.Values.Sum(c => c.Executions);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{total} executions in {taken.TotalSeconds:F0} s, {total / taken.TotalSeconds:F0} a second; findings: {count}, of {known.Count} kinds."));
        return count;
    }

    private static IEnumerable<byte[]> ReadCorpus(string? folder) => folder is null ? [] : [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    // Text, so that it can be read and pasted into a test: what and where, then a line of hex for each octet string.
    private static string Write(string folder, FuzzFinding finding)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{finding.Target}-{finding.Seed}-{finding.Number}.txt"));
        File.WriteAllLines(path, [
            string.Create(CultureInfo.InvariantCulture, $"target {finding.Target}, seed {finding.Seed}, execution {finding.Number}"), finding.What, .. finding.Given.Select(der => Convert.ToHexString(der.Span))]);
        return path;
    }
}
