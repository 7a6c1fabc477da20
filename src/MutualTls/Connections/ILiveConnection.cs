using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>A connection that is open, whoever carries it: what becomes of it when its verdict no longer stands.</summary>
/// <remarks>Called on a thread of the pool, one call at a time, without any lock. What is thrown is logged.</remarks>
internal interface ILiveConnection
{
    /// <summary>Begins to close it: nothing new is taken on, what is under way may end. Called once at most; returns soon, what takes time goes on elsewhere.</summary>
    /// <param name="verdict">What speaks against the peer now.</param>
    void Drain(PeerVerdict verdict);

    /// <summary>Ends it at once, whatever is under way: it was not closed by the deadline.</summary>
    /// <param name="verdict">What speaks against the peer.</param>
    void Abort(PeerVerdict verdict);
}
