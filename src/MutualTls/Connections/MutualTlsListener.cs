using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using MutualTls.Connections.Rehearsals;

namespace MutualTls.Connections;

/// <summary>Listens for clients and hands out those that were accepted.</summary>
/// <remarks>
/// Handshakes run beside each other, so a client that is slow, silent or refused holds up nobody; <see cref="AcceptAsync"/> only ever sees good ones.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class MutualTlsListener : IAsyncDisposable
{
    // Accepted clients that wait for AcceptAsync; when they are as many, no further connection is taken.
    private const int MaxWaiting = 128;

    private readonly MutualTlsServerOptions _options;
    private readonly Socket _socket;
    private readonly Channel<MutualTlsStream> _accepted = Channel.CreateBounded<MutualTlsStream>(MaxWaiting);
    private readonly HandshakePlaces _places;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private int _disposed;

    /// <summary>Starts to listen.</summary>
    /// <param name="endPoint">Where; port 0 takes a free one.</param>
    /// <param name="options">Who we are and whom we accept.</param>
    /// <exception cref="SocketException">The address is in use or not ours.</exception>
    public MutualTlsListener(IPEndPoint endPoint, MutualTlsServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxConcurrentHandshakes, 1);
        options.Policy.Current.Announce(options.Logger);
        _options = options;
        _places = new HandshakePlaces(options.MaxConcurrentHandshakes, options.Engine.TimeProvider);
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(endPoint);
            _socket.Listen();
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _loop = Task.Run(ListenAsync);
        Rehearsal.Begin(_stopping.Token);
    }

    /// <summary>Gets the address that is listened on.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Gets the next client that was accepted.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The stream; the caller disposes it.</returns>
    /// <exception cref="OperationCanceledException">Waiting was stopped.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public async ValueTask<MutualTlsStream> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _accepted.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(MutualTlsListener));
        }
    }

    /// <summary>Stops listening, ends handshakes in progress and closes accepted clients that nobody took.</summary>
    /// <returns>A task that ends when all is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _loop.ConfigureAwait(false);

        // Every handshake gives its place back when it ends.
        await _places.AllFreeAsync().ConfigureAwait(false);
        _accepted.Writer.Complete();
        while (_accepted.Reader.TryRead(out MutualTlsStream? stream))
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }

        _places.Dispose();
        _stopping.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            // The client first: nobody gives way for one that is not there.
            if (await TakeAsync().ConfigureAwait(false) is not { } client)
            {
                continue;
            }

            Rehearsal.GiveWay();
            try
            {
                _ = ServeAsync(client, await _places.TakeAsync(_stopping.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException)
            {
                client.Dispose();
            }
        }
    }

    private async Task<Socket?> TakeAsync()
    {
        try
        {
            return await _socket.AcceptAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
        catch (SocketException exception)
        {
            // Out of descriptors, or a client that left: a pause keeps a lasting fault from spinning.
            Log.AcceptFailed(_options.Logger, exception);
            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None).ConfigureAwait(false);
            return null;
        }
    }

    private async Task ServeAsync(Socket client, HandshakePlace place)
    {
        MutualTlsStream? stream = null;
        bool handedOut = false;
        try
        {
            client.NoDelay = true;
            stream = await MutualTlsHandshake.AsServerAsync(new NetworkStream(client, ownsSocket: true), _options, place.Token, place.Settle).ConfigureAwait(false);
            await _accepted.Writer.WriteAsync(stream, _stopping.Token).ConfigureAwait(false);
            handedOut = true;
        }
        catch (MutualTlsException exception)
        {
            Tell(exception);
        }
        catch (OperationCanceledException exception)
        {
            if (place.IsOvertaken)
            {
                MutualTlsException overtaken = MutualTlsException.Overtaken(exception);
                Log.HandshakeFailed(_options.Logger, overtaken.Message);
                Tell(overtaken);
            }
        }
#pragma warning disable CA1031 // One client's trouble must not stop the listener.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.AcceptFailed(_options.Logger, exception);
        }
        finally
        {
            if (!handedOut)
            {
                // The socket first: what is left of the stream then has nothing to wait for.
                client.Dispose();
                stream?.Dispose();
            }

            place.Dispose();
        }
    }

    private void Tell(MutualTlsException refused)
    {
        try
        {
            _options.OnRefused?.Invoke(refused);
        }
#pragma warning disable CA1031 // The application's code may throw anything; the next client is served all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.AcceptFailed(_options.Logger, exception);
        }
    }
}
