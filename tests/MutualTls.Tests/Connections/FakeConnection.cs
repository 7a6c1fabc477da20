using MutualTls.Connections;
using MutualTls.Policies;

namespace MutualTls.Tests.Connections;

/// <summary>Stands for a connection of any kind, and tells what the registry does to it.</summary>
internal sealed class FakeConnection(Action? onDrain = null) : ILiveConnection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource<PeerVerdict> _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<PeerVerdict> _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LiveRegistration? Registration { get; set; }

    public bool IsClosed => _drained.Task.IsCompleted || _aborted.Task.IsCompleted;

    public PeerVerdict Verdict => Registration!.Verdict;

    public Task<PeerVerdict> Drained => _drained.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public Task<PeerVerdict> Aborted => _aborted.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public void Drain(PeerVerdict verdict)
    {
        Assert.True(_drained.TrySetResult(verdict));
        onDrain?.Invoke();
    }

    public void Abort(PeerVerdict verdict) => Assert.True(_aborted.TrySetResult(verdict));
}

/// <summary>Has a wall clock that can be set while time goes on as it did.</summary>
internal sealed class SettableClock(TimeProvider time) : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Offset;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
}
