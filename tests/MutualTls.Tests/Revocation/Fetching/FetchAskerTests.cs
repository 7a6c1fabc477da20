using MutualTls.Revocation.Fetching;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Fetching;

/// <summary>What one authority's certificates make us fetch is not felt by another's.</summary>
public class FetchAskerTests
{
    private static readonly FetchAsker s_hostile = new(1, 1, 9), s_good = new(2, 2, 9);

    [Fact]
    public async Task FetchCrl_AnswerOfNoUseForOneAsker_IsFetchedForTheNext()
    {
        await using FetchSite site = new();
        Assert.Equal(FetchOutcome.Rejected, (await FetchAsync(site, s_hostile, _ => false)).Outcome);
        Assert.Equal(FetchOutcome.Rejected, (await FetchAsync(site, s_hostile, _ => true)).Outcome);
        Assert.Equal(1, site.Server.CountOf(TestRevocationKind.Crl));

        Assert.Equal(FetchOutcome.Answered, (await FetchAsync(site, s_good, _ => true)).Outcome);
    }

    // Another place of the same host, where nothing good comes from.
    [Fact]
    public async Task AskOcsp_HostFailsForOneAsker_IsAskedForTheOther()
    {
        await using FetchSite site = new();
        site.Server.Fault = TestRevocationFault.ServerError;
        for (int serial = 0; serial < 6; serial++)
        {
            await site.RunAsync(AskAsync(site, s_hostile, serial));
        }

        Assert.Equal(FetchOutcome.Suspended, (await site.RunAsync(AskAsync(site, s_hostile, 7))).Outcome);
        site.Server.Fault = TestRevocationFault.None;
        Assert.Equal(FetchOutcome.Answered, (await site.RunAsync(AskAsync(site, s_good, 8))).Outcome);
    }

    // One that holds an older CRL, and is told by the other's answer that nothing has changed, would keep it.
    [Fact]
    public async Task FetchCrl_TwoWhoKnowDifferentOnesAtOnce_EachIsAnsweredByItsOwn()
    {
        await using FetchSite site = new();
        FetchTag older = (await site.CrlAsync()).Tag;
        site.Server.Revoke(site.Pki.Client);
        FetchTag newer = (await site.CrlAsync()).Tag;
        site.Server.Latency = TimeSpan.FromMilliseconds(200);

        Task<FetchResult> one = site.CrlAsync(tag: newer), other = site.CrlAsync(tag: older);

        Assert.Equal((FetchOutcome.NotModified, FetchOutcome.Answered), ((await one).Outcome, (await other).Outcome));
    }

    // Redirects from anywhere lead to the good host, which is slow; what is fetched from there itself does not wait behind them.
    [Fact]
    public async Task Send_RedirectsTakeAllConnectionsToAHost_ItsOwnAreNotHeldUp()
    {
        await using TestRevocationServer hostile = TestRevocationServer.Start(), good = TestRevocationServer.Start();
        using FetchTransport transport = new(new FetchOptions(), _ => true);
        TestCertificateAuthority authority = TestCertificateAuthority.CreateRoot();
        string url = good.CrlUrl(authority);
        (hostile.Fault, hostile.RedirectTarget, good.Latency) = (TestRevocationFault.Redirect, url, TimeSpan.FromSeconds(1));
        Task<FetchResult>[] redirected = [.. Enumerable.Range(0, 48).Select(i => SendAsync($"{hostile.Url}/{i}"))];
        await Patience.UntilAsync(() => hostile.Requests.Count == 48);

        Task<FetchResult> own = SendAsync(url);

        Assert.Same(own, await Task.WhenAny(own, Task.WhenAll(redirected)));
        Assert.Equal(FetchOutcome.Answered, (await own).Outcome);
        Assert.All(await Task.WhenAll(redirected), result => Assert.Equal(FetchOutcome.Answered, result.Outcome));

        Task<FetchResult> SendAsync(string from) => transport.SendAsync(new FetchRequest(new Uri(from), 1 << 20, "application/pkix-crl"), Pair.Stop);
    }

    private static Task<FetchResult> FetchAsync(FetchSite site, FetchAsker asker, Func<FetchResult, bool> accept) =>
        site.Fetcher.FetchCrlAsync(site.CrlUrl, default, new FetchUse(accept, Asker: asker), Pair.Stop);

    private static Task<FetchResult> AskAsync(FetchSite site, FetchAsker asker, int serial) =>
        site.Fetcher.AskOcspAsync(site.OcspUrl, site.Question(serial), new FetchUse(_ => true, Asker: asker), Pair.Stop);
}
