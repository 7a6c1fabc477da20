// Client and server in one process. Each takes its own part of appsettings.json, which Settings.cs gives it: two programs would have a file each.
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using PartnerApi;

using CancellationTokenSource stop = new(TimeSpan.FromMinutes(2));
using Pki pki = new();
TestCertificateAuthority stranger = TestCertificateAuthority.CreateRoot("Somebody's Root");
if (args is ["live"])
{
    return End(await new LiveStory(pki).RunAsync(stop.Token));
}

bool allExpected = true;
await using WebApplication api = await ServeAsync(pki.Partners.IssueServer("localhost"));
await VisitAsync(api, "acme, a partner", pki.Partners.IssueClient("acme.example"), Outcome.Served);
await VisitAsync(api, "hooli, of our CA but no partner", pki.Partners.IssueClient("hooli.example"), Outcome.RefusedByServer);
await VisitAsync(api, "acme's name, from a CA that nobody here trusts", stranger.IssueClient("acme.example"), Outcome.RefusedByServer);
await VisitAsync(api, "globex, with a certificate for servers", pki.Partners.IssueServer("globex.example"), Outcome.RefusedByServer);
await ExplainAsync(api, pki.Partners.IssueClient("hooli.example"));

await using WebApplication impostor = await ServeAsync(stranger.IssueServer("localhost"));
await VisitAsync(impostor, "acme, at a server that is not ours", pki.Partners.IssueClient("acme.example"), Outcome.ServerRefused);
return End(allExpected);

static int End(bool asExpected)
{
    Console.WriteLine(asExpected ? "Every outcome was the expected one." : "AN OUTCOME WAS NOT THE EXPECTED ONE.");
    return asExpected ? 0 : 1;
}

Task<WebApplication> ServeAsync(TestCertificate certificate) => Server.StartAsync(Settings.Read("Server", pki.EnrolApi(certificate)), new Seen("server"));

async Task VisitAsync(WebApplication server, string who, TestCertificate certificate, Outcome expected)
{
    Console.WriteLine($"{who}:");
    await using Partner partner = Partner.Create(Settings.Read("Client", pki.EnrolPartner(certificate)), new Seen("client"));
    Answer answer = await partner.AskAsync(new Uri($"https://localhost:{new Uri(server.Urls.First()).Port}/"), stop.Token);
    allExpected &= answer.Outcome == expected;
    Console.WriteLine($"  client saw: {answer.Words}");
    Console.WriteLine($"  {(answer.Outcome == expected ? "as expected" : "NOT AS EXPECTED")}: {answer.Outcome}");
}

// What an operator does when a partner calls: the same judgement once more, step by step.
async Task ExplainAsync(WebApplication server, TestCertificate certificate)
{
    Console.WriteLine("hooli telephones and asks why. The server's policy explains:");

    PresentedChain presented = new(certificate.Chain.Select(c => c.Der));

    // <snippet partner-api-explain>
    PeerPolicy policy = server.Services.GetRequiredService<MutualTlsEndpoints>().Policy("partners").Current;
    Explanation why = await server.Services.GetRequiredService<PeerPolicyEngine>().ExplainAsync(policy, PeerRole.Client, presented);
    Console.WriteLine(why);
    // </snippet>
    allExpected &= why.Verdict.Primary?.Reason == ValidationReason.IdentityNotAllowed;
}
