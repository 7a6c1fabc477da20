using MutualTls.Revocation;
using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Ocsp;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Fetching;

/// <summary>What is fetched, how often, and what is remembered of a failure.</summary>
public class RevocationFetcherTests
{
    [Fact]
    public async Task FetchCrl_Sound_IsAnsweredWithItsTag()
    {
        await using FetchSite site = new();

        FetchResult result = await site.CrlAsync();

        Assert.Equal(FetchOutcome.Answered, result.Outcome);
        Assert.NotNull(result.Tag.EntityTag);
        Assert.NotNull(result.Tag.LastModified);
        Assert.Equal(0x30, result.Body.Span[0]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FetchCrl_KnownAndUnchanged_IsNotSentAgain(bool byTag)
    {
        await using FetchSite site = new();
        FetchTag tag = (await site.CrlAsync()).Tag;

        FetchResult again = await site.CrlAsync(tag: byTag ? tag : tag with { EntityTag = null });
        site.Server.Revoke(site.Pki.Client);
        FetchResult changed = await site.CrlAsync(tag: tag);

        Assert.Equal((FetchOutcome.NotModified, FetchOutcome.Answered), (again.Outcome, changed.Outcome));
    }

    [Fact]
    public async Task FetchCrl_OneKnowsItAndOneDoesNot_BothAreServed()
    {
        await using FetchSite site = new();
        FetchTag tag = (await site.CrlAsync()).Tag;
        site.Server.Latency = TimeSpan.FromMilliseconds(200);

        Task<FetchResult> refresh = site.CrlAsync(tag: tag), first = site.CrlAsync();

        Assert.Equal((FetchOutcome.NotModified, FetchOutcome.Answered), ((await refresh).Outcome, (await first).Outcome));
    }

    [Theory]
    [InlineData(OcspNonceMode.Omitted, "GET")]
    [InlineData(OcspNonceMode.Required, "POST")]
    internal async Task AskOcsp_Sound_IsVerifiable(OcspNonceMode nonce, string method)
    {
        await using FetchSite site = new();
        OcspQuestion question = site.Question(nonce: nonce);

        FetchResult result = await site.OcspAsync(question);

        OcspResult status = OcspVerifier.Verify(result.Body, question.Issuer, question.SerialNumber.Span, TimeProvider.System.GetUtcNow(), OcspRules.Default, result.Nonce.Span);
        Assert.Equal(RevocationStatus.Good, status.Status);
        Assert.Equal(method, Assert.Single(site.Server.Requests).Method);
        Assert.Equal(nonce == OcspNonceMode.Required, !result.Nonce.IsEmpty);
    }

    [Fact]
    public async Task AskOcsp_ResponderKnowsOnlyPost_IsAskedByPost()
    {
        await using OnlyPost responder = new();
        await using FetchSite site = new();

        FetchResult result = await site.OcspAsync(url: responder.Url);

        Assert.Equal(FetchOutcome.Answered, result.Outcome);
        Assert.Equal(["GET", "POST"], responder.Methods);
    }

    // Where the platform makes 32 downloads for 16 first sights.
    [Theory]
    [InlineData("crl")]
    [InlineData("ocsp")]
    [InlineData("ocsp with nonce")]
    public async Task Ask_SixteenAtOnce_FetchOnce(string what)
    {
        await using FetchSite site = new();
        int accepted = 0;
        using ManualResetEventSlim allHaveAsked = new();
        bool Accept(FetchResult result)
        {
            // Nothing has ended before this.
            allHaveAsked.Wait(Pair.Stop);
            return Interlocked.Increment(ref accepted) > 0;
        }

        Task<FetchResult>[] asking = [.. Enumerable.Range(0, 16).Select(_ => what == "crl"
            ? site.CrlAsync(accept: Accept)
            : site.OcspAsync(site.Question(nonce: what == "ocsp" ? OcspNonceMode.Omitted : OcspNonceMode.Required), Accept))];
        allHaveAsked.Set();
        FetchResult[] results = await Task.WhenAll(asking);

        Assert.All(results, r => Assert.Same(results[0], r));
        Assert.Equal(FetchOutcome.Answered, results[0].Outcome);
        Assert.Equal((1, 1), (accepted, site.Server.Requests.Count));
    }

    [Fact]
    public async Task Ask_OneWaiterGivesUp_OthersAreAnswered()
    {
        await using FetchSite site = new();
        using ManualResetEventSlim hasGivenUp = new();
        using CancellationTokenSource hasty = new();

        Task<FetchResult> first = site.Fetcher.FetchCrlAsync(site.CrlUrl, default, new FetchUse(Accept), hasty.Token);
        Task<FetchResult> second = site.CrlAsync();
        await hasty.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        hasGivenUp.Set();
        Assert.Equal(FetchOutcome.Answered, (await second).Outcome);
        Assert.Single(site.Server.Requests);

        bool Accept(FetchResult result)
        {
            hasGivenUp.Wait(Pair.Stop);
            return true;
        }
    }

    [Fact]
    public async Task Ask_WaitersAndFetches_AreCapped()
    {
        await using FetchSite site = new(new FetchOptions { LocalAddresses = LocalAddresses.Allowed, MaxRequestsPerHost = 1, MaxWaiters = 9, MaxFetches = 6 });
        site.Server.Fault = TestRevocationFault.BlackHole;

        Task<FetchResult>[] waiting = [site.CrlAsync(), site.CrlAsync(), site.OcspAsync()];
        FetchResult thirdFetch = await site.OcspAsync(site.Question(serial: 1));
        FetchResult fourthWaiter = await site.CrlAsync();

        Assert.Equal((FetchOutcome.Busy, FetchOutcome.Busy), (thirdFetch.Outcome, fourthWaiter.Outcome));
        Assert.All(waiting, task => Assert.False(task.IsCompleted));

        FetchResult[] timedOut = await site.RunAsync(Task.WhenAll(waiting), TimeSpan.FromSeconds(1));
        Assert.All(timedOut, r => Assert.Equal(FetchOutcome.TimedOut, r.Outcome));
    }

    // Whoever issues certificates that point to hosts of his own must not keep other issuers' from being asked about.
    [Fact]
    public async Task Ask_ManyDeadHostsWithManyQuestions_AnotherHostIsAsked()
    {
        await using FetchSite site = new(new FetchOptions { LocalAddresses = LocalAddresses.Allowed, MaxFetches = 64, MaxWaiters = 64, OcspTimeout = TimeSpan.FromMinutes(1) }, TimeProvider.System);
        TestRevocationServer[] dead = [.. Enumerable.Range(0, 12).Select(_ => TestRevocationServer.Start())];
        List<Task<FetchResult>> waiting = [];
        foreach (TestRevocationServer server in dead)
        {
            server.Fault = TestRevocationFault.BlackHole;
            waiting.AddRange(Enumerable.Range(0, 64).Select(i => site.OcspAsync(site.Question(i), url: new Uri(server.OcspUrl(site.Pki.Issuing)))));
        }

        Assert.Equal(FetchOutcome.Answered, (await site.CrlAsync()).Outcome);
        Assert.Equal(FetchOutcome.Answered, (await site.OcspAsync()).Outcome);

        await site.Fetcher.DisposeAsync();
        await Task.WhenAll(waiting).ContinueWith(_ => { }, TaskScheduler.Default);
        await Task.WhenAll(dead.Select(server => server.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Ask_AfterAFailure_IsRefusedUntilTheBackoffEnds()
    {
        await using FetchSite site = new();
        site.Server.Fault = TestRevocationFault.NotFound;

        FetchResult failed = await site.CrlAsync();
        FetchResult kept = await site.CrlAsync();
        TimeSpan first = failed.RetryAt!.Value - site.Clock.GetUtcNow();
        site.Clock.Advance(TimeSpan.FromSeconds(7));
        FetchResult again = await site.CrlAsync();
        TimeSpan second = again.RetryAt!.Value - site.Clock.GetUtcNow();
        site.Server.Fault = TestRevocationFault.None;
        site.Clock.Advance(TimeSpan.FromSeconds(13));
        FetchResult healed = await site.CrlAsync();

        Assert.Equal((FetchOutcome.HttpError, 404), (failed.Outcome, failed.HttpStatus));
        Assert.Same(failed, kept);
        Assert.InRange(first, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));
        Assert.InRange(second, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(12));
        Assert.Equal(FetchOutcome.Answered, healed.Outcome);
        Assert.Equal(3, site.Server.Requests.Count);
    }

    [Fact]
    public async Task Ask_AnswerIsOfNoUse_BacksOffToo()
    {
        await using FetchSite site = new();
        site.Server.Fault = TestRevocationFault.Garbage;

        FetchResult rejected = await site.CrlAsync(accept: r => r.Body.Span[0] == 0x30 && r.Body.Length < 10);
        FetchResult kept = await site.CrlAsync();
        site.Clock.Advance(TimeSpan.FromSeconds(7));
        FetchResult thrown = await site.CrlAsync(accept: _ => throw new InvalidOperationException("a fault of ours"));

        Assert.Equal((FetchOutcome.Rejected, FetchOutcome.Rejected, FetchOutcome.Rejected), (rejected.Outcome, kept.Outcome, thrown.Outcome));
        Assert.Equal(2, site.Server.Requests.Count);
    }

    [Fact]
    public async Task Ask_HostFailsForAMoment_IsTriedAgainOnce()
    {
        await using FetchSite site = new();
        site.Server.Fault = TestRevocationFault.ServerError;

        Task<FetchResult> asking = site.CrlAsync();
        while (site.Server.Requests.Count == 0)
        {
            await Task.Delay(5, Pair.Stop);
        }

        site.Server.Fault = TestRevocationFault.None;

        Assert.Equal(FetchOutcome.Answered, (await site.RunAsync(asking)).Outcome);
        Assert.Equal(2, site.Server.Requests.Count);
    }

    // A dead host asked by 1,000 handshakes in a minute. The worst case: each about another certificate, so that nothing but the host is the same.
    [Theory]
    [InlineData(TestRevocationFault.ServerError, true)]
    [InlineData(TestRevocationFault.ServerError, false)]
    [InlineData(TestRevocationFault.BlackHole, true)]
    public async Task Ask_DeadHostAThousandTimesInAMinute_GetsFewRequests(TestRevocationFault fault, bool different)
    {
        await using FetchSite site = new();
        site.Server.Fault = fault;
        List<Task<FetchResult>> asking = [];

        for (int i = 0; i < 1_000; i++)
        {
            asking.Add(site.OcspAsync(site.Question(serial: different ? i : 1)));
            site.Clock.Advance(TimeSpan.FromMilliseconds(60));
            await Task.Delay(i < 100 ? 5 : 1, Pair.Stop);
        }

        int requests = site.Server.Requests.Count;
        FetchResult[] results = await site.RunAsync(Task.WhenAll(asking), TimeSpan.FromSeconds(1));

        TestContext.Current.SendDiagnosticMessage($"{fault}, {(different ? "different questions" : "one question")}: {requests} requests in the minute");
        Assert.InRange(requests, 2, 8);
        Assert.DoesNotContain(results, r => r.Outcome is FetchOutcome.Answered);
    }

    [Fact]
    public async Task Ask_HostIsBack_IsAskedAgain()
    {
        await using FetchSite site = new();
        site.Server.Fault = TestRevocationFault.ServerError;
        for (int i = 0; i < 6; i++)
        {
            await site.RunAsync(site.OcspAsync(site.Question(serial: i)));
        }

        FetchResult suspended = await site.RunAsync(site.OcspAsync(site.Question(serial: 100)));
        site.Server.Fault = TestRevocationFault.None;
        site.Clock.Advance(TimeSpan.FromSeconds(37));
        FetchResult back = await site.RunAsync(site.OcspAsync(site.Question(serial: 100)));

        Assert.Equal((FetchOutcome.Suspended, FetchOutcome.Answered), (suspended.Outcome, back.Outcome));
        Assert.True(suspended.RetryAt > site.Clock.GetUtcNow().AddMinutes(-2));
    }

    [Fact]
    public async Task Dispose_WhileFetching_EndsTheWait()
    {
        FetchSite site = new();
        site.Server.Fault = TestRevocationFault.BlackHole;
        Task<FetchResult> asking = site.CrlAsync();

        await site.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => site.Fetcher.FetchCrlAsync(new Uri("http://192.0.2.1/ca.crl"), default, new FetchUse(_ => true), Pair.Stop));
    }
}
