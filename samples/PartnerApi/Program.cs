using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using PartnerApi;

using CancellationTokenSource stop = new(TimeSpan.FromMinutes(2));
TestCertificateAuthority root = TestCertificateAuthority.CreateRoot("Partners Root"), partners = root.IssueIntermediate("Partners CA");
TestCertificateAuthority stranger = TestCertificateAuthority.CreateRoot("Somebody's Root");
string folder = Directory.CreateTempSubdirectory("mutualtls-").FullName;
bool allExpected = true;
try
{
    await using WebApplication api = await ServeAsync(partners.IssueServer("localhost"));
    await VisitAsync(api, "acme, a partner", partners.IssueClient("acme.example"), Outcome.Served);
    await VisitAsync(api, "hooli, of our CA but no partner", partners.IssueClient("hooli.example"), Outcome.RefusedByServer);
    await VisitAsync(api, "acme's name, from a CA that nobody here trusts", stranger.IssueClient("acme.example"), Outcome.RefusedByServer);
    await VisitAsync(api, "globex, with a certificate for servers", partners.IssueServer("globex.example"), Outcome.RefusedByServer);
    await ExplainAsync(api, partners.IssueClient("hooli.example"));

    await using WebApplication impostor = await ServeAsync(stranger.IssueServer("localhost"));
    await VisitAsync(impostor, "acme, at a server that is not ours", partners.IssueClient("acme.example"), Outcome.ServerRefused);
}
finally
{
    Directory.Delete(folder, recursive: true);
}

Console.WriteLine(allExpected ? "Every outcome was the expected one." : "AN OUTCOME WAS NOT THE EXPECTED ONE.");
return allExpected ? 0 : 1;

// Each has files of its own, as on a machine of its own: files of credentials are followed.
string Enrol(string name, TestCertificate certificate)
{
    string own = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName;
    certificate.WritePem(own, name);
    File.WriteAllText(Path.Combine(own, "root.pem"), root.ToPem());
    return own;
}

Task<WebApplication> ServeAsync(TestCertificate certificate) => Server.StartAsync(Settings.Read("Server", Enrol("api", certificate)), new Seen("server"));

async Task VisitAsync(WebApplication server, string who, TestCertificate certificate, Outcome expected)
{
    Console.WriteLine($"{who}:");
    await using Partner partner = Partner.Create(Settings.Read("Client", Enrol("partner", certificate)), new Seen("client"));
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
