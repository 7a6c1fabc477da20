using MutualTls.Conformance.Differential;

namespace MutualTls.Tests.Conformance;

/// <summary>A slice of the differential run; the command runs all of it.</summary>
public class DifferentialTests
{
    private const int Slice = 1_000;

    [Fact]
    public async Task Run_SliceOfMutatedChains_EveryDisagreementIsExplained()
    {
        DifferentialResult result = await DifferentialRun.RunAsync(DifferentialCommand.DefaultSeed, Slice, progress: null, TestContext.Current.CancellationToken);

        Assert.Equal(Slice, result.Total);
        Assert.Empty(DisagreementList.Faults(result, expectsAll: false));

        // Mutations that break everything, or nothing, would compare nothing.
        Assert.InRange(result.AllAccept, Slice / 10, Slice / 2);
    }

    [Fact]
    public void Make_SameSeedAndNumber_MakesTheSameChain()
    {
        Assert.Equal(new ChainMutator(7).Make(3).Id, new ChainMutator(7).Make(3).Id);
        Assert.NotEqual(new ChainMutator(7).Make(3).Id, new ChainMutator(8).Make(3).Id);
    }
}
