using System.Globalization;
using System.Text;
using MutualTls.Benchmarks.Budgets;
using MutualTls.Handshakes.Floods;
using MutualTls.Handshakes.Results;
using MutualTls.Handshakes.Servers;
using MutualTls.Handshakes.Starting;

namespace MutualTls.PerformancePage;

/// <summary>Writes what was measured as tables of Markdown.</summary>
internal static class Tables
{
    public static IReadOnlyDictionary<string, string> Of(Results results) => new Dictionary<string, string>
    {
        ["budgets"] = Budgets(results.Budgets),
        ["handshakes"] = Handshakes(results.Handshakes),
        ["handshakes-rsa"] = Handshakes(results.RsaHandshakes),
        ["handshakes-in-process"] = Handshakes(results.InProcess),
        ["floods"] = Floods(results.Floods),
        ["starts"] = Starts(results.Starts),
    };

    private static string Budgets(ResultFile<BudgetRow> results)
    {
        StringBuilder table = Begin("| | what | measured | budget | | behind it |", "| --- | --- | ---: | ---: | --- | --- |");
        foreach (BudgetRow row in results.Rows)
        {
            string side = row.Side == BudgetSide.AtLeast ? "at least" : "at most";
            table.Append(CultureInfo.InvariantCulture, $"| {row.Id} | {row.What} | {Number(row.Value)}{row.Unit} | {side} {Number(row.Limit)}{row.Unit} | {(row.Holds ? "ok" : "**missed**")} | {row.Detail} |\n");
        }

        return End(table, results);
    }

    // A line for each server, a column for each of what clients do.
    private static string Handshakes(ResultFile<HandshakeRow> results)
    {
        (string Protocol, string Client)[] columns = [.. results.Rows.Select(row => (row.Protocol, row.Client)).Distinct().OrderByDescending(column => column.Protocol)];
        StringBuilder table = Begin(
            $"| server | {string.Join(" | ", columns.Select(column => $"{column.Protocol}, {column.Client}"))} |", $"| --- |{string.Concat(columns.Select(_ => " ---: |"))}");
        foreach (IGrouping<string, HandshakeRow> server in results.Rows.GroupBy(row => row.Server).OrderBy(group => Enum.Parse<ServerKind>(group.Key)))
        {
            table.Append(CultureInfo.InvariantCulture, $"| {Names.Of(server.Key)} |");
            foreach ((string protocol, string client) in columns)
            {
                table.Append(' ').Append(server.FirstOrDefault(row => row.Protocol == protocol && row.Client == client) is { } row ? Cell(row) : "").Append(" |");
            }

            table.Append('\n');
        }

        return End(table, results);
    }

    private static string Floods(ResultFile<FloodRow> results)
    {
        StringBuilder table = Begin("| server | the others | a known peer | one of the others | of the floor's | share kept |", "| --- | --- | ---: | ---: | ---: | ---: |");
        foreach (FloodRow row in results.Rows)
        {
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {Names.Of(row.Server)} | {row.BadPerGood} to 1 {row.Flood} | {row.GoodMicroseconds / 1000:0.00} ms | {row.BadMicroseconds / 1000:0.00} ms | {row.BadRatio:0.00}x | {row.Share:P0} |\n");
        }

        return End(table, results);
    }

    private static string Starts(ResultFile<StartRow> results)
    {
        StringBuilder table = Begin("| server | the first client comes | its connection | the tenth | ratio |", "| --- | --- | ---: | ---: | ---: |");
        foreach (StartRow row in results.Rows)
        {
            string when = row.PauseMilliseconds == 0 ? "at once" : string.Create(CultureInfo.InvariantCulture, $"after {row.PauseMilliseconds} ms");
            table.Append(CultureInfo.InvariantCulture, $"| {Names.OfStart(row.Server)}{(row.IsNative ? ", native code" : "")} | {when} | {row.FirstMilliseconds:0} ms | {row.TenthMilliseconds:0.0} ms | {row.Ratio:0.0}x |\n");
        }

        return End(table, results);
    }

    private static string Cell(HandshakeRow row) => string.Create(
        CultureInfo.InvariantCulture, $"{row.Microseconds / 1000:0.00} ms, {row.Ratio:0.00}x{(row.Bytes is { } bytes ? $", {bytes / 1024:0.0} KiB" : "")}");

    private static StringBuilder Begin(string head, string rule) => new StringBuilder("\n").Append(head).Append('\n').Append(rule).Append('\n');

    private static string End<TRow>(StringBuilder table, ResultFile<TRow> results)
    {
        Machine machine = results.Machine;
        return table.Append(
            CultureInfo.InvariantCulture,
            $"\n`{results.Command}`, {results.Measured}, on {machine.Cores} processors ({machine.Processor}), {machine.MemoryGiB} GiB, {machine.System}, {machine.Runtime}{(machine.OpenSsl is { } openSsl ? $", OpenSSL {openSsl}" : "")}{(machine.LoadBefore is { } load ? $"; load before: {load:0.0}" : "")}.\n\n").ToString();
    }

    private static string Number(double value) => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.##" : "0.###", CultureInfo.InvariantCulture);
}
