using MutualTls.Revocation.Fetching;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Fetching;

/// <summary>How much of answers is held in memory while they are read.</summary>
public class FetchRoomTests
{
    private const long Whole = 1 << 30;

    private const int Crl = 64 << 20;

    [Fact]
    public void TryTake_OneAsker_GetsHalf() => Assert.Equal(8, Take(new FetchRoom(Whole), Asker(1), Crl));

    // As many as it likes make CRLs that never end; the other's is read all the same.
    [Fact]
    public void TryTake_BranchesOfOneAnchorTakeAllTheyGet_OthersFindRoom()
    {
        FetchRoom room = new(Whole);
        int taken = Enumerable.Range(0, 1_000).Sum(branch => Take(room, Asker(1, branch), Crl));
        Assert.Equal(8, taken);
        Assert.Equal(4, Take(room, Asker(2), Crl));
    }

    [Fact]
    public void TryTake_RoomIsGone_EachGetsALittle()
    {
        FetchRoom room = new(Whole);
        long all = Enumerable.Range(1, 5_000).Sum(anchor => (long)Take(room, Asker(anchor), FetchRoom.Least) * FetchRoom.Least);
        Assert.InRange(all, Whole, 2 * Whole);
        Assert.True(Take(room, Asker(5_001), 10_000) <= FetchRoom.Least / 10_000);
    }

    [Fact]
    public void Give_All_LeavesNothingBehind()
    {
        FetchRoom room = new(Whole);
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(8, Take(room, Asker(1), Crl));
            for (int i = 0; i < 8; i++)
            {
                room.Give(Asker(1), Crl);
            }
        }
    }

    // Answers that never end: no more is read than there is room for, and what is cut off leaves its room behind.
    [Fact]
    public async Task Send_ManyAtOnce_ReadNoMoreThanThereIsRoomFor()
    {
        const int Longest = 1024, Requests = 150;
        await using TestRevocationServer server = TestRevocationServer.Start();
        string url = server.CrlUrl(TestCertificateAuthority.CreateRoot());
        using FetchTransport transport = new(new FetchOptions { MaxCrlBytes = Longest, MaxRequestsPerHost = Requests }, _ => true);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Pair.Stop);
        int length = (await SendAsync(Pair.Stop)).Body.Length + 1;
        server.Fault = TestRevocationFault.SlowDrip;

        // Sixteen of the longest, and twice that in all where each has only a little.
        const int Room = 2 * 16 * Longest;
        Task<FetchResult>[] sent = [.. Enumerable.Range(0, Requests).Select(_ => SendAsync(stop.Token))];
        await Patience.UntilAsync(() => sent.Count(task => task.IsCompleted) * length >= (Requests * length) - Room);
        Assert.All(sent.Where(task => task.IsCompleted), task => Assert.Equal(FetchOutcome.Busy, task.Result.Outcome));
        Assert.InRange(sent.Count(task => !task.IsCompleted) * length, Room / 2, Room + (4 * length));

        await stop.CancelAsync();
        await Patience.UntilAsync(() => sent.All(task => task.IsCompleted));
        server.Fault = TestRevocationFault.None;
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => SendAsync(Pair.Stop))), result => Assert.Equal(FetchOutcome.Answered, result.Outcome));

        Task<FetchResult> SendAsync(CancellationToken token) => transport.SendAsync(new FetchRequest(new Uri(url), Longest, "application/pkix-crl"), token);
    }

    private static FetchAsker Asker(int anchor, int branch = 0) => new(0, (ulong)branch, (ulong)anchor);

    private static int Take(FetchRoom room, FetchAsker asker, long amount)
    {
        int taken = 0;
        while (taken < 10_000 && room.TryTake(asker, amount))
        {
            taken++;
        }

        return taken;
    }
}
