using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Gate;
using MutualTls.AspNetCore.Sni;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Connections;

namespace MutualTls.AspNetCore.Tests.Live;

/// <summary>What one connection of Kestrel takes for being followed, beyond the verdict that it shares with the others of its client.</summary>
public class LiveMemoryTests(ITestOutputHelper output)
{
    private const int Connections = 5_000;

    [Fact]
    public async Task Connection_ThatIsFollowed_TakesLessThan300BytesForIt()
    {
        GatedConnection? real = null;
        ConnectionContext? context = null;
        await using LiveScene scene = await LiveScene.StartAsync(
            handle: connections => connections.Use(next => connection =>
            {
                real = connection.Features.Get<GatedConnection>();
                context = connection;
                return next(connection);
            }));
        await using Wire wire = await Wire.ConnectAsync(scene.App.Port, scene.Pki.Client, "1.1");
        await wire.CallAsync();
        using X509Certificate2 certificate = scene.Pki.Client.ToX509Certificate2();
        using X509Chain chain = new();
        await using SslStream stream = new(new MemoryStream());
        GatedConnection[] open = new GatedConnection[Connections];
        LiveRegistration[] live = new LiveRegistration[Connections];
        List<string> errors = [];
        HostMap hosts = HostMap.Create(new MutualTlsEndpointOptions().Otherwise("web", "partners"), scene.App.Services.GetRequiredService<MutualTlsEndpoints>(), "test", errors)!;
        Assert.Empty(errors);
        for (int i = 0; i < Connections; i++)
        {
            open[i] = new GatedConnection(real!.Endpoint, hosts, real.Host, real.ServerName, client: null);
            Assert.True(open[i].TlsOptions().RemoteCertificateValidationCallback!(stream, certificate, chain, SslPolicyErrors.None));
        }

        // Everything allocated counts, what is thrown away when the list grows as well.
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Connections; i++)
        {
            live[i] = open[i].Follow(context!, stream);
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Connections;
        output.WriteLine($"{each} bytes for each connection");
        Assert.InRange(each, 1, 300);
        Assert.Equal(Connections + 1, scene.Registry.Count);
        foreach (LiveRegistration registration in live)
        {
            registration.Dispose();
        }

        GC.KeepAlive(open);
    }
}
