using System.Net;
using System.Net.Security;
using MutualTls.Connections;
using MutualTls.Http;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>What a server may say in an answer, and what the caller gets: the answer, not an exception of the parser's.</summary>
public class HostileAnswerTests
{
    private readonly TestPki _pki = new();

    [Theory]
    [InlineData("//[", false)]
    [InlineData("//[::1", false)]
    [InlineData("//a:b:c/", false)]
    [InlineData("//", false)]
    [InlineData("///", false)]
    [InlineData("//:80", false)]
    [InlineData("//u@:1/", false)]
    [InlineData("//host:99999/", false)]
    [InlineData("https://", false)]
    [InlineData("https:", false)]
    [InlineData("https:relative", true)]
    [InlineData("\\\\host\\share", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("%", true)]
    [InlineData("?", true)]
    public async Task Redirect_Malformed_IsTheAnswer(string location, bool follows)
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_pki.Server, context =>
        {
            context.Response.StatusCode = context.Request.Path == "/" && !context.Request.QueryString.HasValue ? 302 : 200;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        });
        TestCertificate other = TestCertificateAuthority.CreateRoot("Other Root").IssueClient("other.test");
        using HttpClient client = HttpPair.Client(new MutualTlsHttpOptions
        {
            Credential = Pair.Credential(_pki.Client),
            OtherCredentials = [Pair.Credential(other)],
            Policy = Pair.Trusting(_pki.Root),
            ConfigureHandler = handler =>
            {
                (handler.UseProxy, handler.MaxAutomaticRedirections) = (false, 2);
                HttpPair.DialLoopback(handler);
            },
        });
        using HttpResponseMessage response = await client.GetAsync(server.Uri, Pair.Stop);
        Assert.Equal(follows ? HttpStatusCode.OK : HttpStatusCode.Redirect, response.StatusCode);
    }

    // A 403 is read for its reason, within limits. One that is longer than it says is an error, and its stream is given up at once.
    [Fact]
    public async Task Forbidden_LongerThanItSays_IsGivenUp()
    {
        await using MutualTlsListener listener = Pair.Listen(new MutualTlsServerOptions
        {
            Credential = Pair.Credential(_pki.Server),
            Policy = Pair.Trusting(_pki.Root),
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            HandshakeTimeout = TimeSpan.FromMinutes(1),
        });
        using HttpClient client = HttpPair.Client(HttpPair.Options(_pki), HttpVersion.Version20);
        Task<HttpResponseMessage> asking = client.GetAsync(new Uri($"https://localhost:{listener.LocalEndPoint.Port}/"), HttpCompletionOption.ResponseHeadersRead, Pair.Stop);
        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        if (await Task.WhenAny(accepting, asking) == asking)
        {
            // It has not come this far: that says why.
            await asking;
        }

        await using MutualTlsStream server = await accepting;
        await server.WriteAsync(Frame(4, 0, 0, []), Pair.Stop);
        await server.ReadExactlyAsync(new byte["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".Length], Pair.Stop);
        await UntilFrameAsync(server, type: 1);

        // HPACK without Huffman's code: :status, content-type and content-length by their places in the static table.
        byte[] head = [0x08, 3, .. "403"u8, 0x0F, 16, 24, .. "application/problem+json"u8, 0x0F, 13, 2, .. "10"u8];
        await server.WriteAsync((byte[])[.. Frame(1, 4, 1, head), .. Frame(0, 0, 1, new byte[5000])], Pair.Stop);

        await Assert.ThrowsAsync<HttpRequestException>(() => asking);
        await UntilFrameAsync(server, type: 3);
    }

    private static byte[] Frame(byte type, byte flags, byte stream, byte[] payload) => [0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, stream, .. payload];

    private static async Task UntilFrameAsync(Stream stream, byte type)
    {
        byte[] head = new byte[9];
        do
        {
            await stream.ReadExactlyAsync(head, Pair.Stop);
            await stream.ReadExactlyAsync(new byte[(head[1] << 8) | head[2]], Pair.Stop);
        }
        while (head[3] != type);
    }
}
