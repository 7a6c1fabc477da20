using System.Reflection;

namespace MutualTls.Tests.Http.Samples;

/// <summary>The samples of client and server tell their story, and everything in it goes as they say.</summary>
public sealed class SampleTests
{
    [Theory]
    [InlineData("PartnerApi")]
    [InlineData("PartnerApi", "live")]
    [InlineData("GrpcService")]
    public async Task Main_Sample_ExitsWithZero(string name, params string[] arguments) =>
        Assert.Equal(0, await Task.Factory.StartNew(
            // An entry point blocks its thread until all is done: one of its own, so that the pool has its threads for the rest.
            () => Assembly.Load(name).EntryPoint!.Invoke(null, [arguments]), Support.Pair.Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default));
}
