using System.Buffers;
using System.Buffers.Binary;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>One frame of HTTP/2. RFC 9113 section 4.1.</summary>
internal readonly record struct Http2Frame(byte Type, byte Flags, int Stream, ReadOnlySequence<byte> Payload)
{
    public const byte Data = 0, Headers = 1, RstStream = 3, Settings = 4, GoAway = 7;
    public const byte Acknowledges = 1, EndStream = 1, EndHeaders = 4;

    public const int HeadLength = 9;

    // SETTINGS_MAX_FRAME_SIZE is not raised, so nothing longer may come.
    public const int MaxPayload = 1 << 14;

    /// <summary>Reads one frame off the front of a buffer.</summary>
    /// <returns>True if one is there; false if more is to come, or, where <paramref name="isBroken"/>, if it never will.</returns>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, out Http2Frame frame, out bool isBroken)
    {
        frame = default;
        isBroken = false;
        if (buffer.Length < HeadLength)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[HeadLength];
        buffer.Slice(0, HeadLength).CopyTo(head);
        int length = (head[0] << 16) | (head[1] << 8) | head[2];
        isBroken = length > MaxPayload;
        if (isBroken || buffer.Length < HeadLength + length)
        {
            return false;
        }

        frame = new Http2Frame(head[3], head[4], (int)(BinaryPrimitives.ReadUInt32BigEndian(head[5..]) & int.MaxValue), buffer.Slice(HeadLength, length));
        buffer = buffer.Slice(HeadLength + length);
        return true;
    }

    /// <summary>Writes one frame.</summary>
    public static void Write(IBufferWriter<byte> output, byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = output.GetSpan(HeadLength);
        BinaryPrimitives.WriteInt32BigEndian(head, payload.Length << 8);
        head[3] = type;
        head[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(head[5..], stream);
        output.Advance(HeadLength);
        output.Write(payload);
    }
}
