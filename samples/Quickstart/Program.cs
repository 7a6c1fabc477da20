using Quickstart;
using Spectre.Console;

Story.Chapter("A PKI is set up");
ExamplePki pki = new();
Story.Step("root", $"signs itself: {pki.Root.Subject}, the trust anchor of both ends");
Story.Step("root", $"signs the issuing CA: {pki.Issuing.Subject}");
Story.Step("server", "makes its key and a certificate request; the issuing CA checks the request and signs it for serverAuth");
Story.Step("client", "makes its key and a certificate request; the issuing CA checks the request and signs it for clientAuth");

bool allExpected = await Handshakes.RunGoodAsync(pki);
foreach (Refusal refusal in Refusal.All(pki))
{
    allExpected &= await Handshakes.RunRefusedAsync(pki, refusal);
}

AnsiConsole.WriteLine();
AnsiConsole.MarkupLine(allExpected ? "[green]Every outcome was the expected one.[/]" : "[red]An outcome was not the expected one.[/]");
return allExpected ? 0 : 1;
