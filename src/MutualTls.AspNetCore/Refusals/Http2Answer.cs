using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>Answers the requests of an HTTP/2 connection with 403 and tells the client to open no more. RFC 9113.</summary>
/// <remarks>Headers of requests are not decoded, only looked through for whether it is a HEAD, and a person's. Streams, frames and octets are bounded.</remarks>
internal sealed class Http2Answer(PipeReader input, PipeWriter output, RefusalBody problem, Lazy<RefusalBody> page)
{
    private const int MaxStreams = 128, MaxFrames = 1_024;

    private const int DefaultWindow = 65_535;

    // For the last words, where time is up already: a client that does not read does not hold the connection.
    private static readonly TimeSpan s_parting = TimeSpan.FromSeconds(1);

    // SETTINGS_HEADER_TABLE_SIZE 0 and SETTINGS_MAX_CONCURRENT_STREAMS: nothing is kept of a client that is refused.
    private static readonly byte[] s_settings = [0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, MaxStreams];

    private static readonly byte[] s_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private bool _prefaceSeen;
    private int _window = DefaultWindow, _all = DefaultWindow, _frames, _streams, _last;

    /// <summary>Answers until the client has left, a limit is reached or time is up.</summary>
    /// <param name="answered">Told after the first answer.</param>
    /// <param name="cancellationToken">Time is up.</param>
    /// <exception cref="OperationCanceledException">Time was up, or the client does not read.</exception>
    public async Task GiveAsync(Action answered, CancellationToken cancellationToken)
    {
        // RFC 9113 section 3.4: the server's preface is its SETTINGS, and comes first.
        Http2Frame.Write(output, Http2Frame.Settings, 0, 0, s_settings);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (long read = 0; read < RefusalAnswer.MostRead;)
            {
                ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
                ReadOnlySequence<byte> rest = result.Buffer;
                int before = _streams;
                bool goesOn = Consume(ref rest);
                read += result.Buffer.Length - rest.Length;
                input.AdvanceTo(rest.Start, result.Buffer.End);
                if (before == 0 && _streams > 0)
                {
                    // Section 6.8: the highest number first, so that requests on their way are answered rather than sent elsewhere.
                    GoAway(int.MaxValue);
                    answered();
                }

                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                if (!goesOn || result.IsCompleted)
                {
                    break;
                }
            }
        }
        finally
        {
            GoAway(_last);
            using CancellationTokenSource parting = new(s_parting);
            await output.FlushAsync(parting.Token).ConfigureAwait(false);
        }
    }

    private bool Consume(ref ReadOnlySequence<byte> buffer)
    {
        if (!_prefaceSeen)
        {
            if (buffer.Length < s_preface.Length)
            {
                return true;
            }

            _prefaceSeen = buffer.Slice(0, s_preface.Length).ToArray().AsSpan().SequenceEqual(s_preface);
            if (!_prefaceSeen)
            {
                return false;
            }

            buffer = buffer.Slice(s_preface.Length);
        }

        bool isBroken;
        while (Http2Frame.TryRead(ref buffer, out Http2Frame frame, out isBroken))
        {
            if (++_frames > MaxFrames)
            {
                return false;
            }

            switch (frame.Type)
            {
                case Http2Frame.Settings when (frame.Flags & Http2Frame.Acknowledges) == 0:
                    ReadSettings(frame.Payload);
                    Http2Frame.Write(output, Http2Frame.Settings, Http2Frame.Acknowledges, 0, []);
                    break;
                case Http2Frame.Headers when frame.Stream > _last:
                    _last = frame.Stream;
                    Answer(frame);
                    if (++_streams == MaxStreams)
                    {
                        return false;
                    }

                    break;
                case Http2Frame.GoAway:
                    return false;
                default:
                    break;
            }
        }

        return !isBroken;
    }

    private void Answer(in Http2Frame request)
    {
        // A body that the client's windows do not hold is left out; a HEAD has none. What the client gives the connection's window is not counted: it is enough for all problems.
        RefusalBody body = PageWish.IsInBlock(request.Payload) && page.Value.Content.Length <= Math.Min(_window, _all - (MaxStreams * problem.Content.Length)) ? page.Value : problem;
        bool hasBody = body.Content.Length <= Math.Min(_window, _all) && !IsHead(request.Payload);
        Http2Frame.Write(output, Http2Frame.Headers, (byte)(Http2Frame.EndHeaders | (hasBody ? 0 : Http2Frame.EndStream)), request.Stream, HeaderBlock.Of(body));
        if (hasBody)
        {
            Http2Frame.Write(output, Http2Frame.Data, Http2Frame.EndStream, request.Stream, body.Content);
            _all -= body.Content.Length;
        }

        // RFC 9113 section 8.1: NO_ERROR asks the client to stop sending, and to keep the answer.
        if ((request.Flags & Http2Frame.EndStream) == 0)
        {
            Http2Frame.Write(output, Http2Frame.RstStream, 0, request.Stream, [0, 0, 0, 0]);
        }
    }

    // SETTINGS_INITIAL_WINDOW_SIZE, 4.
    private void ReadSettings(ReadOnlySequence<byte> payload)
    {
        SequenceReader<byte> reader = new(payload);
        while (reader.TryReadBigEndian(out short id) && reader.TryReadBigEndian(out int value))
        {
            _window = id == 4 ? value & int.MaxValue : _window;
        }
    }

    // HEAD is a literal behind the name :method of the static table, plain or in Huffman's code: without a table of ours it can be nothing else.
    private static bool IsHead(ReadOnlySequence<byte> block)
    {
        ReadOnlySpan<byte> octets = block.ToArray(), plain = "\u0004HEAD"u8, huffman = [0x84, 0xC7, 0x82, 0x1B, 0xFF];
        return octets.IndexOf(plain) > 0 || octets.IndexOf(huffman) > 0;
    }

    private void GoAway(int last)
    {
        Span<byte> payload = stackalloc byte[8];
        payload.Clear();
        BinaryPrimitives.WriteInt32BigEndian(payload, last);
        Http2Frame.Write(output, Http2Frame.GoAway, 0, 0, payload);
    }
}
