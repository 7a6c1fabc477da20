using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Refusals;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Findings;
using MutualTls.Testing;
using MutualTls.Tests.Peers;

namespace MutualTls.AspNetCore.Tests.Refusals;

/// <summary>A person whose certificate is refused sees a page that says why; what is no browser gets problem details as ever.</summary>
public class RefusalPageTests
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";

    private static readonly TestPki s_expired = TestPki.With(client: c => c.Expired());

    public static TheoryData<string, string> Browsers => new MatrixTheoryData<string, string>(["1.1", "2.0"], [Browser, "text/html", "Text/HTML;q=0.9", "text/html , */*"]);

    public static TheoryData<string, string> Programs => new MatrixTheoryData<string, string>(["1.1", "2.0"], ["*/*", "application/json, text/html", "text/htmlx", "text/plain"]);

    private static Task<App> StartAsync() => App.StartAsync(s_expired, host: h => h.OnRefused = RefusalAction.Answer403);

    [Theory]
    [MemberData(nameof(Browsers))]
    public async Task Get_OfABrowser_IsAPageThatSaysWhy(string version, string accept)
    {
        await using App app = await StartAsync();
        using HttpClient client = Caller.Create(app.Port, s_expired.Client, version);
        using HttpResponseMessage answer = await GetAsync(client, accept);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        string page = await answer.Content.ReadAsStringAsync(App.Stop);
        Assert.Contains("<h1>Your certificate has expired</h1>", page);
        Assert.Contains("<code>MTLS1208</code>", page);
        Assert.Contains(WebUtility.HtmlEncode(new Finding(ValidationReason.NotAfterPassed).Hint), page);
        Assert.Empty(app.Reached);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Get_OfAProgram_IsProblemDetails(string version, string accept)
    {
        await using App app = await StartAsync();
        using HttpClient client = Caller.Create(app.Port, s_expired.Client, version);
        using HttpResponseMessage answer = await GetAsync(client, accept);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    // The page may do nothing but have its style, and that is the one whose hash is told.
    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Page_Headers_AllowNothingButItsStyle(string version)
    {
        await using App app = await StartAsync();
        using HttpClient client = Caller.Create(app.Port, s_expired.Client, version);
        using HttpResponseMessage answer = await GetAsync(client, Browser);

        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        string page = await answer.Content.ReadAsStringAsync(App.Stop);
        string style = page.Split("<style>")[1].Split("</style>")[0];
        Assert.Equal(
            $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(style)))}'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
            answer.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Page_NothingOfTheRequest_IsInIt(string version)
    {
        await using App app = await StartAsync();
        using HttpClient client = Caller.Create(app.Port, s_expired.Client, version);
        using HttpRequestMessage plain = Request(client, Browser, "/"), laden = Request(client, Browser, "/intruder?<intruder>");
        laden.Headers.Host = "intruder.example";
        laden.Headers.Add("User-Agent", "intruder");
        laden.Headers.Add("Cookie", "intruder=1");
        using HttpResponseMessage first = await client.SendAsync(plain, App.Stop), second = await client.SendAsync(laden, App.Stop);
        Assert.Equal(await first.Content.ReadAsStringAsync(App.Stop), await second.Content.ReadAsStringAsync(App.Stop));
    }

    [Fact]
    public void Page_EveryReason_HasACodeAHintAndPlainWords() => Assert.All(Enum.GetValues<ValidationReason>(), reason =>
    {
        foreach (int depth in (int[])[-1, 0, 1])
        {
            string page = RefusalPage.Write(new Finding(reason, depth, "<nobody's business>"));
            Assert.Contains(ReasonText.Code(reason), page);
            Assert.Contains(WebUtility.HtmlEncode(ReasonText.Hint(reason)), page);
            Assert.DoesNotContain("business", page);
        }
    });

    // Its library of HTTP/2 compresses as browsers do.
    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Curl_AsABrowser_IsShownAPage(string version)
    {
        PeerProcess.Require("curl");
        await using App app = await StartAsync();
        using PeerFiles files = new(s_expired.Client, s_expired.Root);
        await using PeerProcess curl = PeerProcess.Start(
            "curl", "--silent", "--show-error", "--noproxy", "*", version, "--cacert", files.Root, "--cert", files.Certificate, "--key", files.Key,
            "--header", $"Accept: {Browser}", "--write-out", " %{http_code} %{content_type}", $"https://localhost:{app.Port}/");
        await curl.WaitForAsync(" 403 text/html; charset=utf-8");
        Assert.Contains("<code>MTLS1208</code>", curl.Output);
    }

    // What the client's windows do not hold is not sent: each request is answered all the same.
    [Fact]
    public async Task Get_HundredPagesAtOnce_AreAll403()
    {
        await using App app = await StartAsync();
        using HttpClient client = Caller.Create(app.Port, s_expired.Client, "2.0");
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => GetAsync(client, Browser)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode));
        Assert.Contains(answers, answer => answer.Content.Headers.ContentType?.MediaType == "text/html");
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task Http2_WindowTooSmallForThePage_IsProblemDetails()
    {
        await using App app = await StartAsync();
        await using SslStream tls = await RawClient.ConnectAsync(app.Port, s_expired.Client, speaks: SslApplicationProtocol.Http2);

        // SETTINGS_INITIAL_WINDOW_SIZE 1000; GET / with an Accept that is not compressed.
        byte[] block = [0x82, 0x84, 0x87, 0x53, 9, .. "text/html"u8];
        await tls.WriteAsync(
            (byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0x03, 0xE8, 0, 0, (byte)block.Length, 1, 5, 0, 0, 0, 1, .. block], App.Stop);
        byte[] all = new byte[8_192];
        int read = 0;
        try
        {
            while (await tls.ReadAsync(all.AsMemory(read), App.Stop) is > 0 and int more)
            {
                read += more;
            }
        }
        catch (IOException)
        {
            // A machine that has no time for the end of the connection resets it; what was said before has come.
        }

        Assert.Contains("\"MTLS1208\"", System.Text.Encoding.ASCII.GetString(all, 0, read));
    }

    private static HttpRequestMessage Request(HttpClient client, string accept, string path)
    {
        HttpRequestMessage request = new(HttpMethod.Get, path) { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return request;
    }

    private static async Task<HttpResponseMessage> GetAsync(HttpClient client, string accept)
    {
        using HttpRequestMessage request = Request(client, accept, "/");
        return await client.SendAsync(request, App.Stop);
    }
}
