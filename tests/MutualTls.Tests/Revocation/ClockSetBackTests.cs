using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Revocation.Fetching;
using MutualTls.Testing;
using MutualTls.Tests.Connections;
using MutualTls.Tests.Revocation.Fetching;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>Pitfall 23: our clock was ahead when something was put off, and is set right. What was put off for seconds is not put off for a month.</summary>
public sealed class ClockSetBackTests : IAsyncDisposable
{
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(30);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly SettableClock _clock;
    private readonly TestRevocationServer _server = TestRevocationServer.Start();
    private readonly TestPki _pki = new();
    private readonly TestCertificate _client;
    private readonly RevocationService _service;
    private readonly PeerPolicyEngine _engine;
    private readonly PeerPolicy _policy;

    public ClockSetBackTests()
    {
        _clock = new SettableClock(_time) { Offset = Ahead };
        _client = _pki.Issuing.IssueClient("client.test", c => c.WithCrlDistributionPoints(_server.CrlUrl(_pki.Issuing)));
        _service = new RevocationService(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } }, _clock);
        _engine = new PeerPolicyEngine(_clock, revocation: _service);
        _policy = PeerPolicy.Create("partners", p => p.TrustPemText(_pki.Root.ToPem()).CheckRevocation(r => (r.Depth, r.MaxWait) = (RevocationDepth.EndEntity, TimeSpan.FromMinutes(1))));
        _server.ConfigureCrl = c => c.Validity(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(90));
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Ask_FailedBefore_IsTriedAgainAfterwards()
    {
        _server.Fault = TestRevocationFault.NotFound;
        Assert.Equal(ValidationReason.RevocationUnreachable, (await JudgeAsync()).Primary?.Reason);
        _server.Fault = TestRevocationFault.None;

        _clock.Offset = TimeSpan.Zero;
        PeerVerdict verdict = await JudgeAsync();

        Assert.True(verdict.IsAccepted, verdict.ToString());
    }

    // By the CRL that is held, which lasts for three months, nothing would be known of a revocation for that long.
    [Fact]
    public async Task Refresh_PlannedBefore_ComesAboutAfterwards()
    {
        Assert.True((await JudgeAsync()).IsAccepted);
        _server.Revoke(_client);

        _clock.Offset = TimeSpan.Zero;
        await Patience.UntilAsync(() =>
        {
            if (_service.Sending == 0)
            {
                _time.Advance(TimeSpan.FromMinutes(1));
            }

            return _engine.Judge(_policy, PeerRole.Client, Pair.Presented(_client)).Primary?.Reason == ValidationReason.CertificateRevoked;
        });

        Assert.InRange(_time.GetUtcNow() - DateTimeOffset.UtcNow, TimeSpan.Zero, TimeSpan.FromHours(3));
    }

    [Fact]
    public async Task Host_RestsBefore_IsAskedAfterwards()
    {
        FetchSite site = new(timeProvider: _clock);
        await using (site)
        {
            site.Server.Fault = TestRevocationFault.Down;
            for (int serial = 0; serial < 6; serial++)
            {
                await RunAsync(site.OcspAsync(site.Question(serial)), () => site.Fetcher.Sending);
            }

            Assert.Equal(FetchOutcome.Suspended, (await RunAsync(site.OcspAsync(site.Question(7)), () => site.Fetcher.Sending)).Outcome);
            site.Server.Fault = TestRevocationFault.None;

            _clock.Offset = TimeSpan.Zero;
            _time.Advance(TimeSpan.FromMinutes(5));

            Assert.Equal(FetchOutcome.Answered, (await RunAsync(site.OcspAsync(site.Question(8)), () => site.Fetcher.Sending)).Outcome);
        }
    }

    private Task<PeerVerdict> JudgeAsync() => RunAsync(_engine.JudgeAsync(_policy, PeerRole.Client, Pair.Presented(_client), cancellationToken: Pair.Stop).AsTask(), () => _service.Sending);

    // By the same clock, what is on its way would be given up.
    private async Task<T> RunAsync<T>(Task<T> task, Func<int> sending)
    {
        await Patience.UntilAsync(() =>
        {
            if (sending() == 0)
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
            }

            return task.IsCompleted;
        });
        return await task;
    }
}
