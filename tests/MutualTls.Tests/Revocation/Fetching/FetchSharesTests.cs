using MutualTls.Revocation.Fetching;

namespace MutualTls.Tests.Revocation.Fetching;

/// <summary>How many fetches each host may have.</summary>
public class FetchSharesTests
{
    [Fact]
    public void TryTake_OneHost_GetsAThirdAndNotMore() => Assert.Equal(341, Take(new FetchShares(1024, 4), "a"));

    [Fact]
    public void TryTake_FourDeadHosts_LeaveRoomForTheFifth()
    {
        FetchShares shares = new(1024, 4);
        int[] dead = [.. Enumerable.Range(0, 4).Select(i => Take(shares, $"dead-{i}"))];
        Assert.Equal(dead.OrderDescending(), dead);
        Assert.InRange(Take(shares, "good"), 64, 1024);
    }

    [Fact]
    public void TryTake_HundredsOfDeadHosts_TheNextStillGetsItsLeast()
    {
        FetchShares shares = new(1024, 4);
        int taken = Enumerable.Range(0, 700).Sum(i => Take(shares, $"dead-{i}"));
        Assert.Equal(4, Take(shares, "good"));
        Assert.InRange(taken, 1024, 4096);
    }

    // Bounded all the same.
    [Fact]
    public void TryTake_HostsWithoutEnd_AtMostFourTimesThePlaces()
    {
        FetchShares shares = new(8, 2);
        Assert.Equal(32, Enumerable.Range(0, 100).Sum(i => Take(shares, $"dead-{i}")));
    }

    // A CA whose certificates name hosts without end: whatever it takes, others get their least.
    [Fact]
    public void TryTake_OneAskersHostsWithoutEnd_TheNextAskerStillGetsItsLeast()
    {
        FetchShares shares = new(1024, 4);
        int taken = Enumerable.Range(0, 5_000).Sum(i => Take(shares, $"dead-{i}", "hostile"));
        Assert.InRange(taken, 1024, 1400);
        int[] others = [.. Enumerable.Range(0, 100).Select(i => Take(shares, $"good-{i}", $"asker-{i}"))];
        Assert.All(others, other => Assert.Equal(4, other));
    }

    [Fact]
    public void Give_AllOfThem_LeavesNothingBehind()
    {
        FetchShares shares = new(1024, 4);
        for (int round = 0; round < 3; round++)
        {
            int taken = Take(shares, "a");
            Assert.Equal(341, taken);
            for (int i = 0; i < taken; i++)
            {
                shares.Give("a");
            }
        }
    }

    private static int Take(FetchShares shares, string host, params object[] askers)
    {
        int taken = 0;
        while (shares.TryTake(host, askers))
        {
            taken++;
        }

        return taken;
    }
}
