using System.Reflection;

namespace MutualTls.Tests.Samples;

/// <summary>The samples tell their story, and everything in it goes as they say.</summary>
public class SampleTests
{
    [Theory]
    [InlineData("Quickstart")]
    [InlineData("CustomValidator")]
    [InlineData("WorkDevicesOnly")]
    public async Task Main_Sample_ExitsWithZero(string name) =>
        Assert.Equal(0, await Task.Factory.StartNew(
            // An entry point blocks its thread until all is done: one of its own, so that the pool has its threads for the rest.
            () => Assembly.Load(name).EntryPoint!.Invoke(null, [Array.Empty<string>()]), Support.Pair.Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default));
}
