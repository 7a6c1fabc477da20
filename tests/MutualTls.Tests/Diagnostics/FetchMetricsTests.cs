using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Diagnostics;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Revocation.Fetching;
using MutualTls.Testing;
using MutualTls.Tests.Revocation.Fetching;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Diagnostics;

/// <summary>Every fetch is counted by what was fetched and how it ended, and timed if somebody was asked.</summary>
public sealed class FetchMetricsTests : IAsyncDisposable
{
    private const string Fetches = "mutualtls.revocation.fetches", Duration = "mutualtls.revocation.fetch.duration";

    private readonly MetricRecord _record = new();
    private readonly FetchSite _site = new();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _record.Dispose();
    }

    [Fact]
    public async Task Fetch_AnsweredNotModifiedRejected_AreTold()
    {
        await using RevocationFetcher fetcher = Fetcher(new FetchOptions { LocalAddresses = LocalAddresses.Allowed });

        FetchResult first = await fetcher.FetchCrlAsync(_site.CrlUrl, default, new FetchUse(_ => true), Pair.Stop);
        await fetcher.FetchCrlAsync(_site.CrlUrl, first.Tag, new FetchUse(_ => true), Pair.Stop);
        await fetcher.AskOcspAsync(_site.OcspUrl, _site.Question(), new FetchUse(_ => false), Pair.Stop);

        string[] told =
        [
            "revocation.kind=crl revocation.result=answered", "revocation.kind=crl revocation.result=not_modified", "revocation.kind=ocsp revocation.result=rejected",
        ];
        Assert.Equal(told, _record.Of(Fetches));
        Assert.Equal(told, _record.Of(Duration));
        Assert.All(_record.All, one => Assert.True(one.Value >= 0));
    }

    [Fact]
    public async Task Fetch_HostFails_IsToldAndWhatIsKeptOfItIsNoFetch()
    {
        _site.Server.Fault = TestRevocationFault.NotFound;
        await using RevocationFetcher fetcher = Fetcher(new FetchOptions { LocalAddresses = LocalAddresses.Allowed });

        await fetcher.FetchCrlAsync(_site.CrlUrl, default, new FetchUse(_ => true), Pair.Stop);
        await fetcher.FetchCrlAsync(_site.CrlUrl, default, new FetchUse(_ => true), Pair.Stop);

        Assert.Equal("revocation.kind=crl revocation.result=http_error", Assert.Single(_record.Of(Fetches)));
    }

    [Fact]
    public async Task Fetch_NobodyWasAsked_IsCountedAndNotTimed()
    {
        await using RevocationFetcher fetcher = Fetcher(new FetchOptions { LocalAddresses = LocalAddresses.Allowed, MaxFetches = 0 });

        await fetcher.FetchCrlAsync(_site.CrlUrl, default, new FetchUse(_ => true), Pair.Stop);
        await fetcher.AskOcspAsync(new Uri("ldap://ca.test/"), _site.Question(), new FetchUse(_ => true), Pair.Stop);

        Assert.Equal(["revocation.kind=crl revocation.result=busy", "revocation.kind=ocsp revocation.result=url_refused"], _record.Of(Fetches));
        Assert.Empty(_record.Of(Duration));
    }

    // What a store has, nobody is asked for.
    [Fact]
    public async Task Fetch_AnswerWasStored_IsNoFetch()
    {
        await using RevocationFetcher fetcher = Fetcher(new FetchOptions { LocalAddresses = LocalAddresses.Allowed });
        await fetcher.FetchCrlAsync(_site.CrlUrl, default, new FetchUse(_ => true, _ => Task.FromResult<FetchResult?>(new FetchResult(FetchOutcome.Answered))), Pair.Stop);
        Assert.Empty(_record.All);
    }

    [Fact]
    public async Task Judge_ThroughAnEngineWithAFactory_CountsItsFetches()
    {
        TestPki pki = _site.Pki;
        await using RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } }, meterFactory: _record);
        PeerPolicyEngine engine = new(revocation: service, meterFactory: _record);
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(pki.Root.ToPem()).CheckRevocation(r => r.Depth = RevocationDepth.EndEntity));
        TestCertificate client = pki.Issuing.IssueClient("client.test", c => c.WithCrlDistributionPoints(_site.CrlUrl.AbsoluteUri));

        PeerVerdict verdict = await engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop);

        Assert.True(verdict.IsAccepted, verdict.ToString());
        Assert.Equal("revocation.kind=crl revocation.result=answered", Assert.Single(_record.Of(Fetches)));
        Assert.Single(_record.Of("mutualtls.verdicts"));
    }

    private RevocationFetcher Fetcher(FetchOptions options) => new(options, _site.Clock, NullLogger.Instance, isAllowed: null, MutualTlsMeter.Of(_record));
}
