using System.CommandLine;
using MutualTls.Conformance;
using MutualTls.Conformance.Cases;
using MutualTls.Conformance.Differential;
using MutualTls.Conformance.Fuzzing;

Argument<string[]> files = new("files") { Description = "Files of x509-limbo test cases, plain or gzip.", Arity = ArgumentArity.OneOrMore };
Option<string[]> scopes = new("--scope") { Description = "A file that maps ids to scopes, plain or gzip; may be given several times." };

Argument<string> folder = new("folder") { Description = "The folder with pkits.json, certs and crls." };

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
    new ConformanceCommand().Build(
        "pkits",
        "Runs the NIST public key interoperability test suite.",
        command => command.Arguments.Add(folder),
        (parsed, cancellationToken) => PkitsSuite.ReadAsync(parsed.GetRequiredValue(folder), cancellationToken)),
    DifferentialCommand.Build(),
    FuzzCommand.Build(),
};

return await root.Parse(args).InvokeAsync();
