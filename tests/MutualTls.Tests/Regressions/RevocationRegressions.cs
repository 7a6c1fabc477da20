using Microsoft.Extensions.Time.Testing;
using MutualTls.Diagnostics;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Regressions;

/// <summary>Revocation data that is fetched, told of and refreshed while others throw, dispose, or have nothing newer.</summary>
public sealed class RevocationRegressions : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestRevocationServer _server = TestRevocationServer.Start();
    private readonly EventRecord<RevocationService> _log = new();
    private readonly TestCertificateAuthority _root;
    private readonly TestCertificate _client;

    // For a policy that nobody holds any more, nothing is refreshed.
    private readonly List<PeerPolicy> _held = [];

    public RevocationRegressions()
    {
        _root = TestCertificateAuthority.CreateRoot(timeProvider: _clock);
        _client = Issue();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // A handler that threw made the answer one of no use, and kept the next handler from what it had to close.
    [Fact]
    public async Task Changed_HandlerThrows_AnswerIsUsedAndTheNextHandlerIsTold()
    {
        await using RevocationService service = Service();
        PeerPolicyEngine engine = new(_clock, revocation: service);
        int told = 0;
        service.Changed += (_, _) => throw new InvalidOperationException("bad handler");
        service.Changed += (_, _) => told++;
        _server.Revoke(_client);

        Assert.Equal(ValidationReason.CertificateRevoked, (await JudgeAsync(engine, Policy())).Primary?.Reason);

        Assert.Equal(1, told);
        Assert.Equal(1, _log.CountOf(EventIds.RevocationHandlerFailed));
    }

    // "Not modified" about a CRL that has ended meanwhile says nothing: it was taken for an answer.
    [Fact]
    public async Task Refresh_NotModifiedAndWhatIsHeldHasEnded_IsUnknownAndTheWholeIsAskedFor()
    {
        DateTimeOffset end = _clock.GetUtcNow().AddMinutes(10);
        _server.ConfigureCrl = c => c.Validity(_clock.GetUtcNow().AddMinutes(-1), end);
        await using RevocationService service = Service();
        PeerPolicyEngine engine = new(_clock, revocation: service);
        PeerPolicy policy = Policy();
        Assert.True((await JudgeAsync(engine, policy)).IsAccepted);

        _clock.Advance(TimeSpan.FromMinutes(20));
        await Patience.UntilAsync(() => service.Sending == 0 && _server.Requests.Count >= 2);
        PeerVerdict ended = await JudgeAsync(engine, policy);
        Assert.Equal(ValidationReason.CrlStale, ended.Primary?.Reason);

        // Nor is it asked for by a tag any more, so that a cache which keeps the old one is no excuse.
        await Patience.UntilAsync(() =>
        {
            AdvanceWhileNothingIsSent(service);
            return _server.Requests.Count(request => !request.IsConditional) == 2;
        });
        _server.ConfigureCrl = null;
        await Patience.UntilAsync(() =>
        {
            AdvanceWhileNothingIsSent(service);
            return service.Sending == 0 && engine.Judge(policy, PeerRole.Client, Pair.Presented(_client)).IsAccepted;
        });
    }

    // A refresh that failed was due again at once, and so for ever.
    [Theory]
    [InlineData(RevocationPreference.CrlOnly)]
    [InlineData(RevocationPreference.OcspOnly)]
    public async Task Refresh_Fails_IsTriedAgainAfterAWhile(RevocationPreference preference)
    {
        await using RevocationService service = Service();
        PeerPolicyEngine engine = new(_clock, revocation: service);
        Assert.True((await JudgeAsync(engine, Policy(r => r.Preference = preference))).IsAccepted);
        _server.Fault = TestRevocationFault.NotFound;
        _server.ClearRequests();

        for (int minute = 0; minute < 120; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Patience.UntilAsync(() => service.Sending == 0 && service.Scheduled == 1);
        }

        // By GET and POST, where it is OCSP.
        Assert.InRange(_server.Requests.Count, 1, 2 * 120);
    }

    // Answers that last for no time at all are asked for no more often than every ten seconds.
    [Fact]
    public async Task Refresh_AnswersOfOneSecond_AreAskedForEveryTenSecondsAtMost()
    {
        _server.ConfigureCrl = c => c.Validity(_clock.GetUtcNow().AddMinutes(-1), _clock.GetUtcNow().AddSeconds(1));
        await using RevocationService service = Service();
        Assert.True((await JudgeAsync(new PeerPolicyEngine(_clock, revocation: service), Policy(r => r.StaleGrace = TimeSpan.FromHours(1)))).IsAccepted);

        for (int second = 0; second < 100; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            _server.ConfigureCrl = _server.ConfigureCrl;
            await Patience.UntilAsync(() => service.Sending == 0 && service.Scheduled == 1);
        }

        Assert.InRange(_server.Requests.Count, 2, 11);
    }

    // What nobody asks about any more was refreshed for as long as the process lived.
    [Fact]
    public async Task Refresh_OcspAnswerThatNobodyUsed_IsNotAskedForAgain()
    {
        await using RevocationService service = Service();
        PeerPolicyEngine engine = new(_clock, revocation: service);
        _server.ConfigureOcsp = o => o.Validity(_clock.GetUtcNow().AddMinutes(-1), _clock.GetUtcNow().AddMinutes(30));
        Assert.True((await JudgeAsync(engine, Policy(r => r.Preference = RevocationPreference.OcspOnly))).IsAccepted);

        for (int minute = 0; minute < 120; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Patience.UntilAsync(() => service.Sending == 0);
        }

        Assert.Equal(0, service.Scheduled);
        Assert.InRange(_server.Requests.Count, 1, 4);
    }

    // The place of deltas, the queue of writes, the flight: each may be under way when the service goes.
    [Fact]
    public async Task Dispose_WhileAskedAndRefreshed_NothingThrowsAndNobodyIsLetIn()
    {
        TestCertificate[] clients = [.. Enumerable.Range(0, 8).Select(_ => Issue())];
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mutualtls-");
        Exception? unobserved = null;
        void Observe(object? sender, UnobservedTaskExceptionEventArgs e) => unobserved ??= e.Exception.InnerExceptions.FirstOrDefault(x => x.StackTrace?.Contains("MutualTls.Revocation", StringComparison.Ordinal) == true);
        TaskScheduler.UnobservedTaskException += Observe;
        try
        {
            for (int round = 0; round < 40; round++)
            {
                _server.Fault = (round % 4) switch { 0 => TestRevocationFault.BlackHole, 1 => TestRevocationFault.SlowDrip, _ => TestRevocationFault.None };
                RevocationService service = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true }, StoreFolder = folder.FullName }, _clock, _log);
                PeerPolicyEngine engine = new(_clock, revocation: service);
                PeerPolicy policy = Policy(r => r.Preference = (RevocationPreference)(round % 4));
                Task<PeerVerdict>[] judging = [.. clients.Select(client => Task.Run(() => JudgeAsync(engine, policy, client), Pair.Stop))];
                Task advancing = Task.Run(() => _clock.Advance(TimeSpan.FromMinutes(1)), Pair.Stop);
                await Task.Delay(round % 5, Pair.Stop);

                Task disposing = Task.WhenAll(service.DisposeAsync().AsTask(), service.DisposeAsync().AsTask());

                await Patience.UntilAsync(() => disposing.IsCompleted && advancing.IsCompleted && judging.All(task => task.IsCompleted));
                await disposing;
                PeerVerdict[] verdicts = await Task.WhenAll(judging);
                Assert.All(verdicts, verdict => Assert.True(verdict.IsAccepted || verdict.Primary?.Reason is not ValidationReason.InternalFault, verdict.ToString()));

                // Afterwards nobody is asked, and not knowing still refuses.
                PeerVerdict after = await JudgeAsync(engine, policy, Issue(_root.IssueIntermediate()));
                Assert.False(after.IsAccepted);
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.Null(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Observe;
            folder.Delete(recursive: true);
        }
    }

    private TestCertificate Issue(TestCertificateAuthority? issuer = null) =>
        (issuer ?? _root).IssueClient("client.test", c => c.WithCrlDistributionPoints(_server.CrlUrl(issuer ?? _root)).WithOcsp(_server.OcspUrl(issuer ?? _root)));

    // By the same clock, what is on its way would be given up.
    private void AdvanceWhileNothingIsSent(RevocationService service)
    {
        if (service.Sending == 0)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private RevocationService Service() => new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } }, _clock, _log);

    private PeerPolicy Policy(Action<RevocationOptions>? configure = null)
    {
        PeerPolicy policy = PeerPolicy.Create("test", p => p.TrustPemText(_root.ToPem()).CheckRevocation(r =>
        {
            r.Preference = RevocationPreference.CrlOnly;
            configure?.Invoke(r);
        }));
        _held.Add(policy);
        return policy;
    }

    private Task<PeerVerdict> JudgeAsync(PeerPolicyEngine engine, PeerPolicy policy, TestCertificate? client = null) =>
        engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(client ?? _client), cancellationToken: Pair.Stop).AsTask();
}
