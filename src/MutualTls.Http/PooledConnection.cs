using MutualTls.Connections;
using MutualTls.Policies;

namespace MutualTls.Http;

/// <summary>Stands in the registry for a connection of a pool, which alone decides what is sent over it.</summary>
/// <remarks>
/// SocketsHttpHandler takes no single connection out of use, so its whole set is put aside: requests that are under way end where they are, later ones have
/// connections of their own. The set is held weakly: a client that was forgotten is not kept in memory for its connections.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class PooledConnection(StreamCloser closer, WeakReference<Generation> generation) : ILiveConnection
{
    public void Drain(PeerVerdict verdict)
    {
        if (generation.TryGetTarget(out Generation? lost))
        {
            lost.Lose();
        }
    }

    public void Abort(PeerVerdict verdict)
    {
        Drain(verdict);
        closer.Abort(verdict);
    }
}
