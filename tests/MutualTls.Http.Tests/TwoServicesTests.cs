using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MutualTls.AspNetCore.Features;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Two services, each Kestrel and HttpClient of ours, that call each other: every hop knows who is at the other end.</summary>
public class TwoServicesTests
{
    private readonly TestPki _pki = new();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Call_ThereAndBack_EachEndKnowsTheOther(string http)
    {
        WebApplication orders = await StartAsync("orders.test", http), stock = await StartAsync("stock.test", http);
        await using IAsyncDisposable ordersEnd = orders.Ending(), stockEnd = stock.Ending();
        using HttpClient client = HttpPair.Client(HttpPair.Options(_pki), Version.Parse(http));

        // The client asks orders, which asks stock, which asks orders.
        string path = $"{UriOf(orders)}ask?{UriOf(stock)}ask?{UriOf(orders)}";
        Assert.Equal("client.test -> orders.test -> stock.test", await client.GetStringAsync(new Uri(path), Pair.Stop));
        Assert.Equal("client.test -> orders.test -> stock.test", await client.GetStringAsync(new Uri(path), Pair.Stop));
    }

    // One of the two is not whom the other wants.
    [Fact]
    public async Task Call_ByAServiceThatIsNotAllowed_IsRefusedAndToldOnward()
    {
        WebApplication orders = await StartAsync("orders.test", "2.0"), stock = await StartAsync("stock.test", "2.0", onlyFor: "billing.test");
        await using IAsyncDisposable ordersEnd = orders.Ending(), stockEnd = stock.Ending();
        using HttpClient client = HttpPair.Client(HttpPair.Options(_pki), Version.Parse("2.0"));

        Assert.Equal("client.test -> refused", await client.GetStringAsync(new Uri($"{UriOf(orders)}ask?{UriOf(stock)}"), Pair.Stop));
    }

    private static Uri UriOf(WebApplication service) => new UriBuilder(service.Urls.First()) { Host = "localhost" }.Uri;

    private async Task<WebApplication> StartAsync(string name, string http, string? onlyFor = null)
    {
        // One certificate for both parts that it plays.
        TestCertificate certificate = _pki.Issuing.IssueServer(name, c => c.WithSan(names => names.Dns(name).Dns("localhost")).WithEku(TestOids.ServerAuthentication, TestOids.ClientAuthentication));
        var own = certificate.ToCredential();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMutualTls(mtls => mtls
            .AddCredential("own", c => c.FromCertificate(own.Certificate, own.Intermediates))
            .AddPolicy("callers", p => _ = onlyFor is null ? p.TrustPemText(_pki.Root.ToPem()).WithoutRevocation() : p.TrustPemText(_pki.Root.ToPem()).WithoutRevocation().AllowDns(onlyFor))
            .AddPolicy("services", p => p.TrustPemText(_pki.Root.ToPem()).WithoutRevocation()));
        builder.Services.AddHttpClient("services").UseMutualTls("own", "services", options => options.ConfigureHandler(handler => handler.UseProxy = false));
        builder.WebHost.UseMutualTls("own", "callers").UseUrls("https://127.0.0.1:0");
        WebApplication service = builder.Build();
        service.MapGet("/", CallerOf);
        service.MapGet("/ask", async (HttpContext context, IHttpClientFactory clients) =>
        {
            using HttpClient client = clients.CreateClient("services");
            (client.DefaultRequestVersion, client.DefaultVersionPolicy) = (Version.Parse(http), HttpVersionPolicy.RequestVersionExact);
            try
            {
                return $"{CallerOf(context)} -> {await client.GetStringAsync(new Uri(context.Request.QueryString.Value![1..]), context.RequestAborted)}";
            }
            catch (HttpRequestException)
            {
                return $"{CallerOf(context)} -> refused";
            }
        });
        await service.StartAsync(Pair.Stop);
        return service;
    }

    private static string CallerOf(HttpContext context) => context.Features.GetRequiredFeature<IMutualTlsFeature>().Verdict.Identity!.DnsNames[0];
}
