using System.CommandLine;
using MutualTls.Conformance.Cases;
using MutualTls.Conformance.Engines;
using MutualTls.Conformance.Running;
using MutualTls.Paths;

namespace MutualTls.Conformance;

/// <summary>Holds what every suite's command has in common: options, the run, the report and the exit code.</summary>
internal sealed class ConformanceCommand
{
    /// <summary>Exit codes: everything gated agrees, something does not, the suite could not be read.</summary>
    public const int Agreed = 0, Disagreed = 1, Unusable = 2;

    private readonly Option<string> _engine = new("--engine") { Description = "Who judges: ours, platform (X509Chain) or bouncycastle.", DefaultValueFactory = _ => "ours" };
    private readonly Option<string> _preset = new("--preset") { Description = "The rules of our engine: rfc5280, strict or default.", DefaultValueFactory = _ => "rfc5280" };
    private readonly Option<bool> _list = new("--list") { Description = "Name each disagreement." };
    private readonly Option<string?> _json = new("--json") { Description = "Write one record a case to this file." };

    /// <summary>Makes a command of its own arguments and those that all share.</summary>
    public Command Build(string name, string description, Action<Command> addArguments, Func<ParseResult, CancellationToken, Task<List<ConformanceCase>>> read)
    {
        Command command = new(name, description);
        addArguments(command);
        command.Options.Add(_engine.AcceptOnlyFromAmong(EngineFactory.Names));
        command.Options.Add(_preset.AcceptOnlyFromAmong("rfc5280", "strict", "default"));
        command.Options.Add(_list);
        command.Options.Add(_json);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, read, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<ParseResult, CancellationToken, Task<List<ConformanceCase>>> read, CancellationToken cancellationToken)
    {
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        List<CaseResult> results;
        RulePreset preset = Enum.Parse<RulePreset>(parsed.GetRequiredValue(_preset), ignoreCase: true);
        try
        {
            List<ConformanceCase> cases = await read(parsed, cancellationToken);
            results = await SuiteRunner.RunAsync(cases, EngineFactory.Create(parsed.GetRequiredValue(_engine), preset), ProgressOn(error, cases.Count), cancellationToken);
            if (parsed.GetValue(_json) is { } path)
            {
                await WriteJsonAsync(path, results, cancellationToken);
            }
        }
        catch (SuiteFileException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return Unusable;
        }

        if (parsed.GetValue(_list))
        {
            Report.WriteDisagreements(output, results);
        }

        Report.WriteTable(output, results, r => Gate.IsGated(r.Case, preset));
        int failed = results.Count(r => !Gate.Passes(r, preset));
        await output.WriteLineAsync(failed == 0 ? "Everything gated agrees." : $"{failed} gated cases disagree.");
        return failed == 0 ? Agreed : Disagreed;
    }

    private static async Task WriteJsonAsync(string path, List<CaseResult> results, CancellationToken cancellationToken)
    {
        try
        {
            await Report.WriteJsonAsync(path, results, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SuiteFileException(path, $"cannot be written: {exception.Message}", exception);
        }
    }

    private static Action<int>? ProgressOn(TextWriter error, int total) => Console.IsErrorRedirected ? null : done =>
    {
        if (done % 100 == 0 || done == total)
        {
            error.Write(done == total ? "\r                    \r" : $"\r{done} of {total}");
        }
    };
}
