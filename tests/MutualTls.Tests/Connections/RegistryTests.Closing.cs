using System.Collections.Concurrent;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <content>What becomes of a connection whose verdict is lost, and what is awaited before that is known.</content>
public partial class RegistryTests
{
    [Fact]
    public async Task Drain_NotClosedByTheDeadline_IsAborted()
    {
        FakeConnection stuck = Open(Policy(p => p.Options.Live.DrainTimeout = TimeSpan.FromSeconds(20)), _pki.Client);
        Deny(_pki.Client);
        PeerVerdict lost = await stuck.Drained;
        await UntilAsync(() => Registry.IsIdle);
        _time.Advance(TimeSpan.FromSeconds(19));
        await UntilAsync(() => Registry.IsIdle);
        await Assert.ThrowsAsync<TimeoutException>(() => stuck.Aborted.WaitAsync(TimeSpan.FromMilliseconds(50), Pair.Stop));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Same(lost, await stuck.Aborted);
    }

    [Fact]
    public async Task Drain_NoTimeForIt_IsAbortedAtOnce()
    {
        FakeConnection connection = Open(Policy(p => p.CloseLiveConnections(TimeSpan.Zero)), _pki.Client);
        Deny(_pki.Client);
        Assert.Equal(ValidationReason.CertificateDenied, (await connection.Aborted).Primary?.Reason);
    }

    [Fact]
    public async Task Report_VerdictIsLost_IsToldOnceAndStaysOpen()
    {
        TaskCompletionSource<VerdictLostEventArgs> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int count = 0;
        SnapshotSource<PeerPolicy> source = Policy(p => p.ReportLiveConnections());
        FakeConnection open = Open(source, _pki.Client);
        Registry.VerdictLost += (_, lost) =>
        {
            Interlocked.Increment(ref count);
            told.TrySetResult(lost);
        };
        Deny(_pki.Client);
        VerdictLostEventArgs lost = await told.Task.WaitAsync(TimeSpan.FromSeconds(60), Pair.Stop);
        Assert.Equal((true, ValidationReason.CertificateDenied, LiveConnectionMode.Report), (lost.Before.IsAuthenticated, lost.Verdict.Primary!.Value.Reason, lost.Mode));
        Assert.False(open.Verdict.IsAuthenticated);

        Deny(_pki.Client, Other);
        await PassAsync(source);
        Assert.Equal((1, false), (count, open.IsClosed));

        // Mended: it counts again, and its next loss is told again.
        _denied.Change(CertificateDenyList.Empty);
        await UntilAsync(() => open.Verdict.IsAuthenticated);
        Deny(_pki.Client);
        await UntilAsync(() => Volatile.Read(ref count) == 2);
        Assert.False(open.IsClosed);
    }

    // Told of, and refused by the next policy as well, which says otherwise what becomes of it.
    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task Report_NextPolicyCloses_IsClosed(int seconds)
    {
        ConcurrentQueue<LiveConnectionMode> told = [];
        SnapshotSource<PeerPolicy> source = Policy(p => p.ReportLiveConnections());
        FakeConnection open = Open(source, _pki.Client);
        Registry.VerdictLost += (_, lost) => told.Enqueue(lost.Mode);
        Deny(_pki.Client);
        await UntilAsync(() => !told.IsEmpty);
        source.Change(Policy(p => p.CloseLiveConnections(TimeSpan.FromSeconds(seconds))).Current);
        Assert.Equal(ValidationReason.CertificateDenied, (await (seconds == 0 ? open.Aborted : open.Drained)).Primary?.Reason);
        await UntilAsync(() => told.Count == 2);
        Assert.Equal([LiveConnectionMode.Report, LiveConnectionMode.Close], told);
    }

    [Fact]
    public async Task Drain_OneThrowsAndAHandlerToo_TheOthersAreClosed()
    {
        SnapshotSource<PeerPolicy> source = Policy();
        FakeConnection bad = Open(source, _pki.Client, () => throw new InvalidOperationException("drain")), good = Open(source, _pki.Client), later = Open(source, Other);
        Registry.VerdictLost += (_, _) => throw new InvalidOperationException("handler");
        Deny(_pki.Client);
        await bad.Drained;
        await good.Drained;
        Deny(_pki.Client, Other);
        await later.Drained;
    }

    [Fact]
    public async Task Validators_AreAskedByANewPolicyOnly_AndHoldNobodyElseUp()
    {
        int asked = 0;
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        SnapshotSource<PeerPolicy> source = Policy(p => p.AddValidator("first", (_, _) =>
        {
            asked++;
            return default;
        }));
        PeerVerdict accepted = await _engine.JudgeAsync(source.Current, PeerRole.Client, Pair.Presented(_pki.Client), cancellationToken: Pair.Stop);
        FakeConnection awaited = Add(source, _pki.Client, accepted, _engine.EpochOf(source.Current));
        Deny(Other);
        await PassAsync(source);
        Assert.Equal((1, true, false), (asked, awaited.Verdict.IsAuthenticated, awaited.IsClosed));

        _denied.Change(CertificateDenyList.Empty);
        SnapshotSource<PeerPolicy> elsewhere = Policy();
        FakeConnection other = Open(elsewhere, Other);
        source.Change(AsksSecond(answer.Task));
        Deny(Other);
        await other.Drained;
        Assert.False(awaited.IsClosed);
        answer.SetResult();
        Assert.Equal(ValidationReason.ValidatorRefused, (await awaited.Drained).Primary?.Reason);
    }

    // A validator that takes its time does not keep a connection open that is refused by something else meanwhile.
    [Fact]
    public async Task Validators_AreAwaited_WhatRefusesAtOnceCloses()
    {
        TaskCompletionSource never = new();
        SnapshotSource<PeerPolicy> source = Policy();
        FakeConnection awaited = Open(source, _pki.Client);
        source.Change(AsksSecond(never.Task));
        await PassAsync(source);
        Assert.False(awaited.IsClosed);
        Deny(_pki.Client);
        Assert.Equal(ValidationReason.CertificateDenied, (await awaited.Drained).Primary?.Reason);
        never.SetResult();
    }

    [Fact]
    public async Task Audit_IsEnforcedFromNowOn_WhoWasLetInAnywayIsClosed()
    {
        SnapshotSource<PeerPolicy> source = Pair.Trusting(new TestPki().Root, p => p.Options.Dangerous.AuditOnly = true);
        FakeConnection audited = Open(source, _pki.Client);
        Assert.False(audited.Verdict.IsEnforced);
        source.Change(Pair.Trusting(new TestPki().Root));
        Assert.Equal(ValidationReason.IssuerUnknown, (await audited.Drained).Primary?.Reason);
    }

    private PeerPolicy AsksSecond(Task answer) => Policy(p => p.AddValidator("second", async (context, _) =>
    {
        await answer;
        context.Refuse("no contract");
    })).Current;
}
