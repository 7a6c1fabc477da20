using System.Net;
using System.Net.Sockets;

namespace MutualTls.Handshakes.Servers;

/// <summary>Serves one connection after the other on a thread of its own, and tells what that thread spent and allocated on each.</summary>
internal sealed class ThreadServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SemaphoreSlim _served = new(0);
    private readonly Func<Stream, Task<Stream>> _handshake;
    private Exception? _failure;
    private long _nanoseconds, _bytes;

    public ThreadServer(Func<Stream, Task<Stream>> handshake)
    {
        _handshake = handshake;
        _listener.Start();
        new Thread(Serve) { IsBackground = true }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Waits for the end of a connection, at this side too, and gets what it took.</summary>
    public async Task<(double Microseconds, long Bytes)> ServedAsync()
    {
        await _served.WaitAsync();
        return _failure is null ? (_nanoseconds / 1000.0, _bytes) : throw new InvalidOperationException("A connection failed.", _failure);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _served.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            try
            {
                using Socket socket = _listener.AcceptSocket();
                socket.NoDelay = true;
                long bytes = GC.GetAllocatedBytesForCurrentThread(), start = ThreadClock.Now();
                Serve(new BlockingStream(new NetworkStream(socket, ownsSocket: false)));
                (_nanoseconds, _bytes) = (ThreadClock.Now() - start, GC.GetAllocatedBytesForCurrentThread() - bytes);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
#pragma warning disable CA1031 // Told to whoever measures.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _failure = exception;
            }

            _served.Release();
        }
    }

    private void Serve(BlockingStream transport)
    {
        Task<Stream> handshake = _handshake(transport);
        if (!handshake.IsCompleted)
        {
            throw new InvalidOperationException("The handshake has left its thread.");
        }

#pragma warning disable CA1849, VSTHRD002, VSTHRD103 // Completed; and all of it is to stay on this thread.
        using Stream stream = handshake.GetAwaiter().GetResult();
        Exchange.Answer(stream);
#pragma warning restore CA1849, VSTHRD002, VSTHRD103
    }
}
