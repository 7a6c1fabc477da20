using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Says whose verdict no longer stands while the connection is open.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class VerdictLostEventArgs : EventArgs
{
    internal VerdictLostEventArgs(PeerVerdict before, PeerVerdict verdict)
    {
        Before = before;
        Verdict = verdict;
    }

    /// <summary>Gets the last verdict that let the peer in.</summary>
    public PeerVerdict Before { get; }

    /// <summary>Gets what is said of the peer now; its policy says whether the connection is closed.</summary>
    public PeerVerdict Verdict { get; }

    /// <summary>Gets what becomes of the connection.</summary>
    public LiveConnectionMode Mode => Verdict.Policy.Live.Mode;
}
