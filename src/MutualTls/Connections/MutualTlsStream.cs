using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using MutualTls.Policies;

#pragma warning disable RS0027 // Stream declares which of these overloads have an optional parameter.

namespace MutualTls.Connections;

/// <summary>Carries application bytes between two ends that have proved who they are.</summary>
/// <remarks>
/// There is no such stream without an accepted verdict, except under <see cref="DangerousOptions.AuditOnly"/>, where a server's can be one of a
/// refused client. A TLS 1.3 server judges the client after the client's handshake has ended, so a client that was refused learns it at its
/// first read: it then throws <see cref="MutualTlsException"/> with <see cref="MutualTlsError.RefusedByPeer"/>. The verdict is kept true while the stream is
/// open (<see cref="ConnectionRegistry"/>): once it no longer stands, reads and writes throw with <see cref="MutualTlsError.VerdictLost"/>.
/// </remarks>
/// <threadsafety>One reader and one writer at a time, like <see cref="SslStream"/>.</threadsafety>
public sealed class MutualTlsStream : Stream
{
    private readonly SslStream _stream;
    private readonly EarlyEnd? _earlyEnd;
    private PeerVerdict? _first;
    private StreamCloser? _closer;
    private LiveRegistration? _live;
    private bool _received;

    /// <summary>Wraps a stream whose gate is open.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="verdict">What the gate said.</param>
    /// <param name="earlyEnd">What an end before the first byte means; null where it is nothing but an end, as at a server.</param>
    internal MutualTlsStream(SslStream stream, PeerVerdict verdict, EarlyEnd? earlyEnd)
    {
        _stream = stream;
        _earlyEnd = earlyEnd;
        _first = verdict;
    }

    /// <summary>Takes a stream that was forgotten out of the registry, which would keep its transport open for ever.</summary>
    ~MutualTlsStream() => Dispose(disposing: false);

    /// <summary>Gets the verdict on the peer as it is now: accepted, or refused and not enforced under <see cref="DangerousOptions.AuditOnly"/>. Ask <see cref="PeerVerdict.IsAuthenticated"/> before anything is granted.</summary>
    public PeerVerdict Verdict => _live?.Verdict ?? _first!;

    /// <summary>Gets the TLS version.</summary>
    public SslProtocols Protocol => _stream.SslProtocol;

    /// <summary>Gets the cipher suite.</summary>
    public TlsCipherSuite CipherSuite => _stream.NegotiatedCipherSuite;

    /// <summary>Gets the application protocol agreed on (ALPN); empty if none.</summary>
    public SslApplicationProtocol ApplicationProtocol => _stream.NegotiatedApplicationProtocol;

    /// <summary>Gets the server name that the client sent (SNI); empty if none.</summary>
    public string ServerName => _stream.TargetHostName;

    /// <inheritdoc/>
    public override bool CanRead => _stream.CanRead;

    /// <inheritdoc/>
    public override bool CanWrite => _stream.CanWrite;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanTimeout => _stream.CanTimeout;

    /// <inheritdoc/>
    public override int ReadTimeout { get => _stream.ReadTimeout; set => _stream.ReadTimeout = value; }

