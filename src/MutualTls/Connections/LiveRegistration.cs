using MutualTls.Identities;
using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>One connection's place in the registry: what its verdict rests on, and when it is to be looked at next.</summary>
/// <remarks>There may be a hundred thousand, so it holds little: certificates only where the verified path does not have them.</remarks>
/// <threadsafety>Safe from any thread; what changes is written under the registry's lock.</threadsafety>
internal sealed class LiveRegistration(
    ConnectionGroup group, ILiveConnection connection, PeerVerdict verdict, ReadOnlyMemory<byte>[]? others, Func<PeerPolicy, ReferenceIdentity?>? expectedBy) : IDisposable
{
    private PeerVerdict _standing = verdict;
    private PeerVerdict? _lost;

    public ConnectionGroup Group => group;

    public ILiveConnection Connection => connection;

    /// <summary>Gets what is said of the peer now.</summary>
    public PeerVerdict Verdict => Volatile.Read(ref _lost) ?? Volatile.Read(ref _standing);

    /// <summary>Gets or sets the last verdict that let the peer in: what it is judged again by.</summary>
    public PeerVerdict Standing { get => Volatile.Read(ref _standing); set => Volatile.Write(ref _standing, value); }

    /// <summary>Gets or sets the verdict that no longer lets it in; null while there is none.</summary>
    public PeerVerdict? Lost { get => Volatile.Read(ref _lost); set => Volatile.Write(ref _lost, value); }

    /// <summary>Gets what the peer presented beside the certificates of its path; null if nothing.</summary>
    public ReadOnlyMemory<byte>[]? Others => others;

    /// <summary>Gets by which name a policy has a server identified; null for a client.</summary>
    public Func<PeerPolicy, ReferenceIdentity?>? ExpectedBy => expectedBy;

    /// <summary>Gets or sets when it is to be looked at, in ticks of UTC.</summary>
    public long Due { get; set; } = verdict.Until.UtcTicks;

    /// <summary>Gets or sets the place among those of its policy; -1 once it has gone.</summary>
    public int Index { get; set; } = -1;

    public LiveState State { get; set; }

    /// <summary>Gets or sets whether something changed while it was judged.</summary>
    public bool IsOutrun { get; set; }

    /// <summary>Cuts the connection off and takes it out: nothing is left to do about it, whether or not those who use it take note.</summary>
    public void Abort()
    {
        try
        {
            connection.Abort(Verdict);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Takes the connection out: it is closed.</summary>
    public void Dispose() => group.Registry.Remove(this);
}

/// <summary>Says what is being done about a connection.</summary>
internal enum LiveState : byte
{
    /// <summary>Its verdict stands.</summary>
    Open,

    /// <summary>It is being judged.</summary>
    Judging,

    /// <summary>Its verdict waits for an answer from elsewhere.</summary>
    Awaiting,

    /// <summary>Its verdict no longer stands, which was told and nothing else.</summary>
    Reported,

    /// <summary>It is being closed.</summary>
    Draining,
}
