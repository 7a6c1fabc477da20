using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Sources;

namespace MutualTls.Connections;

/// <summary>Knows the open connections of an engine, and keeps their verdicts true.</summary>
/// <remarks>
/// They are judged again when something changes that their verdicts rest on (revocation data, trust anchors, pins, lists, names, the policy itself), when the
/// time of a verdict runs out, and when the clock is set. A connection whose peer would no longer be let in is closed, or only told of, as its policy's
/// <see cref="PeerPolicyOptions.Live"/> says. What needs no answer from elsewhere is judged at once; closing begins within a second of the change.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class ConnectionRegistry
{
    private static readonly ConditionalWeakTable<PeerPolicyEngine, ConnectionRegistry> OfEngines = [];

    private readonly PeerPolicyEngine _engine;
    private readonly Lock _lock = new();
    private readonly Dictionary<SnapshotSource<PeerPolicy>, ConnectionGroup> _groups = new(ReferenceEqualityComparer.Instance);
    private readonly EventHandler _revocationChanged;
    private readonly LivePasses _passes;
    private int _count;

    private ConnectionRegistry(PeerPolicyEngine engine)
    {
        _engine = engine;
        _passes = new LivePasses(engine.TimeProvider, Pass);
        _revocationChanged = (_, _) => AllChanged();
    }

    /// <summary>Happens when the verdict on an open connection no longer stands, once its closing has been asked for; on a thread of the pool. What a handler throws is logged.</summary>
    public event EventHandler<VerdictLostEventArgs>? VerdictLost;

    /// <summary>Gets how many connections there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Gets the registry of an engine.</summary>
    /// <param name="engine">The engine that judges.</param>
    /// <returns>Its registry, the same each time.</returns>
    public static ConnectionRegistry Of(PeerPolicyEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return OfEngines.GetValue(engine, static e => new ConnectionRegistry(e));
    }

    /// <summary>Takes a connection in.</summary>
    /// <param name="source">Where its policy comes from.</param>
    /// <param name="connection">The connection; held until the registration is disposed of.</param>
    /// <param name="verdict">The verdict that let the peer in.</param>
    /// <param name="presented">What the peer presented.</param>
    /// <param name="expectedBy">By which name a policy has a server identified; null for a client.</param>
    /// <param name="epoch">What the verdict rests on, read before the peer was judged.</param>
    /// <param name="logger">Where it is told that the verdict no longer stands.</param>
    internal LiveRegistration Add(
        SnapshotSource<PeerPolicy> source, ILiveConnection connection, PeerVerdict verdict, PresentedChain presented, Func<PeerPolicy, ReferenceIdentity?>? expectedBy, long epoch,
        ILogger logger)
    {
        LiveRegistration added;
        lock (_lock)
        {
            if (!_groups.TryGetValue(source, out ConnectionGroup? group))
            {
                if (_groups.Count == 0)
                {
                    ((IVersioned)_engine.Revocation.Memory).Changed += _revocationChanged;
                }

                _groups.Add(source, group = new ConnectionGroup(this, source, logger));
            }

            added = new LiveRegistration(group, connection, verdict, OtherCertificates.Of(verdict, presented), expectedBy);
            group.Add(added);
            _count++;

            // Followed from here on; what changed since the peer was judged was told to nobody.
            if (!ReferenceEquals(source.Current, verdict.Policy) || _engine.EpochOf(verdict.Policy) != epoch)
            {
                added.Due = 0;
            }
        }

        _passes.Expect(added.Due);
        return added;
    }

    internal void Remove(LiveRegistration member)
    {
        lock (_lock)
        {
            if (member.Index < 0)
            {
                return;
            }

            ConnectionGroup group = member.Group;
            group.Remove(member);
            _count--;
            if (group.Count == 0)
            {
                group.Close();
                _groups.Remove(group.Source);
                if (_groups.Count == 0)
                {
                    ((IVersioned)_engine.Revocation.Memory).Changed -= _revocationChanged;
                }
            }
        }
    }

    /// <summary>Gets how many passes there have been.</summary>
    internal int Passes => _passes.Count;

    /// <summary>Gets whether no pass runs or is wanted.</summary>
    internal bool IsIdle => _passes.IsIdle;

    internal void Wake() => _passes.Wake();

    /// <summary>Looks at every connection whose time has come or whose grounds have changed, on this thread.</summary>
    /// <param name="now">The time.</param>
    /// <param name="all">Whether every connection is to be judged.</param>
    /// <returns>When the next one's time comes, in ticks of UTC; <see cref="long.MaxValue"/> if there are none.</returns>
    internal long Pass(DateTimeOffset now, bool all)
    {
        List<LiveRegistration> toJudge = [], toAbort = [];
        lock (_lock)
        {
            foreach (ConnectionGroup group in _groups.Values)
            {
                bool changed = group.TakeChanged() || all;
                if (changed)
                {
                    group.Follow();
                }

                LiveQueue.Collect(group, now.UtcTicks, changed, all, toJudge, toAbort);
            }
        }

        foreach (LiveRegistration member in toAbort)
        {
            Log.ConnectionAborted(member.Group.Logger, member.Verdict.Policy.Name, member.Verdict.Role.ToString());
            Try(member, static m => m.Abort());
        }

        List<VerdictLostEventArgs> told = [];
        LiveJudge? judge = null;
        foreach (LiveRegistration member in toJudge)
        {
            PeerPolicy policy = member.Group.Source.Current;
            judge = ReferenceEquals(judge?.Policy, policy) ? judge : new LiveJudge(_engine, policy);
            JudgeNow(member, judge, now, told);
        }

        told.ForEach(Tell);
        lock (_lock)
        {
            return LiveQueue.NextDue(_groups.Values);
        }
    }

    private void JudgeNow(LiveRegistration member, LiveJudge judge, DateTimeOffset now, List<VerdictLostEventArgs> told)
    {
        try
        {
            PeerVerdict verdict = judge.Judge(member);
            if (verdict.Outcome == VerdictOutcome.Pending)
            {
                lock (_lock)
                {
                    if (!LiveQueue.BeginAwaiting(member))
                    {
                        return;
                    }
                }

                _ = AwaitAsync(member, judge.Policy);
            }
            else if ((member.State != LiveState.Awaiting || !verdict.MayConnect) && Conclude(member, verdict, now) is { } lost)
            {
                told.Add(lost);
            }
        }
#pragma warning disable CA1031 // Loggers are code of the application, too.
        catch
#pragma warning restore CA1031
        {
            GiveUp(member);
        }
    }

    private async Task AwaitAsync(LiveRegistration member, PeerPolicy policy)
    {
        try
        {
            using (await _passes.EnterAsync().ConfigureAwait(false))
            {
                PeerVerdict verdict = await LiveJudge.JudgeAsync(_engine, member, policy).ConfigureAwait(false);
                if (Conclude(member, verdict, _engine.TimeProvider.GetUtcNow()) is { } lost)
                {
                    Tell(lost);
                }
            }
        }
#pragma warning disable CA1031 // As above.
        catch
#pragma warning restore CA1031
        {
            GiveUp(member);
        }

        _passes.Expect(member.Due);
    }

    // What cannot be judged is closed: it would never be looked at again.
    private void GiveUp(LiveRegistration member)
    {
        lock (_lock)
        {
            LiveQueue.GiveUp(member);
        }

        _passes.Wake();
    }

    // Gets what is to be told, if the verdict no longer stands.
    private VerdictLostEventArgs? Conclude(LiveRegistration member, PeerVerdict verdict, DateTimeOffset now)
    {
        VerdictLostEventArgs lost;
        LiveConnectionRules rules = verdict.Policy.Live;
        lock (_lock)
        {
            bool wasReported = member.Lost is not null;
            if (!LiveQueue.Conclude(member, verdict, rules, now) || (wasReported && rules.Mode == LiveConnectionMode.Report))
            {
                return null;
            }

            lost = new VerdictLostEventArgs(member.Standing, verdict);
        }

        Log.VerdictLost(
            member.Group.Logger, verdict.Policy.Name, verdict.Role.ToString(), Log.NameOf(lost.Before), verdict.Primary?.ToString() ?? "",
            rules.Mode == LiveConnectionMode.Close ? "closed" : "left open");
        if (rules.Mode == LiveConnectionMode.Close)
        {
            Try(member, rules.DrainTimeout > TimeSpan.Zero ? static m => m.Connection.Drain(m.Verdict) : static m => m.Abort());
        }

        return lost;
    }

    private void AllChanged()
    {
        lock (_lock)
        {
            foreach (ConnectionGroup group in _groups.Values)
            {
                group.Changed();
            }
        }
    }

    private void Tell(VerdictLostEventArgs lost)
    {
        try
        {
            VerdictLost?.Invoke(this, lost);
        }
#pragma warning disable CA1031 // Code of the application may throw anything; the other connections are closed all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.LiveHandlerFailed(_engine.Logger, exception);
        }
    }

    private static void Try(LiveRegistration member, Action<LiveRegistration> close)
    {
        try
        {
            close(member);
        }
#pragma warning disable CA1031 // One connection that cannot be closed must not keep the others open.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.LiveCloseFailed(member.Group.Logger, exception);
        }
    }
}
