using System.Buffers.Binary;
using System.Net.Sockets;

namespace MutualTls.AspNetCore.Tests.Support;

/// <summary>Writes ClientHellos of TLS 1.2 octet by octet, and reads which certificate a server answers with: in TLS 1.2 it comes in the clear.</summary>
internal static class ClientHello
{
    /// <summary>Makes the extension that holds server names. RFC 6066 section 3.</summary>
    public static byte[] ServerName(params (byte Type, byte[] Name)[] names)
    {
        byte[] list = [.. names.SelectMany(entry => (byte[])[entry.Type, .. Length16(entry.Name.Length), .. entry.Name])];
        return Extension(0, [.. Length16(list.Length), .. list]);
    }

    /// <summary>Makes a hello, the handshake message without its record.</summary>
    public static byte[] Message(params byte[][] serverNames)
    {
        byte[] extensions =
        [
            .. serverNames.SelectMany(extension => extension),
            .. Extension(10, [0, 4, 0, 23, 0, 29]),
            .. Extension(11, [1, 0]),
            .. Extension(13, [0, 6, 4, 3, 8, 4, 4, 1]),
        ];
        byte[] body = [3, 3, .. new byte[32], 0, 0, 4, 0xC0, 0x2B, 0xC0, 0x2F, 1, 0, .. Length16(extensions.Length), .. extensions];
        return [1, 0, .. Length16(body.Length), .. body];
    }

    /// <summary>Puts a message into records of at most so many octets.</summary>
    public static byte[] Records(byte[] message, int most = 1 << 14) =>
        [.. message.Chunk(most).SelectMany(chunk => (byte[])[22, 3, 1, .. Length16(chunk.Length), .. chunk])];

    /// <summary>Sends a hello and gets the server's end-entity certificate; null if it closes or alerts instead.</summary>
    public static async Task<byte[]?> AskAsync(int port, byte[] records, int perWrite = int.MaxValue)
    {
        await using NetworkStream tcp = await RawClient.ConnectTcpAsync(port);
        foreach (byte[] part in records.Chunk(Math.Min(perWrite, records.Length)))
        {
            await tcp.WriteAsync(part, App.Stop);
        }

        List<byte> messages = [];
        try
        {
            while (true)
            {
                byte[] head = new byte[5];
                await tcp.ReadExactlyAsync(head, App.Stop);
                byte[] payload = new byte[BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(3))];
                await tcp.ReadExactlyAsync(payload, App.Stop);
                if (head[0] != 22)
                {
                    return null;
                }

                messages.AddRange(payload);
                if (Certificate(messages) is { } certificate)
                {
                    return certificate;
                }
            }
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static byte[]? Certificate(List<byte> messages)
    {
        for (int at = 0; at + 4 <= messages.Count;)
        {
            int length = (messages[at + 1] << 16) | (messages[at + 2] << 8) | messages[at + 3];
            if (at + 4 + length > messages.Count)
            {
                return null;
            }

            // Certificate: the list's length, then the length of the first.
            if (messages[at] == 11)
            {
                int first = (messages[at + 7] << 16) | (messages[at + 8] << 8) | messages[at + 9];
                return [.. messages.GetRange(at + 10, first)];
            }

            at += 4 + length;
        }

        return null;
    }

    private static byte[] Extension(int type, byte[] content) => [.. Length16(type), .. Length16(content.Length), .. content];

    private static byte[] Length16(int length) => [(byte)(length >> 8), (byte)length];
}
