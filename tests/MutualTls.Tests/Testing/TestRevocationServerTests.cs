using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Revocation;
using MutualTls.Revocation.Ocsp;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Testing;

/// <summary>The test server does what its faults say; whoever builds on it may trust that.</summary>
public class TestRevocationServerTests
{
    private readonly TestPki _pki = new();

    public static TheoryData<TestRevocationFault, ValidationReason> OcspFaults => new()
    {
        { TestRevocationFault.None, ValidationReason.None },
        { TestRevocationFault.Garbage, ValidationReason.OcspMalformed },
        { TestRevocationFault.Truncated, ValidationReason.OcspMalformed },
        { TestRevocationFault.Expired, ValidationReason.OcspExpired },
        { TestRevocationFault.NotYetValid, ValidationReason.OcspNotYetValid },
        { TestRevocationFault.SignedByWrongKey, ValidationReason.OcspSignatureInvalid },
        { TestRevocationFault.Unsigned, ValidationReason.OcspSignatureInvalid },
        { TestRevocationFault.OtherCertificate, ValidationReason.OcspOtherCertificate },
        { TestRevocationFault.StatusUnknown, ValidationReason.OcspStatusUnknown },
        { TestRevocationFault.TryLater, ValidationReason.OcspTryLater },
    };

    [Theory]
    [MemberData(nameof(OcspFaults))]
    public async Task Ocsp_Fault_IsWhatTheVerifierSees(TestRevocationFault fault, ValidationReason cause)
    {
        await using TestRevocationServer server = TestRevocationServer.Start();
        server.Fault = fault;

        OcspResult byGet = await AskAsync(server, post: false), byPost = await AskAsync(server, post: true);

        Assert.Equal((cause, cause), (byGet.Cause, byPost.Cause));
        Assert.Equal(cause == ValidationReason.None ? RevocationStatus.Good : RevocationStatus.Unknown, byGet.Status);
        Assert.Equal(["GET", "POST"], server.Requests.Select(r => r.Method));
        Assert.Equal((2, 2), (server.CountOf(TestRevocationKind.Ocsp), server.CountOf(server.OcspUrl(_pki.Issuing))));
    }

    [Fact]
    public async Task Ocsp_RevokedAndRestored_IsToldAtOnce()
    {
        await using TestRevocationServer server = TestRevocationServer.Start();

        server.Revoke(_pki.Client, X509RevocationReason.CertificateHold);
        OcspResult held = await AskAsync(server, post: true);
        server.Restore(_pki.Client);

        Assert.Equal((RevocationStatus.Revoked, X509RevocationReason.CertificateHold), (held.Status, held.Reason!.Value));
        Assert.Equal(RevocationStatus.Good, (await AskAsync(server, post: true)).Status);
    }

    [Theory]
    [InlineData("another issuer", ValidationReason.OcspUnauthorized)]
    [InlineData("garbage", ValidationReason.OcspQuestionRefused)]
    public async Task Ocsp_BadQuestion_GetsTheStatusOfTheRfc(string question, ValidationReason cause)
    {
        await using TestRevocationServer server = TestRevocationServer.Start();
        byte[] request = question == "garbage" ? [1, 2, 3] : Question(out _, out _).Der.ToArray();
        using HttpClient client = new();
        using ByteArrayContent content = new(request);

        using HttpResponseMessage response = await client.PostAsync(new Uri(server.OcspUrl(question == "garbage" ? _pki.Issuing : _pki.Root)), content, Pair.Stop);

        Assert.False(OcspResponseParser.TryParse(await response.Content.ReadAsByteArrayAsync(Pair.Stop), out _, out Finding finding));
        Assert.Equal(cause, finding.Reason);
    }

