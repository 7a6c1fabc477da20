using System.Net.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;
using MutualTls.Tests.Peers;

namespace MutualTls.AspNetCore.Tests.Endpoints;

/// <summary>Kestrel follows its section while the application runs; no edit in passing opens an endpoint without its gate.</summary>
public class EndpointReloadTests
{
    private static readonly TestPki s_pki = new();

    [Fact]
    public async Task Reload_AnotherPolicyOnAnEndpoint_Holds()
    {
        await using App app = await StartAsync(out int port, out ConfigurationManager configuration);
        using (HttpClient before = Caller.Create(port, s_pki.Client))
        {
            Assert.Equal("partners client.test", await before.CallAsync());
        }

        configuration["Kestrel:Endpoints:A:MutualTls:Policy"] = "others";
        ((IConfigurationRoot)configuration).Reload();

        for (int i = 0; ; i++)
        {
            using HttpClient after = Caller.Create(port, s_pki.Client);
            string seen = await after.CallAsync().ContinueWith(call => call.IsCompletedSuccessfully ? call.Result : "", TaskScheduler.Default);
            if (seen == "others client.test")
            {
                break;
            }

            Assert.True(i < 1_200, seen);
            await Task.Delay(25, App.Stop);
        }
    }

    [Fact]
    public async Task Reload_EndpointThatIsNew_IsNotOpened()
    {
        await using App app = await StartAsync(out _, out ConfigurationManager configuration);
        int port = PeerPort.Next();

        // Not https: without a certificate of its own Kestrel would not open that in any case.
        configuration["Kestrel:Endpoints:C:Url"] = $"http://127.0.0.1:{port}";
        configuration["Kestrel:Endpoints:C:MutualTls:Credential"] = "web";
        configuration["Kestrel:Endpoints:C:MutualTls:Policy"] = "partners";
        ((IConfigurationRoot)configuration).Reload();
        await app.Log.WaitForAsync("Kestrel:Endpoints:C:MutualTls: added while the application runs");
        await Assert.ThrowsAnyAsync<Exception>(() => RawClient.ConnectTcpAsync(port));
    }

    // Nor is it served by what holds for all endpoints, when it asks for its own.
    [Fact]
    public async Task Reload_EndpointThatIsNewBesideAPolicyForAll_IsNotOpened()
    {
        await using App app = await StartAsync(out _, out ConfigurationManager configuration, forAll: true);
        int port = PeerPort.Next();
        configuration["Kestrel:Endpoints:C:Url"] = $"https://127.0.0.1:{port}";
        configuration["Kestrel:Endpoints:C:MutualTls:Credential"] = "web";
        configuration["Kestrel:Endpoints:C:MutualTls:Policy"] = "others";
        ((IConfigurationRoot)configuration).Reload();
        await app.Log.WaitForAsync("Kestrel:Endpoints:C:MutualTls: added while the application runs");
        await Assert.ThrowsAnyAsync<Exception>(() => RawClient.ConnectTcpAsync(port));
    }

    [Fact]
    public async Task Reload_EndpointThatLosesItsSection_IsNotOpened()
    {
        await using App app = await StartAsync(out int port, out ConfigurationManager configuration);
        configuration["Kestrel:Endpoints:A:MutualTls:Policy"] = null;
        configuration["Kestrel:Endpoints:A:MutualTls:Credential"] = null;
        ((IConfigurationRoot)configuration).Reload();
        await app.Log.WaitForAsync("Kestrel:Endpoints:A:MutualTls: give both");
        using HttpClient client = Caller.Create(port, certificate: null);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync());
        Assert.Empty(app.Reached);
    }

    private static Task<App> StartAsync(out int port, out ConfigurationManager configuration, bool forAll = false)
    {
        int chosen = port = PeerPort.Next();
        ConfigurationManager? made = null;
        Task<App> starting = App.StartAsync(
            mtls =>
            {
                App.Register(mtls, s_pki);
                mtls.AddPolicy("others", p => p.TrustPemText(s_pki.Root.ToPem()).WithoutRevocation());
            },
            builder =>
            {
                made = builder.Configuration;
                builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["Kestrel:Endpoints:A:Url"] = $"https://127.0.0.1:{chosen}",
                    ["Kestrel:Endpoints:A:MutualTls:Credential"] = "web",
                    ["Kestrel:Endpoints:A:MutualTls:Policy"] = "partners",
                });
                _ = forAll ? builder.WebHost.UseMutualTls("web", "partners") : builder.WebHost.UseMutualTls();
            });
        configuration = made!;
        return starting;
    }
}
