using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>What was fetched for a policy is kept up to date after the policy was replaced, and without keeping it alive.</summary>
public sealed class PolicyReloadTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestRevocationServer _server = TestRevocationServer.Start();
    private readonly RevocationService _service;
    private readonly PeerPolicyEngine _engine;
    private readonly TestCertificateAuthority _root;
    private readonly TestCertificate _client;

    public PolicyReloadTests()
    {
        _service = new RevocationService(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } }, _clock);
        _engine = new PeerPolicyEngine(_clock, revocation: _service);
        _root = TestCertificateAuthority.CreateRoot(timeProvider: _clock);
        _client = _root.IssueClient("client.test", c => c.WithCrlDistributionPoints(_server.CrlUrl(_root)).WithOcsp(_server.OcspUrl(_root)));
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(RevocationPreference.CrlOnly)]
    [InlineData(RevocationPreference.OcspOnly)]
    public async Task Refresh_PolicyReplaced_TheOldIsNotKeptAliveAndTheNewIsServed(RevocationPreference preference)
    {
        WeakReference old = await JudgeAndForgetAsync(preference);
        PeerPolicy policy = Policy(preference);
        Assert.True(_engine.Judge(policy, PeerRole.Client, Pair.Presented(_client)).IsAccepted);
        await CollectAsync(old);

        _server.Revoke(_client);
        _clock.Advance(TimeSpan.FromHours(1));

        await Patience.UntilAsync(() => _engine.Judge(policy, PeerRole.Client, Pair.Presented(_client)).Primary?.Reason == ValidationReason.CertificateRevoked);
    }

    // Nobody has use for the answer any more: nobody is asked for it.
    [Theory]
    [InlineData("none")]
    [InlineData("of another anchor")]
    [InlineData("that asks nobody")]
    [InlineData("that asks responders alone")]
    [InlineData("with places of its own")]
    public async Task Refresh_NoPolicyWithUseForIt_IsNotAskedFor(string other)
    {
        WeakReference old = await JudgeAndForgetAsync(RevocationPreference.CrlOnly);
        TestPki pki = new();
        PeerPolicy? policy = other switch
        {
            "none" => null,
            "of another anchor" => PeerPolicy.Create("other", p => p.TrustPemText(pki.Root.ToPem()).CheckRevocation()),
            "that asks nobody" => Policy(RevocationPreference.CrlOnly, r => r.Fetching = RevocationFetching.Never),
            "that asks responders alone" => Policy(RevocationPreference.OcspOnly),
            _ => Policy(RevocationPreference.CrlOnly, r => r.Places.Add(new RevocationPlace(RevocationSource.Crl, new Uri("http://crl.invalid/")))),
        };
        if (policy is not null)
        {
            _engine.Judge(policy, PeerRole.Client, Pair.Presented(_client));
        }

        await CollectAsync(old);
        _server.ClearRequests();
        _clock.Advance(TimeSpan.FromHours(1));

        await Patience.UntilAsync(() => _service.Scheduled == 0);
        Assert.Empty(_server.Requests);
        GC.KeepAlive(policy);
    }

    // Places of a policy's own have a memory of their own, which goes with the policy.
    [Fact]
    public async Task Refresh_PolicyWithPlacesReplaced_IsNotKeptAlive()
    {
        WeakReference old = await JudgeAndForgetAsync(RevocationPreference.CrlOnly, r => r.Places.Add(new RevocationPlace(RevocationSource.Crl, new Uri(_server.CrlUrl(_root)))));
        await CollectAsync(old);
    }

    private static async Task CollectAsync(WeakReference old)
    {
        // What had asked may still be on its way out.
        await Patience.UntilAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !old.IsAlive;
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> JudgeAndForgetAsync(RevocationPreference preference, Action<RevocationOptions>? configure = null)
    {
        PeerPolicy policy = Policy(preference, configure);
        PeerVerdict verdict = await _engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(_client), cancellationToken: Pair.Stop);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        Assert.Equal(1, _service.Scheduled);
        return new WeakReference(policy.RevocationChecker);
    }

    private PeerPolicy Policy(RevocationPreference preference, Action<RevocationOptions>? configure = null) => PeerPolicy.Create("test", p => p.TrustPemText(_root.ToPem()).CheckRevocation(r =>
    {
        r.Preference = preference;
        configure?.Invoke(r);
    }));
}