    /// <inheritdoc/>
    public override int WriteTimeout { get => _stream.WriteTimeout; set => _stream.WriteTimeout = value; }

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Connects as a client over a transport that is already there.</summary>
    /// <param name="transport">Any stream, a socket's for example. It is closed with the result, or at once if the handshake fails.</param>
    /// <param name="options">Who we are and whom we accept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream, ready for application bytes.</returns>
    /// <exception cref="MutualTlsException">The server was refused, or the handshake failed.</exception>
    /// <exception cref="ArgumentException">The target host is neither a DNS name nor an IP address.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static Task<MutualTlsStream> AuthenticateAsClientAsync(Stream transport, MutualTlsClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(options);
        return MutualTlsHandshake.AsClientAsync(transport, options, cancellationToken);
    }

    /// <summary>Serves one client over a transport that is already there.</summary>
    /// <param name="transport">Any stream, a socket's for example. It is closed with the result, or at once if the handshake fails.</param>
    /// <param name="options">Who we are and whom we accept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream, ready for application bytes.</returns>
    /// <exception cref="MutualTlsException">The client was refused, or the handshake failed.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static Task<MutualTlsStream> AuthenticateAsServerAsync(Stream transport, MutualTlsServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(options);
        return MutualTlsHandshake.AsServerAsync(transport, options, cancellationToken);
    }

    /// <summary>Tells the peer that no more bytes follow (close_notify, RFC 8446 section 6.1).</summary>
    /// <returns>A task that ends when it is sent.</returns>
    /// <exception cref="MutualTlsException">The verdict no longer stands: the stream is being closed.</exception>
    public async Task ShutdownAsync()
    {
        bool isOurs = _closer?.BeginWrite() ?? false;
        try
        {
            await _stream.ShutdownAsync().ConfigureAwait(false);
        }
        finally
        {
            _closer?.EndWrite(isOurs);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        _closer?.ThrowIfLost();
        try
        {
            return Note(_stream.Read(buffer), buffer.Length);
        }
        catch (Exception exception) when (HasMeaning(exception))
        {
            throw Meaning(exception);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _closer?.ThrowIfLost();
        try
        {
            return Note(await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false), buffer.Length);
        }
        catch (Exception exception) when (HasMeaning(exception))
        {
            throw Meaning(exception);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        bool isOurs = _closer?.BeginWrite() ?? false;
        try
        {
            _stream.Write(buffer);
        }
        catch (Exception exception) when (HasMeaning(exception))
        {
            throw Meaning(exception);
        }
        finally
        {
            _closer?.EndWrite(isOurs);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        bool isOurs = _closer?.BeginWrite() ?? false;
        try
        {
            await _stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (HasMeaning(exception))
        {
            throw Meaning(exception);
        }
        finally
        {
            _closer?.EndWrite(isOurs);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush() => _stream.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _stream.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _live?.Dispose();
        _closer?.NoteEnd();
        await _stream.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _live?.Dispose();
        if (disposing)
        {
            _closer?.NoteEnd();
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Has the verdict kept true while the stream is open; called before anybody uses it. Once the verdict is lost it is closed at once, or as <paramref name="carrier"/> has it.</summary>
    internal void Follow(HandshakeGate gate, TimeProvider clock, ILogger logger, Func<StreamCloser, ILiveConnection>? carrier = null)
    {
        _closer = new StreamCloser(_stream, clock);
        _live = gate.Register(carrier?.Invoke(_closer) ?? _closer, logger);
        _first = null;
    }

    private int Note(int read, int wanted)
    {
        if (_closer is { IsLost: true })
        {
            if (read == 0 && wanted > 0)
            {
                _closer.NoteEnd();
            }

            throw _closer.Lost();
        }

        if (read == 0 && wanted > 0 && !_received && _earlyEnd?.MeansRefusal() == true)
        {
            throw RefusedByPeer(innerException: null);
        }

        _received |= read > 0;
        return read;
    }

    // Only a client, and only before it has received anything: later the same exceptions mean a broken network. A timeout is silence, not a refusal.
    private bool MayMeanRefusal(Exception exception) => _earlyEnd is not null && !_received && exception is IOException and not MutualTlsException
        && exception.InnerException is not SocketException { SocketErrorCode: SocketError.TimedOut };

    private bool HasMeaning(Exception exception) =>
        (_closer is { IsLost: true } && exception is not (OperationCanceledException or MutualTlsException)) || MayMeanRefusal(exception);

    private MutualTlsException Meaning(Exception exception)
    {
        if (_closer is not { IsLost: true })
        {
            return RefusedByPeer(exception);
        }

        _closer.NoteEnd();
        return _closer.Lost(exception);
    }

    private MutualTlsException RefusedByPeer(Exception? innerException)
    {
        MutualTlsException refused = new(
            MutualTlsError.RefusedByPeer,
            "The peer closed the connection before it sent anything. A TLS server judges the client's certificate last, so this usually means that it "
            + "refused ours: its log says why." + (innerException is null ? "" : $" ({innerException.Message})"),
            Verdict, innerException);
        _earlyEnd!.Told?.Invoke(refused);
        return refused;
    }
}
