using System.Diagnostics;

namespace MutualTls.Tests.Support;

/// <summary>Waits for what another thread will have done, however busy the machine is.</summary>
internal static class Patience
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    public static async Task UntilAsync(Func<bool> condition, Func<string>? otherwise = null)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < Long, otherwise?.Invoke() ?? "It did not come about.");
            await Task.Delay(10, Pair.Stop);
        }
    }
}
