using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>What we ask of others: little of a host that is dead, and of many hosts not all at once. Real requests, simulated time.</summary>
public sealed class RevocationLoadTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestRevocationServer _server = TestRevocationServer.Start(), _failing = TestRevocationServer.Start();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _failing.DisposeAsync();
    }

    // Pitfall 16. One question is held back by its back-off, a thousand different ones by the breaker of the host.
    [Theory]
    [InlineData(TestRevocationFault.ServerError, RevocationPreference.CrlOnly)]
    [InlineData(TestRevocationFault.ServerError, RevocationPreference.OcspOnly)]
    [InlineData(TestRevocationFault.BlackHole, RevocationPreference.CrlOnly)]
    [InlineData(TestRevocationFault.BlackHole, RevocationPreference.OcspOnly)]
    public async Task JudgeAsync_DeadHostAThousandTimesInAMinute_RequestsAreBounded(TestRevocationFault fault, RevocationPreference preference)
    {
        const int Handshakes = 1_000;
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(timeProvider: _clock);
        TestCertificate[] clients =
        [
            .. Enumerable.Range(0, Handshakes).Select(i => root.IssueClient($"client-{i}", c => c.WithCrlDistributionPoints(_server.CrlUrl(root)).WithOcsp(_server.OcspUrl(root)))),
        ];
        _server.Fault = fault;
        await using RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true }, CrlTimeout = TimeSpan.FromSeconds(5) }, _clock);
        PeerPolicyEngine engine = new(_clock, revocation: service);
        PeerPolicy policy = Policy(root, preference);

        List<Task<PeerVerdict>> judging = [];
        foreach (TestCertificate client in clients)
        {
            judging.Add(engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop).AsTask());
            await Task.Delay(1, Pair.Stop);
            _clock.Advance(TimeSpan.FromMinutes(1) / Handshakes);
        }

        int requests = _server.Requests.Count;
        while (!judging.TrueForAll(task => task.IsCompleted))
        {
            await Task.Delay(1, Pair.Stop);
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{fault}, {preference}: {requests} requests for {Handshakes} handshakes");
        Assert.All(judging, task => Assert.Equal(ValidationReason.RevocationUnreachable, task.Result.Primary!.Value.Reason));

        // Back-offs of at least 4, 8 and 16 seconds fit four fetches into a minute, each of two tries. The breaker opens after four failures and then lets one through.
        Assert.InRange(requests, 2, 8);
    }

    // The other side of the same limit: after a restart, two hundred peers at once are no reason to refuse any.
    [Fact]
    public async Task JudgeAsync_TwoHundredPeersAtOnceAndASlowResponder_AllAreAnswered()
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestCertificate[] clients = [.. Enumerable.Range(0, 200).Select(i => root.IssueClient($"client-{i}", c => c.WithOcsp(_server.OcspUrl(root))))];
        _server.Latency = TimeSpan.FromMilliseconds(20);
        await using RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true }, OcspTimeout = TimeSpan.FromSeconds(20) });
        PeerPolicyEngine engine = new(revocation: service);
        PeerPolicy policy = Policy(root, RevocationPreference.OcspOnly, r => r.MaxWait = TimeSpan.FromSeconds(50));

        PeerVerdict[] verdicts = await Task.WhenAll(clients.Select(client => engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(client), cancellationToken: Pair.Stop).AsTask()));

        Assert.All(verdicts, verdict => Assert.True(verdict.IsAccepted, verdict.ToString()));
        Assert.Equal(200, _server.CountOf(TestRevocationKind.Ocsp));
    }

    // An hour in steps of a second. CRLs are made every ten minutes and last for twenty; one server in five fails from minute 15 to 50.
    [Fact]
    public async Task Refresh_AnHourOfFiveHundredIssuers_NothingIsServedPastItsTimeAndNoStorm()
    {
        const int Issuers = 500, Failing = 100, LastsMinutes = 20;
        TimeSpan grace = TimeSpan.FromMinutes(5), lasts = TimeSpan.FromMinutes(LastsMinutes);
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(timeProvider: _clock);
        TestCertificate[] clients = [.. Enumerable.Range(0, Issuers).Select(i => ClientOf(root.IssueIntermediate($"Issuing CA {i}"), i < Failing ? _failing : _server))];
        PresentedChain[] presented = [.. clients.Select(Pair.Presented)];
        await using RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true }, CrlTimeout = TimeSpan.FromMinutes(10) }, _clock);
        PeerPolicyEngine engine = new(_clock, revocation: service);
        PeerPolicy policy = Policy(root, RevocationPreference.CrlOnly, r => r.StaleGrace = grace);
        DateTimeOffset start = _clock.GetUtcNow(), lastGood = start;
        Publish();
        foreach (PresentedChain client in presented)
        {
            Assert.True((await engine.JudgeAsync(policy, PeerRole.Client, client, cancellationToken: Pair.Stop)).IsAccepted);
        }

        int seen = Requests(), peak = 0, total = 0, refusedWhileFailing = 0;
        for (int second = 1; second <= 3600; second++)
        {
            if (second % 600 == 0)
            {
                Publish();
            }

            if (second is 900 or 3000)
            {
                _failing.Fault = second == 900 ? TestRevocationFault.ServerError : TestRevocationFault.None;
            }

            _clock.Advance(TimeSpan.FromSeconds(1));

            // Until every refresh that was due has ended; one that awaits the simulated clock goes on in the next second. Real requests take their time.
            for (int i = 0; service.Sending > 0 || (i < 5 && service.Scheduled < Issuers); i++)
            {
                await Task.Delay(1, Pair.Stop);
            }

            int now = Requests();
            peak = Math.Max(peak, now - seen);
            total += now - seen;
            seen = now;
            if (second % 20 == 0)
            {
                refusedWhileFailing += JudgeAll(second);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{total} refreshes in an hour for {Issuers} issuers, at most {peak} in a second; {refusedWhileFailing} refusals while {Failing} failed");
        Assert.InRange(peak, 1, Issuers / 10);
        Assert.InRange(total, Issuers * 3, Issuers * 8);
        Assert.InRange(refusedWhileFailing, 1, int.MaxValue);

        TestCertificate ClientOf(TestCertificateAuthority issuer, TestRevocationServer server) => issuer.IssueClient("client.test", c => c.WithCrlDistributionPoints(server.CrlUrl(issuer)));

        int Requests() => _server.Requests.Count + _failing.Requests.Count;

        void Publish()
        {
            DateTimeOffset made = _clock.GetUtcNow();
            _server.ConfigureCrl = _failing.ConfigureCrl = crl => crl.Validity(made, made + lasts);
        }

        // Gets how many were refused.
        int JudgeAll(int second)
        {
            DateTimeOffset now = _clock.GetUtcNow();
            int refused = 0;
            for (int i = 0; i < Issuers; i++)
            {
                PeerVerdict verdict = engine.Judge(policy, PeerRole.Client, presented[i]);
                RevocationResult result = verdict.Revocation[0];

                // After the failure a host may rest for five minutes more, and then has one of all waiting try it first, every ten seconds.
                bool mayFail = i < Failing && second is >= 60 * (LastsMinutes + 5) and < 3000 + 300 + 60;
                if (verdict.IsAccepted)
                {
                    // What the failing server gave last is the CRL of minute 10.
                    Assert.True(result.Status == RevocationStatus.Good && now < result.ThisUpdate + lasts + grace, $"second {second}, issuer {i}: {result}");
                    Assert.False(i < Failing && second is > 600 + (60 * (LastsMinutes + 5)) and < 3000, $"second {second}, issuer {i}: {result}");
                }
                else
                {
                    Assert.True(mayFail, $"second {second}, issuer {i}: {verdict}");
                    refused++;
                }
            }

            return refused;
        }
    }

    private static PeerPolicy Policy(TestCertificateAuthority root, RevocationPreference preference, Action<RevocationOptions>? configure = null) =>
        PeerPolicy.Create("test", p => p.TrustPemText(root.ToPem()).CheckRevocation(r =>
        {
            (r.Depth, r.Preference) = (RevocationDepth.EndEntity, preference);
            configure?.Invoke(r);
        }));
}
