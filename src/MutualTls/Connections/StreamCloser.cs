using System.Net.Security;
using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Closes a stream whose verdict no longer stands: TLS first, if the peer takes it, then the transport; all within a second.</summary>
/// <remarks>close_notify must not come in the midst of what somebody is writing, so writes are counted in and out.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class StreamCloser(SslStream stream, TimeProvider clock) : ILiveConnection
{
    private const int Idle = 0, Writing = 1, Closing = 2;

    // For each of three steps: for the writer to end, for close_notify to leave, for the peer to close as well.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private int _writing;
    private Farewell? _farewell;

    /// <summary>Gets whether the verdict no longer stands.</summary>
    public bool IsLost => Volatile.Read(ref _farewell) is not null;

    /// <summary>Throws if the verdict no longer stands.</summary>
    public void ThrowIfLost()
    {
        if (IsLost)
        {
            throw Lost();
        }
    }

    /// <summary>Makes what is thrown to whoever uses the stream.</summary>
    public MutualTlsException Lost(Exception? innerException = null) => MutualTlsException.Lost(Volatile.Read(ref _farewell)!.Verdict, innerException);

    /// <summary>Begins a write. False if another is under way, which SslStream complains about.</summary>
    public bool BeginWrite()
    {
        ThrowIfLost();
        bool isOurs = Interlocked.CompareExchange(ref _writing, Writing, Idle) == Idle;
        if (IsLost)
        {
            EndWrite(isOurs);
            throw Lost();
        }

        return isOurs;
    }

    /// <summary>Ends a write.</summary>
    public void EndWrite(bool isOurs)
    {
        if (isOurs)
        {
            Interlocked.Exchange(ref _writing, Idle);
            Volatile.Read(ref _farewell)?.Written.TrySetResult();
        }
    }

    /// <summary>Notes that the peer has closed as well, or that the stream was disposed of.</summary>
    public void NoteEnd() => Volatile.Read(ref _farewell)?.Ended.TrySetResult();

    public void Drain(PeerVerdict verdict)
    {
        Farewell farewell = new(verdict);
        if (Interlocked.CompareExchange(ref _farewell, farewell, null) is null)
        {
            _ = CloseAsync(farewell);
        }
    }

    public void Abort(PeerVerdict verdict)
    {
        Interlocked.CompareExchange(ref _farewell, new Farewell(verdict), null);
        stream.Dispose();
    }

    private async Task CloseAsync(Farewell farewell)
    {
        try
        {
            if (Interlocked.CompareExchange(ref _writing, Closing, Idle) != Idle)
            {
                await farewell.Written.Task.WaitAsync(Patience, clock).ConfigureAwait(false);
            }

            await stream.ShutdownAsync().WaitAsync(Patience, clock).ConfigureAwait(false);
            await farewell.Ended.Task.WaitAsync(Patience, clock).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever went wrong, what follows ends the connection.
        catch
#pragma warning restore CA1031
        {
        }

        await stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What is left to do once the verdict no longer stands.</summary>
    private sealed class Farewell(PeerVerdict verdict)
    {
        public PeerVerdict Verdict => verdict;

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
