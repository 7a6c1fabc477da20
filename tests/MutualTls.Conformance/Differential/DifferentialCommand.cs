using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using MutualTls.Conformance.Cases;

namespace MutualTls.Conformance.Differential;

/// <summary>The command that compares us with X509Chain and BouncyCastle on mutated chains.</summary>
internal static class DifferentialCommand
{
    public const int DefaultCount = 20_000, DefaultSeed = 5280;

    public static Command Build()
    {
        Option<int> count = new("--count") { Description = "How many chains.", DefaultValueFactory = _ => DefaultCount };
        Option<int> seed = new("--seed") { Description = "Which chains: the same seed makes the same ones.", DefaultValueFactory = _ => DefaultSeed };
        Option<bool> list = new("--list") { Description = "Show examples of each class." };
        Option<int?> show = new("--show") { Description = "Judge nothing; print one chain as PEM, the anchor last." };
        Command command = new("differential", "Judges mutated chains with MutualTls, X509Chain and BouncyCastle and sorts the disagreements.") { count, seed, list, show };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            (int chains, int from) = (parsed.GetValue(count), parsed.GetValue(seed));
            if (parsed.GetValue(show) is { } number)
            {
                Show(output, new ChainMutator(from).Make(number));
                return ConformanceCommand.Agreed;
            }

            DifferentialResult result = await DifferentialRun.RunAsync(from, chains, progress: null, cancellationToken);
            Write(output, result, parsed.GetValue(list));

            // Only the whole run of the usual seed must meet every class that is listed.
            List<string> faults = DisagreementList.Faults(result, expectsAll: chains >= DefaultCount && from == DefaultSeed);
            faults.ForEach(output.WriteLine);
            await output.WriteLineAsync(faults.Count == 0 ? "Every disagreement is explained." : $"{faults.Count} faults.");
            return faults.Count == 0 ? ConformanceCommand.Agreed : ConformanceCommand.Disagreed;
        });
        return command;
    }

    private static void Show(TextWriter output, ConformanceCase mutant)
    {
        output.WriteLine(mutant.Id);
        foreach (ReadOnlyMemory<byte> der in (IEnumerable<ReadOnlyMemory<byte>>)[mutant.EndEntity, .. mutant.Others, .. mutant.Anchors])
        {
            output.WriteLine(PemEncoding.WriteString("CERTIFICATE", der.Span));
        }
    }

    private static void Write(TextWriter output, DifferentialResult result, bool withExamples)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Total} chains: {result.AllAccept} accepted by all, {result.AllRefuse} refused by all, {result.OursAlone} accepted by us alone, {result.OursAloneForOneCause.Count} of them for one cause."));
        foreach ((string name, (int count, List<string> examples)) in result.Classes.OrderByDescending(c => c.Value.Count))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,6}  {name}"));
            foreach (string example in withExamples ? examples : [])
            {
                output.WriteLine($"        {example}");
            }
        }
    }
}
