using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MutualTls.AspNetCore.Features;
using MutualTls.Identities;

namespace PartnerApi;

/// <summary>Serves partners. What it demands of them is in appsettings.json alone.</summary>
internal static class Server
{
    public static async Task<WebApplication> StartAsync(IConfiguration settings, ILoggerProvider log)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Configuration.AddConfiguration(settings);
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddAuthentication().AddMutualTls();
        builder.Services.AddAuthorization();

        // <snippet partner-api-server>
        builder.Services.AddMutualTls(builder.Configuration.GetSection("MutualTls"));
        builder.WebHost.UseMutualTls();   // endpoints that have a section MutualTls
        // </snippet>
        WebApplication app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/orders", (HttpContext context) => Orders(context.Features.GetRequiredFeature<IMutualTlsFeature>().Verdict.Identity!)).RequireMutualTls("partners");
        await app.StartAsync();
        return app;
    }

    private static string Orders(PeerIdentity partner) => $"the orders of {partner}, whose certificate is {partner.SerialNumber}";
}
