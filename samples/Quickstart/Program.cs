using MutualTls.Credentials;
using MutualTls.Testing;
using Quickstart;
using Spectre.Console;

Story.Begin();
Story.Chapter("A PKI is set up");
ExamplePki pki = new();
Story.Step("root", $"signs itself: {pki.Root.Subject}, the trust anchor of both ends");
Story.Step("root", $"signs the issuing CA: {pki.Issuing.Subject}, which may sign no further CA");
LocalCredential server = ExamplePki.Enrol("Server", "localhost", TestOids.ServerAuthentication, pki.Issuing);
Story.Step("server", "makes its own key and a certificate request for localhost; the issuing CA checks that the request is signed with that key");
Story.Step("ca", $"signs it for serverAuth: {server}");
LocalCredential client = ExamplePki.Enrol("Client", "client.example", TestOids.ClientAuthentication, pki.Issuing);
Story.Step("client", "makes its own key and a certificate request for client.example; the issuing CA checks it likewise");
Story.Step("ca", $"signs it for clientAuth: {client}");

bool allExpected = await Handshakes.RunGoodAsync(pki, server, client);
foreach (Refusal refusal in Refusal.All(pki, client))
{
    allExpected &= await Handshakes.RunRefusedAsync(pki, server, refusal);
}

AnsiConsole.WriteLine();
AnsiConsole.MarkupLine(allExpected ? "[green]Every outcome was the expected one.[/]" : "[red]An outcome was not the expected one.[/]");
return allExpected ? 0 : 1;