    [Fact]
    public async Task Crl_AskedAgain_HasNotChanged()
    {
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(timeProvider: clock);
        TestCertificate client = root.IssueClient("client.test");
        await using TestRevocationServer server = TestRevocationServer.Start();

        (HttpStatusCode first, EntityTag tag, byte[] body) = await GetCrlAsync(server.CrlUrl(root), default);
        (HttpStatusCode second, _, _) = await GetCrlAsync(server.CrlUrl(root), tag);
        (HttpStatusCode byDate, _, _) = await GetCrlAsync(server.CrlUrl(root), tag with { Tag = null });
        server.Revoke(client);
        (HttpStatusCode third, EntityTag revoked, byte[] newBody) = await GetCrlAsync(server.CrlUrl(root), tag);
        clock.Advance(TimeSpan.FromHours(1));
        (HttpStatusCode fourth, _, _) = await GetCrlAsync(server.CrlUrl(root), revoked);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified, HttpStatusCode.NotModified), (first, second, byDate));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (third, fourth));
        Assert.NotEqual(body, newBody);
        Assert.Equal(5, server.CountOf(TestRevocationKind.Crl));
        Assert.Equal([false, true, true, true, true], server.Requests.Select(r => r.IsConditional));
    }

    [Fact]
    public async Task Fault_Down_RefusesUntilItIsOver()
    {
        await using TestRevocationServer server = TestRevocationServer.Start();
        string url = server.Url;

        server.Fault = TestRevocationFault.Down;
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(server, post: true));
        server.Fault = TestRevocationFault.None;

        Assert.Equal(RevocationStatus.Good, (await AskAsync(server, post: true)).Status);
        Assert.Equal(url, server.Url);
    }

    [Theory]
    [InlineData(TestRevocationFault.BlackHole)]
    [InlineData(TestRevocationFault.SlowDrip)]
    [InlineData(TestRevocationFault.Huge)]
    public async Task Fault_ThatNeverEnds_EndsWithTheServer(TestRevocationFault fault)
    {
        Stopwatch watch = Stopwatch.StartNew();
        TestRevocationServer server = TestRevocationServer.Start();
        server.Fault = fault;
        using HttpClient client = new();
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Pair.Stop);

        Task draining = DrainAsync(client, server.CrlUrl(_pki.Issuing), patience.Token);
        await Patience.UntilAsync(() => server.CountOf(TestRevocationKind.Crl) == 1);
        await Task.Delay(300, Pair.Stop);
        Assert.False(draining.IsCompleted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => draining);
        await server.DisposeAsync();

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
        Assert.Equal(1, server.CountOf(TestRevocationKind.Crl));
    }

    [Theory]
    [InlineData(TestRevocationFault.ServerError, HttpStatusCode.InternalServerError)]
    [InlineData(TestRevocationFault.NotFound, HttpStatusCode.NotFound)]
    [InlineData(TestRevocationFault.Redirect, HttpStatusCode.Found)]
    [InlineData(TestRevocationFault.RedirectLoop, HttpStatusCode.Found)]
    public async Task Fault_OfHttp_IsItsStatus(TestRevocationFault fault, HttpStatusCode status)
    {
        await using TestRevocationServer server = TestRevocationServer.Start();
        server.Fault = fault;
        server.RedirectTarget = "file:///etc/passwd";
        using SocketsHttpHandler handler = new() { AllowAutoRedirect = false };
        using HttpClient client = new(handler);

        using HttpResponseMessage response = await client.GetAsync(new Uri(server.CrlUrl(_pki.Issuing)), Pair.Stop);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(
            fault switch { TestRevocationFault.Redirect => "file:///etc/passwd", TestRevocationFault.RedirectLoop => "/1/crl?n=1", _ => null },
            response.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Fault_Disconnect_EndsInTheMiddle()
    {
        await using TestRevocationServer server = TestRevocationServer.Start();
        server.Fault = TestRevocationFault.Disconnect;
        using HttpClient client = new();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetByteArrayAsync(new Uri(server.CrlUrl(_pki.Issuing)), Pair.Stop));
    }

    private async Task<OcspResult> AskAsync(TestRevocationServer server, bool post)
    {
        OcspRequest request = Question(out MutualTls.Paths.VerifiedPath path, out OcspIssuer issuer);
        Uri responder = new(server.OcspUrl(_pki.Issuing));
        using HttpClient client = new();
        using ByteArrayContent content = new(request.Der.ToArray());
        using HttpResponseMessage response = post ? await client.PostAsync(responder, content, Pair.Stop) : await client.GetAsync(request.TryGetUri(responder), Pair.Stop);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(Pair.Stop);
        return OcspVerifier.Verify(answer, issuer, path.EndEntity.SerialNumberBytes, TimeProvider.System.GetUtcNow(), OcspRules.Default);
    }

    private OcspRequest Question(out MutualTls.Paths.VerifiedPath path, out OcspIssuer issuer)
    {
        path = Pair.JudgeClient(_pki).Path!;
        issuer = OcspIssuer.Of(path, 0);
        return OcspRequest.Create(issuer, path.EndEntity.SerialNumberBytes);
    }

    private static async Task<(HttpStatusCode Status, EntityTag Tag, byte[] Body)> GetCrlAsync(string url, EntityTag known)
    {
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Get, url);
        request.Headers.IfModifiedSince = known.Modified;
        if (known.Tag is not null)
        {
            request.Headers.IfNoneMatch.ParseAdd(known.Tag);
        }

        using HttpResponseMessage response = await client.SendAsync(request, Pair.Stop);
        return (response.StatusCode, new EntityTag(response.Headers.ETag?.Tag, response.Content.Headers.LastModified), await response.Content.ReadAsByteArrayAsync(Pair.Stop));
    }

    private static async Task DrainAsync(HttpClient client, string url, CancellationToken stop)
    {
        using HttpResponseMessage response = await client.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, stop);
        await using Stream body = await response.Content.ReadAsStreamAsync(stop);
        byte[] buffer = new byte[4096];
        while (true)
        {
            await body.ReadExactlyAsync(buffer.AsMemory(0, 1), stop);
        }
    }

    private readonly record struct EntityTag(string? Tag, DateTimeOffset? Modified);
}
