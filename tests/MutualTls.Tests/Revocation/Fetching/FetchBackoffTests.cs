using Microsoft.Extensions.Time.Testing;
using MutualTls.Revocation.Fetching;

namespace MutualTls.Tests.Revocation.Fetching;

/// <summary>How long it is until a place that failed is asked again.</summary>
public class FetchBackoffTests
{
    [Fact]
    public void Backoff_ManyKeys_StaysBounded()
    {
        FakeTimeProvider clock = new();
        FetchBackoff backoff = new(new FetchOptions(), clock);

        for (int i = 0; i < FetchBackoff.MaxEntries + 50; i++)
        {
            backoff.Failed($"key {i}", new FetchResult(FetchOutcome.Unreachable));
        }

        Assert.Equal(FetchBackoff.MaxEntries, backoff.Count);
        Assert.NotNull(backoff.Find($"key {FetchBackoff.MaxEntries + 49}"));
        clock.Advance(TimeSpan.FromHours(1));
        backoff.Failed("one more", new FetchResult(FetchOutcome.Unreachable));
        Assert.Equal(1, backoff.Count);
    }

    [Theory]
    [InlineData(0, 4, 6)]
    [InlineData(3, 32, 48)]
    [InlineData(10, 200, 300)]
    [InlineData(100_000, 200, 300)]
    public void Backoff_Delay_DoublesUpToTheLongest(int doublings, int from, int to)
    {
        for (int i = 0; i < 200; i++)
        {
            Assert.InRange(FetchBackoff.Delay(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), doublings).TotalSeconds, from, to);
        }
    }
}
