using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Http;
using System.Net.Security;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Refusals;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Refusals;

/// <summary>A refused client that is answered may do what it likes: it is cut off, and nobody else waits for it.</summary>
public class HostileClientTests
{
    private static readonly TestPki s_pki = new();
    private static readonly TestCertificate s_refused = s_pki.Issuing.IssueClient("old.test", c => c.Expired());

    /// <summary>What is sent again and again over HTTP/2, after the preface.</summary>
    public static TheoryData<string> Floods => ["rapid reset", "ping", "settings", "headers without an end", "continuation", "data", "longest frame", "empty data", "window update"];

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task Http2_Flood_IsCutOff(string flood)
    {
        await using App app = await StartAsync();
        await using SslStream tls = await RawClient.ConnectAsync(app.Port, s_refused, speaks: SslApplicationProtocol.Http2);
        await tls.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(4, 0, 0, [])], App.Stop);
        await AssertCutOffAsync(app, tls, i => flood switch
        {
            "rapid reset" => [.. Frame(1, 5, (2 * i) + 1, [0x82, 0x87, 0x84]), .. Frame(3, 0, (2 * i) + 1, [0, 0, 0, 8])],
            "ping" => Frame(6, 0, 0, new byte[8]),
            "settings" => Frame(4, 0, 0, []),
            "headers without an end" => Frame(1, 0, (2 * i) + 1, [0x82]),
            "continuation" => Frame(9, 0, 1, [0x82]),
            "data" => Frame(0, 0, 1, new byte[16_000]),
            "longest frame" => [0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1, .. new byte[16_000]],
            "empty data" => Frame(0, 0, 1, []),
            _ => Frame(8, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF]),
        });
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("X-Header: again and again\r\n")]
    [InlineData("\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")]
    public async Task Http1_Flood_IsCutOff(string text)
    {
        await using App app = await StartAsync();
        await using SslStream tls = await RawClient.ConnectAsync(app.Port, s_refused);
        byte[] octets = System.Text.Encoding.ASCII.GetBytes(text);
        await AssertCutOffAsync(app, tls, _ => octets);
    }

    // Time is up, and the last words do not fit: nobody reads.
    [Fact]
    public async Task Http2_ClientDoesNotRead_EndsAllTheSame()
    {
        Pipe incoming = new(), outgoing = new(new PipeOptions(pauseWriterThreshold: 30, resumeWriterThreshold: 1));
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(50));
        Task giving = new Http2Answer(incoming.Reader, outgoing.Writer, new RefusalBody("text/plain", new byte[100]), new(() => new RefusalBody("text/html", [1]))).GiveAsync(() => { }, stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => giving.WaitAsync(TimeSpan.FromSeconds(30), App.Stop));
    }

    private static Task<App> StartAsync() => App.StartAsync(s_pki, host: host => host.OnRefused = RefusalAction.Answer403);

    // Nothing that comes back is read: whoever floods has no use for it.
    private static async Task AssertCutOffAsync(App app, SslStream tls, Func<int, byte[]> octets)
    {
        Task flooding = Task.Run(
            async () =>
            {
                for (int i = 0; ; i++)
                {
                    await tls.WriteAsync(octets(i), App.Stop);
                }
            },
            App.Stop);
        using HttpClient good = Caller.Create(app.Port, s_pki.Client);
        Assert.Equal("partners client.test", await good.CallAsync());
        await Assert.ThrowsAsync<IOException>(() => flooding.WaitAsync(TimeSpan.FromSeconds(60), App.Stop));
        Assert.Single(app.Reached);
        Assert.Empty(app.Log.Errors);
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        byte[] frame = [0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, 0, .. payload];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        return frame;
    }
}
