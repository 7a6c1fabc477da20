using System.Net;
using System.Net.Security;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Certificate;
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

namespace MutualTls.Benchmarks;

/// <summary>Authenticates requests of one connection by some schemes, as ASP.NET Core's authentication middleware does.</summary>
internal sealed class RequestScene : IDisposable
{
    public const string Nothing = "Nothing", Ours = "MutualTls", Certificate = "Certificate";

    private readonly IMutualTlsFeature _feature;
    private readonly X509Certificate2 _client;
    private readonly ServiceProvider _services;

    /// <param name="cachesCertificates">Whether the platform's certificate authentication has its cache, which its recipe leaves out.</param>
    public RequestScene(bool cachesCertificates = false)
    {
        TestPki pki = new();
        _feature = FindAsync(pki).GetAwaiter().GetResult();
        _client = X509CertificateLoader.LoadCertificate(pki.Client.Der.Span);
        ServiceCollection services = new();
        AuthenticationBuilder builder = services.AddLogging().AddSingleton(UrlEncoder.Default).AddAuthentication()
            .AddMutualTls()
            .AddScheme<AuthenticationSchemeOptions, DoNothing>(Nothing, configureOptions: null)
            .AddCertificate(options =>
            {
                options.ChainTrustValidationMode = X509ChainTrustMode.CustomRootTrust;
                options.CustomTrustStore = [X509CertificateLoader.LoadCertificate(pki.Root.Der.Span)];
                options.AdditionalChainCertificates = [X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span)];
                options.RevocationMode = X509RevocationMode.NoCheck;
            });
        if (cachesCertificates)
        {
            builder.AddCertificateCache();
        }

        _services = services.BuildServiceProvider();
    }

    /// <summary>Authenticates one request as the middleware sees it: services of its own, features of the connection below.</summary>
    public void Authenticate(string scheme)
    {
        using IServiceScope scope = _services.CreateScope();
        DefaultHttpContext context = new() { RequestServices = scope.ServiceProvider };
        if (scheme == Certificate)
        {
            context.Request.Scheme = "https";
            context.Connection.ClientCertificate = _client;
        }
        else
        {
            context.Features.Set(_feature);
        }

        Task<AuthenticateResult> result = context.AuthenticateAsync(scheme);
        if (!result.IsCompletedSuccessfully || !result.Result.Succeeded)
        {
            throw new InvalidOperationException($"The request was not authenticated: {result.Exception ?? result.Result.Failure}");
        }
    }

    public void Dispose()
    {
        _services.Dispose();
        _client.Dispose();
    }

    // A real connection's: Kestrel, TLS and the gate.
    private static async Task<IMutualTlsFeature> FindAsync(TestPki pki)
    {
        IMutualTlsFeature? found = null;
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMutualTls(mtls => mtls
            .AddCredential("web", c => c.FromCertificate(pki.Server.ToX509Certificate2()))
            .AddPolicy("clients", p => p.TrustPemText(pki.Root.ToPem()).WithoutRevocation()));
        builder.WebHost.UseMutualTls().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseMutualTls("web", "clients")));
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
