using System.Net;
using System.Net.Sockets;

namespace MutualTls.Testing.Http;

/// <summary>Listens on loopback and answers HTTP/1, one request a connection. Written by hand, so that it can do what no good server does.</summary>
internal sealed class LoopbackHttp : IAsyncDisposable
{
    private const int MaxConnections = 1024;

    private readonly Func<HttpQuestion, Stream, CancellationToken, Task> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _running = [];
    private TcpListener? _listener;
    private Socket? _keptPort;

    public LoopbackHttp(Func<HttpQuestion, Stream, CancellationToken, Task> answer)
    {
        _answer = answer;
        Listen();
    }

    public int Port { get; private set; }

    /// <summary>Refuses connections until <see cref="Listen"/>; those that are open go on. Nobody else is given the port meanwhile.</summary>
    public void Refuse()
    {
        lock (_lock)
        {
            Close();
            if (!_stop.IsCancellationRequested)
            {
                _keptPort = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                _keptPort.Bind(new IPEndPoint(IPAddress.Loopback, Port));
            }
        }
    }

    public void Listen()
    {
        lock (_lock)
        {
            if (_listener is null && !_stop.IsCancellationRequested)
            {
                Close();
                _listener = new TcpListener(IPAddress.Loopback, Port);
                _listener.Start(backlog: 512);
                Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
                Track(AcceptAsync(_listener));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_lock)
        {
            Close();
            running = [.. _running];
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Close()
    {
        _listener?.Stop();
        _listener = null;
        _keptPort?.Dispose();
        _keptPort = null;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        await Task.Yield();
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
            {
                return;
            }

            bool full;
            lock (_lock)
            {
                full = _running.Count > MaxConnections;
            }

            if (full)
            {
                socket.Dispose();
            }
            else
            {
                Track(ServeAsync(socket));
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        NetworkStream stream = new(socket, ownsSocket: true);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                if (await HttpQuestion.ReadAsync(stream, _stop.Token).ConfigureAwait(false) is { } question)
                {
                    await _answer(question, stream, _stop.Token).ConfigureAwait(false);
                    socket.Shutdown(SocketShutdown.Send);
                }
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private void Track(Task task)
    {
        lock (_lock)
        {
            _running.Add(task);
        }

        _ = task.ContinueWith(
            done =>
            {
                lock (_lock)
                {
                    _running.Remove(done);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
