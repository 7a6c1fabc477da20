// Compiled to native code and run: registration, configuration, revocation data that is fetched, a staple, a handshake both ends accept, a request of HttpClient, Kestrel, and a handshake that is refused.
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AotSmoke;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;

await using TestRevocationServer authority = TestRevocationServer.Start();
TestPki pki = new(), stranger = new();
TestCertificate own = pki.Issuing.IssueServer("localhost", c => c.WithOcsp(authority.OcspUrl(pki.Issuing)));
ServiceCollection services = new();
services.AddMutualTls(new ConfigurationBuilder().AddInMemoryCollection([new("Policies:partners:Revocation", "Disabled")]).Build());
services.AddMutualTls(mtls => mtls
    .ConfigureRevocation(r => r.Dangerous.AllowLocalAddresses = true)
    .AddCredential("server", c => c.FromCertificate(own.ToX509Certificate2(), [X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span)]).StapleOcsp())
    .AddCredential("client", c => c.FromCertificate(pki.Client.ToX509Certificate2(), [X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span)]))
    .AddPolicy("partners", p => p.TrustPemText(pki.Root.ToPem()))
    .AddPolicy("others", p => p.TrustPemText(stranger.Root.ToPem()).WithoutRevocation()));
services.AddHttpClient("backend").UseMutualTls("client", "partners", http => http.ConfigureHandler(handler => handler.UseProxy = false));
await using ServiceProvider provider = services.BuildServiceProvider();
MutualTlsEndpoints endpoints = provider.GetRequiredService<MutualTlsEndpoints>();
MutualTlsConnector connector = provider.GetRequiredService<MutualTlsConnector>();
await using MutualTlsListener listener = new(new IPEndPoint(IPAddress.Loopback, 0), endpoints.ServerOptions("server", "partners"));

// Fetching takes the HTTP client and the resilience pipelines.
await using (RevocationService revocation = new(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } }))
{
    TestCertificate listed = stranger.Root.IssueClient("listed", c => c.WithCrlDistributionPoints(authority.CrlUrl(stranger.Root)).WithOcsp(authority.OcspUrl(stranger.Root)));
    PeerPolicyEngine engine = new(revocation: revocation);
    foreach (RevocationPreference preference in (RevocationPreference[])[RevocationPreference.CrlOnly, RevocationPreference.OcspOnly])
    {
        PeerPolicy checking = PeerPolicy.Create("checking", p => p.TrustPemText(stranger.Root.ToPem()).CheckRevocation(r => r.Preference = preference));
        PeerVerdict fetched = await engine.JudgeAsync(checking, PeerRole.Client, new PresentedChain(listed.Der));
        if (!fetched.IsAccepted)
        {
            Console.WriteLine(fetched);
            return 3;
        }
    }
}

// Stapling reaches into what native code may have left out.
for (int i = 0; i < 100 && endpoints.Credential("server").Current.Stapling.Status == StaplingStatus.Asked; i++)
{
    await Task.Delay(100);
}

if (OperatingSystem.IsLinux() && endpoints.Credential("server").Current.Stapling.Status != StaplingStatus.Presented)
{
    Console.WriteLine(endpoints.Credential("server").Current.Stapling);
    return 4;
}

Task<MutualTlsStream> accepting = listener.AcceptAsync().AsTask();
await using (MutualTlsStream client = await connector.ConnectAsync("localhost", listener.LocalEndPoint.Port, "client", "partners"))
await using (MutualTlsStream server = await accepting)
{
    await client.WriteAsync(new byte[] { 42 });
    byte[] received = new byte[1];
    await server.ReadExactlyAsync(received);
    if (received[0] != 42 || !server.Verdict.IsAuthenticated)
    {
        return 1;
    }
}

accepting = listener.AcceptAsync().AsTask();
using (HttpClient http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("backend"))
{
    Task<string> asking = http.GetStringAsync(new Uri($"https://localhost:{listener.LocalEndPoint.Port}/"));
    await using MutualTlsStream server = await accepting;
    using StreamReader head = new(server);
    while (await head.ReadLineAsync() is { Length: > 0 })
    {
        // The request has no body.
    }

    await server.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
    if (await asking != "ok")
    {
        return 4;
    }
}

if (await WebSmoke.RunAsync() is { } seen)
{
    Console.WriteLine(seen);
    return 5;
}

try
{
    await using MutualTlsStream client = await connector.ConnectAsync("localhost", listener.LocalEndPoint.Port, "client", "others");
    return 2;
}
catch (MutualTlsException exception) when (exception.Verdict?.Primary?.Reason == ValidationReason.IssuerUnknown)
{
    Console.WriteLine($"AOT smoke test passed: {exception.Verdict}");
    return 0;
}
