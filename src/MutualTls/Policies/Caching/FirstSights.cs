using System.Collections.Concurrent;
using MutualTls.Identities;

namespace MutualTls.Policies.Caching;

/// <summary>Lets those who present the same at the same moment share one judgement, where they can await it.</summary>
/// <threadsafety>Safe from any thread; nobody waits here.</threadsafety>
internal sealed class FirstSights
{
    // Beyond this, everybody judges for himself: as many handshakes of strangers at once, and no more is kept.
    private const int MaxCurrent = 1024;

    private readonly ConcurrentDictionary<ulong, FirstSight> _current = new();
    private int _count;

    /// <summary>Begins a judgement, or gets the one of somebody else that is under way. Both null: judge and tell nobody.</summary>
    /// <param name="key">What is judged.</param>
    /// <param name="epoch">The policy's epoch, read just before: a judgement that began before a change is not for those who come after it.</param>
    public (FirstSight? Mine, Task<PeerVerdict>? Other) Begin(in PresentedKey key, long epoch)
    {
        // Without a certificate there is nothing to judge.
        if (key.Presented.Count == 0)
        {
            return (null, null);
        }

        FirstSight? mine = null;
        if (!_current.TryGetValue(key.Hash, out FirstSight? current))
        {
            if (Volatile.Read(ref _count) >= MaxCurrent)
            {
                return (null, null);
            }

            mine = new FirstSight(key, epoch);
            current = _current.GetOrAdd(key.Hash, mine);
        }

        if (ReferenceEquals(current, mine))
        {
            Interlocked.Increment(ref _count);
            return (mine, null);
        }

        return (null, current.Epoch == epoch && current.IsFor(key) ? current.Verdict : null);
    }

    /// <summary>Ends a judgement: those who await it get the verdict.</summary>
    public void End(FirstSight mine, PeerVerdict verdict)
    {
        _current.TryRemove(mine.Hash, out _);
        Interlocked.Decrement(ref _count);
        mine.End(verdict);
    }
}

/// <summary>One judgement under way.</summary>
internal sealed class FirstSight(in PresentedKey key, long epoch)
{
    private readonly ReadOnlyMemory<byte>[] _certificates = key.Presented.Certificates.ToArray();
    private readonly PeerRole _role = key.Role;
    private readonly ReferenceIdentity? _expected = key.Expected;

    // Continuations elsewhere: whoever judged goes on with its own handshake first.
    private readonly TaskCompletionSource<PeerVerdict> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ulong Hash { get; } = key.Hash;

    public long Epoch { get; } = epoch;

    public Task<PeerVerdict> Verdict => _verdict.Task;

    public bool IsFor(in PresentedKey key) => key.Hash == Hash && key.HasEndEntity(_certificates[0].Span) && key.HasBeside(_certificates.AsSpan(1), _role, _expected);

    public void End(PeerVerdict verdict) => _verdict.SetResult(verdict);
}
