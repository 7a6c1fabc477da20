using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Tests.Peers;

namespace MutualTls.AspNetCore.Tests.Samples;

/// <summary>The portal is started by its one command, and its files are used as it says. What a browser makes of it is tested by one (MutualTls.Browser.Tests).</summary>
public sealed class IntranetPortalTests
{
    [Fact]
    public async Task Visit_WithTheFilesItHandsOut_LetsTheLaptopInAlone()
    {
        string folder = Directory.CreateTempSubdirectory("mutualtls-").FullName;
        try
        {
            int port = PeerPort.Next();
            await using PeerProcess portal = PeerProcess.Start(Program, "--port", $"{port}", "--folder", folder);
            await portal.WaitForAsync("Ctrl+C");
            string password = portal.Output.Split('\n').Single(line => line.TrimStart().StartsWith("password", StringComparison.Ordinal)).Split(' ')[^1].Trim();

            (HttpStatusCode status, string page) = await VisitAsync(port, folder, "laptop.p12", password);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Contains("Welcome, Ada Winter", page);
            Assert.Contains("<span class=\"result passed\">", page);
            Assert.DoesNotContain("<span class=\"result failed\">", page);

            (status, page) = await VisitAsync(port, folder, "phone.p12", password);
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.Contains("This site is not open to you", page);

            (status, page) = await VisitAsync(port, folder, file: null, password);
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.Contains("Your browser showed no certificate", page);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Main_PortIsTaken_SaysSoInOneLine()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using PeerProcess portal = PeerProcess.Start(Program, "--port", $"{port}");
        Assert.Equal(1, await portal.ExitAsync());
        Assert.Equal($"Port {port} is in use. Choose another: --port 9443", portal.Output.Trim());
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "IntranetPortal.exe" : "IntranetPortal");

    // Its own files are all that the client goes by; the platform checks the server's chain.
    private static async Task<(HttpStatusCode Status, string Page)> VisitAsync(int port, string folder, string? file, string password)
    {
        X509Certificate2Collection own = file is null ? [] : X509CertificateLoader.LoadPkcs12CollectionFromFile(Path.Combine(folder, file), password);
        X509Certificate2? device = own.FirstOrDefault(certificate => certificate.HasPrivateKey);
        X509ChainPolicy trust = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "acme-root.pem")));
        using SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificateContext = device is null ? null : SslStreamCertificateContext.Create(device, own, offline: true),
                CertificateChainPolicy = trust,
            },
        };
        using HttpClient client = new(handler);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "text/html");
        using HttpResponseMessage answer = await client.GetAsync(new Uri($"https://localhost:{port}/"), App.Stop);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(App.Stop));
    }
}
