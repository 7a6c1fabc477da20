using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MutualTls.Credentials;
using MutualTls.Testing;

namespace GrpcService;

/// <summary>Serves the stock over gRPC, to shops alone.</summary>
internal static class Server
{
    public static async Task<WebApplication> StartAsync(TestCertificate certificate, TestCertificateAuthority root)
    {
        LocalCredential own = certificate.ToCredential();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();

        // <snippet grpc-server>
        builder.Services.AddGrpc();
        builder.Services.AddMutualTls(mtls => mtls
            .AddCredential("stock", c => c.FromCertificate(own.Certificate, own.Intermediates))
            .AddPolicy("shops", p => p.TrustPemText(root.ToPem()).WithoutRevocation().AllowUri("spiffe://shop.example/till/*")));
        builder.WebHost.UseMutualTls().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseMutualTls("stock", "shops");
        }));
        // </snippet>
        WebApplication app = builder.Build();
        app.MapGrpcService<StockService>();
        await app.StartAsync();
        return app;
    }
}
