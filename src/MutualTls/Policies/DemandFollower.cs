using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using MutualTls.Sources;

namespace MutualTls.Policies;

/// <summary>Has the files of policies' pins and deny-lists read again when they change, for as long as the policies are in use, and logs every change of either.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class DemandFollower(TimeProvider timeProvider, ILogger logger)
{
    private readonly Lazy<FileWatch> _watch = new(() => new FileWatch(timeProvider, logger));
    private readonly ConditionalWeakTable<PeerPolicy, Following> _followed = [];

    /// <summary>Follows a policy from now on; once, however often it is asked for.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="failed">Is told what is wrong with a file, beside the log. Must not throw.</param>
    public void Follow(PeerPolicy policy, Action<IReadOnlyList<string>>? failed = null)
    {
        if (!policy.HasChangingDemands || _followed.TryGetValue(policy, out _))
        {
            return;
        }

        Following following = new(policy, logger, failed);
        if (!_followed.TryAdd(policy, following))
        {
            return;
        }

        following.Begin(policy);
        if (policy.HasFiles)
        {
            _watch.Value.Add(policy, Look);
        }
    }

    /// <summary>Follows a policy no longer: another one has taken its place.</summary>
    public void Forget(PeerPolicy policy)
    {
        if (_followed.TryGetValue(policy, out Following? following))
        {
            following.End();
        }
    }

    private void Look(PeerPolicy policy)
    {
        if (!_followed.TryGetValue(policy, out Following? following) || following.HasEnded)
        {
            return;
        }

        List<string> problems = [];
        policy.Refresh(problems);
        foreach (string problem in problems)
        {
            Log.EntryFileUnusable(logger, policy.Name, problem);
        }

        if (problems.Count > 0)
        {
            following.Failed?.Invoke(problems);
        }
    }

    /// <summary>Listens to the sources of one policy without keeping it alive: they may live longer than it does.</summary>
    private sealed class Following(PeerPolicy policy, ILogger logger, Action<IReadOnlyList<string>>? failed)
    {
        private readonly WeakReference<PeerPolicy> _policy = new(policy);
        private volatile bool _ended;

        public bool HasEnded => _ended;

        public Action<IReadOnlyList<string>>? Failed => failed;

        public void Begin(PeerPolicy of)
        {
            if (of.Pins is { } pins)
            {
                pins.Source.Changed += PinsChanged;
            }

            if (of.Lists.Source is { } source)
            {
                source.Changed += DenyListChanged;
            }

            if (of.Lists.FileSource is { } files)
            {
                files.Changed += DenyListChanged;
            }
        }

        public void End() => _ended = true;

        private void PinsChanged(object? sender, EventArgs e)
        {
            if (Find(sender, static (source, self) => ((SnapshotSource<Pinning.SpkiPinSet>)source).Changed -= self.PinsChanged) is { Pins: { } pins } found)
            {
                Log.PinsReloaded(logger, found.Name, pins.Source.Current.Count);
            }
        }

        private void DenyListChanged(object? sender, EventArgs e)
        {
            PeerPolicy? found = Find(sender, static (source, self) =>
            {
                if (source is SnapshotSource<Lists.CertificateDenyList> one)
                {
                    one.Changed -= self.DenyListChanged;
                }
                else if (source is SnapshotSource<Lists.CertificateDenyList[]> several)
                {
                    several.Changed -= self.DenyListChanged;
                }
            });
            if (found is not null)
            {
                Log.DenyListReloaded(logger, found.Name, found.Lists.DeniedCount);
            }
        }

        // What is used no more is told no more.
        private PeerPolicy? Find(object? sender, Action<object, Following> stop)
        {
            if (!_ended && _policy.TryGetTarget(out PeerPolicy? found))
            {
                return found;
            }

            if (sender is not null)
            {
                stop(sender, this);
            }

            return null;
        }
    }
}
