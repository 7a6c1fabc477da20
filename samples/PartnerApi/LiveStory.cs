using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MutualTls.Connections;
using MutualTls.Policies;
using MutualTls.Testing;

namespace PartnerApi;

/// <summary>What happens while connections are open: both ends get new certificates, then the partner's is revoked. Requests go on without pause all the while.</summary>
internal sealed class LiveStory(Pki pki)
{
    private const int Callers = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private volatile bool _enough;
    private int _served, _failed, _refused;
    private volatile string _lastAnswer = "";

    /// <summary>Tells it.</summary>
    /// <returns>Whether all went as it should: no request failed, and after the revocation none was served.</returns>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        string apiFolder = pki.EnrolApi(pki.Partners.IssueServer("localhost")), partnerFolder = pki.EnrolPartner(pki.Partners.IssueClient("acme.example"));
        await using WebApplication api = await Server.StartAsync(Settings.Read("Server", apiFolder), new Seen("server", LogLevel.Information));
        await using Partner partner = Partner.Create(Settings.Read("Client", partnerFolder), new Seen("client", LogLevel.Information));
        ConnectionRegistry open = ConnectionRegistry.Of(api.Services.GetRequiredService<PeerPolicyEngine>());

        Console.WriteLine($"{Callers} callers of acme ask for orders without pause:");
        Uri address = new($"https://localhost:{new Uri(api.Urls.First()).Port}/");
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(_ => CallAsync(partner, address, stop))];
        bool went = await UntilAsync("they are served", () => _served >= 100);

        Console.WriteLine("The server's certificate is renewed: two files are replaced.");
        MutualTlsEndpoints endpoints = api.Services.GetRequiredService<MutualTlsEndpoints>();
        object before = endpoints.Credential("api").Current;
        pki.Partners.IssueServer("localhost").WritePem(apiFolder, "api");
        went &= await UntilAsync("new connections get the new one", () => endpoints.Credential("api").Current != before);

        Console.WriteLine("The partner's certificate is renewed.");
        TestCertificate renewed = pki.Partners.IssueClient("acme.example");
        renewed.WritePem(partnerFolder, "partner");
        string serial = Convert.ToHexString(renewed.SerialNumber.Span);
        went &= await UntilAsync("the server is shown the new one", () => _lastAnswer.Contains(serial, StringComparison.Ordinal));
        Console.WriteLine($"  {_served} requests were served by now, and {_failed} failed, while {open.Count} connections are open");

        Console.WriteLine("The partner's new certificate is revoked: a newer CRL replaces the old one. The connections are open still.");
        pki.Revoke(renewed);
        went &= await UntilAsync("all connections are closed, and each caller is refused", () => open.Count == 0 && _refused == Callers);
        _enough = true;
        await Task.WhenAll(callers);
        Console.WriteLine($"  {_served} requests were served, {_failed} failed on the way, and then: {_lastAnswer}");
        return went && _failed == 0;
    }

    private async Task CallAsync(Partner partner, Uri api, CancellationToken stop)
    {
        while (!_enough)
        {
            Answer answer = await partner.AskAsync(api, stop);
            _lastAnswer = answer.Words;
            Interlocked.Increment(ref answer.Outcome == Outcome.Served ? ref _served : ref answer.Outcome == Outcome.RefusedByServer ? ref _refused : ref _failed);
            if (answer.Outcome == Outcome.Failed)
            {
                Console.WriteLine($"  A REQUEST FAILED: {answer.Words}");
            }

            if (answer.Outcome == Outcome.RefusedByServer)
            {
                return;
            }

            await Task.Delay(5, stop);
        }
    }

    private static async Task<bool> UntilAsync(string what, Func<bool> isSo)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!isSo() && watch.Elapsed < Patience)
        {
            await Task.Delay(20);
        }

        Console.WriteLine($"  {(isSo() ? "" : "NOT: ")}{what}, after {watch.Elapsed.TotalSeconds:0.0} s");
        return isSo();
    }
}
