using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MutualTls.AspNetCore.Features;
using MutualTls.Testing;

namespace MutualTls.Benchmarks.Budgets;

/// <summary>B7: what authentication from the connection's verdict costs a request, beyond a handler that does nothing.</summary>
internal static class RequestBudgets
{
    private const string Nothing = "Nothing", Ours = "MutualTls";

    public static IEnumerable<BudgetRow> Run()
    {
        IMutualTlsFeature feature = FindAsync().GetAwaiter().GetResult();
        ServiceCollection services = new();
        services.AddLogging().AddSingleton(UrlEncoder.Default).AddAuthentication().AddMutualTls().AddScheme<AuthenticationSchemeOptions, DoNothing>(Nothing, configureOptions: null);
        using ServiceProvider provider = services.BuildServiceProvider();
        Action<int> ours = _ => Authenticate(provider, feature, Ours), nothing = _ => Authenticate(provider, feature, Nothing);
        Measure.Compare(5, ours, 5_000, nothing, 5_000);
        (double mine, double other, _) = Measure.Compare(31, ours, 5_000, nothing, 5_000);
        double mineBytes = Measure.Allocated(ours, 1_000), otherBytes = Measure.Allocated(nothing, 1_000);
        yield return new BudgetRow(
            "B7", "authentication of a request beyond a handler that does nothing", (mine - other) / 1_000, 2, BudgetSide.AtMost, " us",
            string.Create(CultureInfo.InvariantCulture, $"{mine:0} ns, {other:0} ns"));
        yield return new BudgetRow(
            "B7", "allocated by it", mineBytes - otherBytes, 512, BudgetSide.AtMost, " B", string.Create(CultureInfo.InvariantCulture, $"{mineBytes:0} B, {otherBytes:0} B"));
    }

    // One request as the authentication middleware sees it: services of its own, features of the connection below.
    private static void Authenticate(IServiceProvider provider, IMutualTlsFeature feature, string scheme)
    {
        using IServiceScope scope = provider.CreateScope();
        DefaultHttpContext context = new() { RequestServices = scope.ServiceProvider };
        context.Features.Set(feature);
        Task<AuthenticateResult> result = context.AuthenticateAsync(scheme);
        if (!result.IsCompletedSuccessfully || !result.Result.Succeeded)
        {
            throw new InvalidOperationException("The request was not authenticated.");
        }
    }

    // A real connection's: Kestrel, TLS and the gate.
    private static async Task<IMutualTlsFeature> FindAsync()
    {
        TestPki pki = new();
        IMutualTlsFeature? found = null;
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMutualTls(mtls => mtls
            .AddCredential("web", c => c.FromCertificate(pki.Server.ToX509Certificate2()))
            .AddPolicy("clients", p => p.TrustPemText(pki.Root.ToPem()).WithoutRevocation()));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseMutualTls("web", "clients")));
        await using WebApplication app = builder.Build();
        app.MapGet("/", (HttpContext context) =>
        {
            found = context.Features.Get<IMutualTlsFeature>();
            return "";
        });
        await app.StartAsync();
        var client = pki.Client.ToCredential();
        using SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificateContext = SslStreamCertificateContext.Create(client.Certificate, client.Intermediates, offline: true),
#pragma warning disable CA5359 // The client's own checks are not the subject here.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            },
        };
        using HttpClient http = new(handler);
        await http.GetStringAsync(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()));
        return found!;
    }

    /// <summary>Answers with what it has.</summary>
    private sealed class DoNothing(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        private static readonly Task<AuthenticateResult> s_result = Task.FromResult(
            AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([], Nothing)), Nothing)));

        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => s_result;
    }
}
