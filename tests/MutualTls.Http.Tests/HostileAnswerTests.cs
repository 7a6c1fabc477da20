using System.Net;
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
}
