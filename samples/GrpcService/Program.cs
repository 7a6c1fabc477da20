using GrpcService;
using Microsoft.AspNetCore.Builder;
using MutualTls.Connections;
using MutualTls.Testing;

using CancellationTokenSource stop = new(TimeSpan.FromMinutes(2));
TestCertificateAuthority root = TestCertificateAuthority.CreateRoot("Shop Root"), issuing = root.IssueIntermediate("Shop CA");
TestCertificateAuthority stranger = TestCertificateAuthority.CreateRoot("Somebody's Root");
bool allExpected = true;

await using WebApplication stock = await Server.StartAsync(issuing.IssueServer("localhost"), root);
await using WebApplication impostor = await Server.StartAsync(stranger.IssueServer("localhost"), root);
await AskAsync(stock, "till 1", issuing.IssueClient("spiffe://shop.example/till/1"), "spiffe://shop.example/till/1");
await AskAsync(stock, "the lights, of our CA but no till", issuing.IssueClient("spiffe://shop.example/lights"), nameof(MutualTlsError.RefusedByPeer));
await AskAsync(stock, "till 1 by another CA", stranger.IssueClient("spiffe://shop.example/till/1"), nameof(MutualTlsError.RefusedByPeer));
await AskAsync(impostor, "till 1, at a server that is not ours", issuing.IssueClient("spiffe://shop.example/till/1"), nameof(MutualTlsError.PeerRefused));
Console.WriteLine(allExpected ? "Every outcome was the expected one." : "AN OUTCOME WAS NOT THE EXPECTED ONE.");
return allExpected ? 0 : 1;

async Task AskAsync(WebApplication server, string who, TestCertificate certificate, string expected)
{
    Console.WriteLine($"{who}:");
    string outcome = await new Till(new Uri($"https://localhost:{new Uri(server.Urls.First()).Port}"), root).AskAsync(certificate, stop.Token);
    allExpected &= outcome == expected;
    Console.WriteLine($"  {(outcome == expected ? "as expected" : $"NOT AS EXPECTED, which was {expected}")}: {outcome}");
}
