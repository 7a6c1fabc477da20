using MutualTls.Conformance.Fuzzing;
using MutualTls.Conformance.Running;

namespace MutualTls.Tests.Conformance;

/// <summary>A glimpse of the fuzzer, and that it sees what it looks for; the command runs it for as long as asked.</summary>
public class FuzzTests
{
    [Fact]
    public void Run_TwoSeconds_FindsNothingAndReachesBehindTheSignatures()
    {
        List<IFuzzTarget> targets = FuzzCommand.MakeTargets(FuzzCommand.AllTargets, seed: 3, suites: [], files: []);
        FuzzRun run = new(seed: 3, targets);
        List<FuzzFinding> findings = [];

        run.Run(TimeSpan.FromSeconds(2), findings.Add, TestContext.Current.CancellationToken);

        Assert.Empty(findings.Select(f => f.ToString()));
        Assert.Equal(["certificate", "crl", "ocsp", "path"], targets.Select(t => t.Name));
        Assert.All(run.Counted.Values, counted => Assert.True(counted.Executions > 0 && counted.Outcomes.Count > 5));
        Assert.True(run.Counted[targets[3]].LetIn > 0);
    }

    [Theory]
    [InlineData("throw", "planted")]
    [InlineData("let in", "let in by what nobody signed")]
    [InlineData("allocate", "bytes allocated")]
    [InlineData("spin", "s of CPU")]
    public void Execute_PlantedFault_IsFound(string fault, string what)
    {
        PlantedTarget target = new(fault);

        FuzzRun run = new(seed: 1, [target]) { MaxTime = TimeSpan.FromMilliseconds(50) };
        FuzzFinding? finding = run.Execute(target, new FuzzInput(target.Seeds[0], [0x05, 0x00], IsResigned: false), variation: 1, new FuzzRun.Statistics(target));

        Assert.Contains(what, finding?.What, StringComparison.Ordinal);
        Assert.Equal([0x05, 0x00], Assert.Single(finding!.Given).ToArray());
    }

    // Other tests are at work in the same process: what they take is not the library's.
    [Fact]
    public async Task Execute_OthersTakeTheProcessor_NothingIsFound()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere time is the wall's.");
        PlantedTarget target = new("wait");
        FuzzRun run = new(seed: 1, [target]) { MaxTime = TimeSpan.FromMilliseconds(50) };
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task other = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                }
            },
            stop.Token);

        try
        {
            Assert.Null(run.Execute(target, new FuzzInput(target.Seeds[0], [0x05, 0x00], IsResigned: false), variation: 1, new FuzzRun.Statistics(target)));
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAny(other);
        }
    }

    [Fact]
    public void Encode_TreeOfEverySeed_IsTheSeed()
    {
        IEnumerable<FuzzSeed> seeds = [.. FuzzSeeds.Crls([]), .. FuzzSeeds.Answers()];

        Assert.All(seeds, seed => Assert.Equal(seed.Der, DerNode.Parse(seed.Der)?.Encode()));
        Assert.All(FuzzSeeds.Answers().Where(s => s.LetsIn), seed => Assert.True(FuzzRun.HoldsSigned(seed.Der, seed)));
    }

    [Fact]
    public void MayLetIn_IssuedOctetsOnly_IsTrueWhereverTheyComeFrom()
    {
        FuzzSeed seed = FuzzSeeds.Chains(1, []).First(s => s.Position == 0);
        byte[] changed = [.. seed.Der[..^1], (byte)(seed.Der[^1] ^ 1)];
        PathTarget target = new([seed]);

        Assert.True(target.MayLetIn(new FuzzInput(seed, seed.Der, IsResigned: false)));
        Assert.True(target.MayLetIn(new FuzzInput(seed with { Der = changed }, seed.Der, IsResigned: false)));
        Assert.False(target.MayLetIn(new FuzzInput(seed with { Der = changed }, changed, IsResigned: false)));
        Assert.True(target.MayLetIn(new FuzzInput(seed, changed, IsResigned: true)));
    }

    private sealed class PlantedTarget(string fault) : IFuzzTarget
    {
        public string Name => "planted";

        public IReadOnlyList<FuzzSeed> Seeds { get; } = [new FuzzSeed { Der = [0x05, 0x00] }];

        public bool MayLetIn(FuzzInput input) => false;

        public FuzzOutcome Run(FuzzInput input, Random random, List<ReadOnlyMemory<byte>> given)
        {
            given.Add(input.Der);
            switch (fault)
            {
                case "throw":
                    throw new InvalidOperationException("planted");
                case "allocate":
                    GC.KeepAlive(new byte[FuzzRun.MaxAllocated + 1]);
                    break;
                case "wait":
                    Thread.Sleep(200);
                    break;
                case "spin":
                    TimeSpan until = ProcessorTime.Now() + TimeSpan.FromMilliseconds(100);
                    while (ProcessorTime.Now() < until)
                    {
                    }

                    break;
            }

            return new FuzzOutcome("planted", LetIn: fault == "let in");
        }
    }
}
