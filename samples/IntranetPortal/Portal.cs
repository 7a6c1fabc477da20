using IntranetPortal.Pages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Policies;
using MutualTls.Revocation;

namespace IntranetPortal;

/// <summary>The intranet: a page for whoever is let in, and a button for a device that is lost.</summary>
internal static class Portal
{
    public static async Task<WebApplication> StartAsync(Acme acme, int port)
    {
        LocalCredential own = acme.Server.ToCredential();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRazorComponents();
        builder.Services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "__Host-antiforgery";
            options.Cookie.SecurePolicy = CookieSecurePolicy.Always;
        });
        builder.Services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();

        // <snippet portal-endpoint>
        builder.Services.AddMutualTls(mtls => mtls
            .AddCredential("portal", c => c.FromCertificate(own.Certificate, own.Intermediates))
            .AddPolicy("work devices", acme.Demand));
        builder.WebHost.UseMutualTls();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.UseMutualTls("portal", "work devices", host =>
        {
            host.OnRefused = RefusalAction.Answer403;          // who is not let in is told why
            host.IssuerHints = IssuerHints.TrustAnchors;       // browsers offer Acme's certificates alone
        })));
        // </snippet>
        WebApplication app = builder.Build();
        app.Use(SecurityHeaders.AddAsync);
        app.UseAntiforgery();
        app.MapGet("/", async (HttpContext context, PeerPolicyEngine engine) =>
            new RazorComponentResult<Welcome>(new { Visit = await Visit.OfAsync(context, engine, acme) }));

        // <snippet portal-lost>
        app.MapPost("/lost", (HttpContext context, RevocationService revocation) =>
        {
            Visitor visitor = Visitor.Of(context);
            acme.Revoke(visitor.Verdict.Identity!.SerialNumber);
            revocation.Add(acme.RevocationList().Span);   // newer than the one the policy was given; connections are judged again
            return new RazorComponentResult<Lost>(new { Visitor = visitor });
        }).WithMetadata(new RequireAntiforgeryTokenAttribute());
        // </snippet>
        await app.StartAsync();
        return app;
    }
}
