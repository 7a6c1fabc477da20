using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.Testing;

namespace MutualTls.AotSmoke;

/// <summary>Kestrel with a client that is let in, whose name the application reads, and one who is told why not.</summary>
internal static class WebSmoke
{
    /// <summary>Runs it; null if all is well, else what was seen.</summary>
    public static async Task<string?> RunAsync()
    {
        TestPki pki = new(), stranger = new();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMutualTls(mtls => mtls
            .AddCredential("web", c => c.FromCertificate(pki.Server.ToX509Certificate2()))
            .AddCredential("partner", c => c.FromCertificate(pki.Client.ToX509Certificate2()))
            .AddCredential("stranger", c => c.FromCertificate(stranger.Client.ToX509Certificate2()))
            .AddPolicy("partners", p => p.TrustPemText(pki.Root.ToPem()).TrustPemText(pki.Issuing.ToPem()).WithoutRevocation()));
        builder.Services.AddAuthentication().AddMutualTls();
        builder.Services.AddAuthorization();
        builder.Services.AddHttpClient("partner").UseMutualTls("partner", "partners");
        builder.Services.AddHttpClient("stranger").UseMutualTls("stranger", "partners");
        builder.WebHost.UseMutualTls().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen => listen.UseMutualTls("web", "partners", host => host.OnRefused = RefusalAction.Answer403)));
        await using WebApplication app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.Run(context => context.Response.WriteAsync(context.User.Identity?.Name ?? "nobody"));
        await app.StartAsync();
        Uri address = new($"https://localhost:{new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port}/");
        IHttpClientFactory clients = app.Services.GetRequiredService<IHttpClientFactory>();
        using HttpClient partner = clients.CreateClient("partner"), other = clients.CreateClient("stranger");
        string name = await partner.GetStringAsync(address);
        if (name != "client.test")
        {
            return "the partner is " + name;
        }

        using HttpResponseMessage refusal = await other.GetAsync(address);
        string why = await refusal.Content.ReadAsStringAsync();
        return refusal.StatusCode == HttpStatusCode.Forbidden && why.Contains("MTLS1101", StringComparison.Ordinal) ? null : $"the stranger is told {refusal.StatusCode}: {why}";
    }
}
