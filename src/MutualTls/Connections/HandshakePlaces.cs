namespace MutualTls.Connections;

/// <summary>The places for handshakes. While all are taken and a client waits for one, those give way whose client has let us wait for a second.</summary>
/// <remarks>
/// So clients that say nothing hold up others for about a second, not for the whole timeout. Nothing is shared out by address: behind a NAT or a balancer
/// one address is everybody. A client that is being judged, for which revocation data may be fetched, is not to blame and stays.
/// </remarks>
/// <threadsafety>Safe from any thread; one waits at a time.</threadsafety>
internal sealed class HandshakePlaces(int count, TimeProvider clock) : IDisposable
{
    /// <summary>How long a client may take when others wait. A handshake takes two round trips.</summary>
    public static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _free = new(count);
    private readonly LinkedList<HandshakePlace> _taken = [];

    /// <summary>Awaits a place; whoever has it disposes of it.</summary>
    /// <exception cref="OperationCanceledException">Waiting was given up.</exception>
    public async Task<HandshakePlace> TakeAsync(CancellationToken cancellationToken)
    {
        while (!await _free.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            Overtake();
            if (await _free.WaitAsync(s_pause, cancellationToken).ConfigureAwait(false))
            {
                break;
            }
        }

        HandshakePlace place = new(this, clock.GetTimestamp(), cancellationToken);
        lock (_taken)
        {
            place.Node = _taken.AddLast(place);
        }

        return place;
    }

    /// <summary>Awaits that all places are given back; nobody takes one any more.</summary>
    public async Task AllFreeAsync()
    {
        for (int i = 0; i < count; i++)
        {
            await _free.WaitAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _free.Dispose();

    internal void Give(HandshakePlace place)
    {
        lock (_taken)
        {
            _taken.Remove(place.Node!);
        }

        _free.Release();
    }

    // An eighth at a time: as many clients may wait as there are places, and one for each pause would be too few.
    private void Overtake()
    {
        List<HandshakePlace> overtaken = [];
        lock (_taken)
        {
            for (LinkedListNode<HandshakePlace>? oldest = _taken.First; oldest is not null && overtaken.Count <= count / 8; oldest = oldest.Next)
            {
                if (clock.GetElapsedTime(oldest.Value.Began) < LeastTime)
                {
                    break;
                }

                if (oldest.Value.TryOvertake())
                {
                    overtaken.Add(oldest.Value);
                }
            }
        }

        overtaken.ForEach(place => place.Stop());
    }
}

/// <summary>One place for a handshake.</summary>
internal sealed class HandshakePlace(HandshakePlaces places, long began, CancellationToken stopping) : IDisposable
{
    private const int PeersTurn = 0, OurTurn = 1, Overtaken = 2;

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private int _state;

    public long Began => began;

    public LinkedListNode<HandshakePlace>? Node { get; set; }

    /// <summary>Gets what ends the handshake.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Gets whether it had to give way.</summary>
    public bool IsOvertaken => Volatile.Read(ref _state) == Overtaken;

    /// <summary>Notes that the client has done its part.</summary>
    public void Settle() => Interlocked.CompareExchange(ref _state, OurTurn, PeersTurn);

    public bool TryOvertake() => Interlocked.CompareExchange(ref _state, Overtaken, PeersTurn) == PeersTurn;

    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    public void Dispose()
    {
        places.Give(this);
        _stop.Dispose();
    }
}
