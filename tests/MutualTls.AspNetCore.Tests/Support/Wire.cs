using System.Buffers;
using System.Net.Security;
using System.Text;
using MutualTls.AspNetCore.Refusals;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Support;

/// <summary>One connection of a client that speaks HTTP by hand: it sends what and when it is told, and sees how the connection ends.</summary>
internal abstract class Wire(SslStream stream) : IAsyncDisposable
{
    protected SslStream Stream => stream;

    public static async Task<Wire> ConnectAsync(int port, TestCertificate? certificate, string version)
    {
        bool isHttp2 = version == "2.0";
        SslStream tls = await RawClient.ConnectAsync(port, certificate, speaks: isHttp2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11);
        if (!isHttp2)
        {
            return new Http1Wire(tls);
        }

        await tls.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, Http2Frame.Settings, 0, 0, 0, 0, 0], App.Stop);
        return new Http2Wire(tls);
    }

    /// <summary>Sends a GET.</summary>
    public abstract Task AskAsync(string path = "/");

    /// <summary>Awaits the answer to the first request that has none yet.</summary>
    public abstract Task<string> AnswerAsync();

    /// <summary>Awaits something that is not part of an answer: <c>GOAWAY</c>, or <c>RST</c> with stream and code. HTTP/2.</summary>
    public virtual Task SeeAsync(string text) => throw new NotSupportedException();

    /// <summary>Sends a GET and awaits its answer.</summary>
    public async Task<string> CallAsync(string path = "/")
    {
        await AskAsync(path);
        return await AnswerAsync();
    }

    /// <summary>Awaits the end of the connection, whatever comes before it.</summary>
    public async Task EndAsync()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, App.Stop) > 0)
            {
            }
        }
        catch (IOException)
        {
            // It was cut off.
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private sealed class Http1Wire(SslStream stream) : Wire(stream)
    {
        public override Task AskAsync(string path = "/") => Stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"), App.Stop).AsTask();

        // What is asked for here is answered in chunks.
        public override async Task<string> AnswerAsync()
        {
            StringBuilder text = new();
            byte[] one = new byte[1];
            while (!text.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
            {
                if (await Stream.ReadAsync(one, App.Stop) == 0)
                {
                    throw new EndOfStreamException(text.ToString());
                }

                text.Append((char)one[0]);
            }

            return text.ToString();
        }
    }

    private sealed class Http2Wire(SslStream stream) : Wire(stream)
    {
        private readonly StringBuilder _seen = new();
        private int _asked = -1;
        private int _answered = -1;

        public override Task AskAsync(string path = "/")
        {
            _asked += 2;
            byte[] block = [0x82, 0x87, 0x04, (byte)path.Length, .. System.Text.Encoding.ASCII.GetBytes(path), 0x01, 9, .. "localhost"u8];
            ArrayBufferWriter<byte> output = new();
            Http2Frame.Write(output, Http2Frame.Headers, Http2Frame.EndStream | Http2Frame.EndHeaders, _asked, block);
            return Stream.WriteAsync(output.WrittenMemory, App.Stop).AsTask();
        }

        public override async Task SeeAsync(string text)
        {
            while (!_seen.ToString().Contains(text, StringComparison.Ordinal))
            {
                await ReadAsync(ofStream: 0);
            }
        }

        public override async Task<string> AnswerAsync()
        {
            _answered += 2;
            while (!await ReadAsync(_answered))
            {
            }

            string seen = _seen.ToString();
            _seen.Clear();
            return seen;
        }

        // Takes note of one frame. True if it is the end of a stream.
        private async Task<bool> ReadAsync(int ofStream)
        {
            byte[] head = new byte[Http2Frame.HeadLength];
            await Stream.ReadExactlyAsync(head, App.Stop);
            byte[] payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await Stream.ReadExactlyAsync(payload, App.Stop);
            ReadOnlySequence<byte> whole = new((byte[])[.. head, .. payload]);
            Assert.True(Http2Frame.TryRead(ref whole, out Http2Frame frame, out _));
            _seen.Append(frame.Type switch
            {
                Http2Frame.GoAway => "GOAWAY ",
                Http2Frame.RstStream => $"RST {frame.Stream} {payload[3]} ",
                Http2Frame.Data when frame.Stream == ofStream => System.Text.Encoding.ASCII.GetString(payload),
                _ => "",
            });
            return frame.Stream == ofStream && (frame.Type == Http2Frame.RstStream || (frame.Type is Http2Frame.Data or Http2Frame.Headers && (frame.Flags & Http2Frame.EndStream) != 0));
        }
    }
}
