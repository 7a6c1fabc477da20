using System.Net;
using MutualTls.Revocation.Fetching;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Fetching;

/// <summary>Pitfall 14: what a certificate's URL cannot make us do.</summary>
public class FetchLimitsTests
{
    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ldap://127.0.0.1/cn=ca?certificateRevocationList")]
    [InlineData("ftp://192.0.2.1/ca.crl")]
    [InlineData("gopher://192.0.2.1/")]
    [InlineData("http://user:secret@192.0.2.1/ca.crl")]
    public async Task FetchCrl_OtherScheme_IsNotFetched(string url)
    {
        await using FetchSite site = new();

        Assert.Equal(FetchOutcome.UrlRefused, (await site.CrlAsync(new Uri(url))).Outcome);
        Assert.Equal(FetchOutcome.UrlRefused, (await site.OcspAsync(url: new Uri(url))).Outcome);
        Assert.Equal(FetchOutcome.UrlRefused, (await site.CrlAsync(new Uri("ca.crl", UriKind.Relative))).Outcome);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("0.0.0.0")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task FetchCrl_LoopbackInAnySpelling_IsNotConnectedTo(string host)
    {
        await using FetchSite site = new(new FetchOptions());

        FetchResult result = await site.RunAsync(site.CrlAsync(new UriBuilder(site.CrlUrl) { Host = host }.Uri));

        Assert.True(result.Outcome == FetchOutcome.AddressRefused || (host == "LOCALHOST." && result.Outcome == FetchOutcome.Unreachable), result.ToString());
        Assert.Empty(site.Server.Requests);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("https://169.254.169.254/")]
    public async Task FetchCrl_LinkLocalAndMetadata_IsNotConnectedTo(string url)
    {
        await using FetchSite site = new(new FetchOptions());

        Assert.Equal(FetchOutcome.AddressRefused, (await site.RunAsync(site.CrlAsync(new Uri(url)))).Outcome);
    }

    // 127.0.0.1 stands for a host of the Internet here; everything else is refused as it would be.
    [Theory]
    [InlineData("http://127.0.0.2:{0}/1/crl", FetchOutcome.AddressRefused)]
    [InlineData("http://[::1]:{0}/1/crl", FetchOutcome.AddressRefused)]
    [InlineData("http://169.254.169.254/", FetchOutcome.AddressRefused)]
    [InlineData("file:///etc/passwd", FetchOutcome.RedirectRefused)]
    [InlineData("ldap://192.0.2.1/", FetchOutcome.RedirectRefused)]
    [InlineData("http://user:secret@127.0.0.1:{0}/1/crl", FetchOutcome.RedirectRefused)]
    [InlineData("", FetchOutcome.RedirectRefused)]
    internal async Task FetchCrl_RedirectedThere_IsRefused(string target, FetchOutcome expected)
    {
        await using FetchSite site = new(new FetchOptions(), isAllowed: address => address.Equals(IPAddress.Loopback) || FetchAddresses.IsAllowed(address, LocalAddresses.Refused));
        site.Server.Fault = target.Length > 0 ? TestRevocationFault.Redirect : TestRevocationFault.RedirectLoop;
        site.Server.RedirectTarget = target.Replace("{0}", $"{site.CrlUrl.Port}", StringComparison.Ordinal);

        FetchResult result = await site.RunAsync(site.CrlAsync());

        Assert.Equal(expected, result.Outcome);
        Assert.Equal(target.Length > 0 ? 1 : 4, site.Server.Requests.Count);
    }

    [Fact]
    public async Task FetchCrl_RedirectedToASoundPlace_IsFollowed()
    {
        await using FetchSite site = new();
        await using TestRevocationServer other = TestRevocationServer.Start();
        site.Server.Fault = TestRevocationFault.Redirect;
        site.Server.RedirectTarget = other.CrlUrl(site.Pki.Issuing);

        Assert.Equal(FetchOutcome.Answered, (await site.CrlAsync()).Outcome);
        Assert.Equal((1, 1), (site.Server.Requests.Count, other.Requests.Count));
    }

    [Theory]
    [InlineData(TestRevocationFault.SlowDrip)]
    [InlineData(TestRevocationFault.BlackHole)]
    public async Task FetchCrl_NeverEnding_IsCutByTheTimeout(TestRevocationFault fault)
    {
        await using FetchSite site = new();
        site.Server.Fault = fault;
        Task<FetchResult> asking = site.CrlAsync();
        DateTimeOffset start = site.Clock.GetUtcNow();

        FetchResult result = await site.RunAsync(asking, TimeSpan.FromMilliseconds(500));

        Assert.Equal(FetchOutcome.TimedOut, result.Outcome);

        // Two tries of 30 seconds and the pause between them.
        Assert.InRange(site.Clock.GetUtcNow() - start, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(70));
        Assert.Equal(2, site.Server.Requests.Count);
    }

    [Theory]
    [InlineData(TestRevocationFault.Down, FetchOutcome.Unreachable)]
    [InlineData(TestRevocationFault.Disconnect, FetchOutcome.Unreachable)]
    [InlineData(TestRevocationFault.ServerError, FetchOutcome.HttpError)]
    [InlineData(TestRevocationFault.NotFound, FetchOutcome.HttpError)]
    internal async Task FetchCrl_HostFails_IsAResult(TestRevocationFault fault, FetchOutcome expected)
    {
        await using FetchSite site = new();
        Uri url = site.CrlUrl;
        site.Server.Fault = fault;

        FetchResult result = await site.RunAsync(site.CrlAsync(url));

        Assert.Equal(expected, result.Outcome);
        Assert.NotNull(result.RetryAt);
    }

    [Fact]
    public async Task FetchCrl_NameThatIsNowhere_IsUnreachable()
    {
        await using FetchSite site = new(new FetchOptions());

        Assert.Equal(FetchOutcome.Unreachable, (await site.RunAsync(site.CrlAsync(new Uri("http://nowhere.invalid/ca.crl")))).Outcome);
    }

    [Fact]
    public async Task FetchCrl_Proxy_GetsTheWholeUrlAndIsItselfWhereItLikes()
    {
        await using OnlyPost proxy = new();
        await using FetchSite site = new(new FetchOptions { Proxy = proxy.Url });

        FetchResult fetched = await site.RunAsync(site.CrlAsync(new Uri("http://crl.partner.invalid/ca.crl")));
        FetchResult refused = await site.RunAsync(site.CrlAsync(new Uri("http://169.254.169.254/ca.crl")));

        Assert.Equal((FetchOutcome.Answered, FetchOutcome.AddressRefused), (fetched.Outcome, refused.Outcome));
        Assert.Equal(["GET http://crl.partner.invalid/ca.crl HTTP/1.1"], proxy.RequestLines);
    }

    // https with the trust of the operating system, which does not know a test PKI.
    [Fact]
    public async Task FetchCrl_HttpsOfAnUnknownRoot_IsUnreachable()
    {
        TestPki pki = new();
        await using MutualTls.Connections.MutualTlsListener listener = Pair.Listen(Pair.Server(pki));
        Task accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        await using FetchSite site = new();

        FetchResult result = await site.RunAsync(site.CrlAsync(new Uri($"https://localhost:{listener.LocalEndPoint.Port}/ca.crl")));

        Assert.Equal(FetchOutcome.Unreachable, result.Outcome);
        Assert.False(accepting.IsCompletedSuccessfully);
    }
}
