using System.CommandLine;
using MutualTls.Conformance;
using MutualTls.Conformance.Cases;

Argument<string[]> files = new("files") { Description = "Files of x509-limbo test cases, plain or gzip.", Arity = ArgumentArity.OneOrMore };
Option<string[]> scopes = new("--scope") { Description = "A file that maps ids to scopes, plain or gzip; may be given several times." };

RootCommand root = new("Runs outside suites of certificate path validation against MutualTls, and against others to compare.")
{
    new ConformanceCommand().Build(
        "limbo",
        "Runs x509-limbo test cases, BetterTLS among them.",
        command =>
        {
            command.Arguments.Add(files);
            command.Options.Add(scopes);
        },
        (parsed, cancellationToken) => LimboSuite.ReadAsync(parsed.GetRequiredValue(files), parsed.GetValue(scopes) ?? [], cancellationToken)),
};

return await root.Parse(args).InvokeAsync();
