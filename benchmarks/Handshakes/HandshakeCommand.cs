using System.CommandLine;
using System.Globalization;
using MutualTls.Handshakes.Clients;
using MutualTls.Handshakes.Floods;
using MutualTls.Handshakes.Results;
using MutualTls.Handshakes.Servers;
using MutualTls.Handshakes.Starting;
using MutualTls.Testing;

namespace MutualTls.Handshakes;

/// <summary>The command line: whole handshakes, floods of bad ones, and the first ones after a start.</summary>
internal static class HandshakeCommand
{
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Also write the rows to this file.", Recursive = true };

    public static RootCommand Make(string[] args)
    {
        Option<int> rounds = Rounds(11), perRound = new("--per-round") { Description = "Connections of each kind in a round.", DefaultValueFactory = _ => 200 };
        Option<TestKeyKind> keys = new("--keys") { Description = "The kind of every key.", DefaultValueFactory = _ => TestKeyKind.P256 };
        Option<bool> inProcess = new("--in-process") { Description = "Servers on threads of this process: their time without the rest of a process, and what they allocate. No nginx, no responder." };
        RootCommand root = new("Measures whole mutual-TLS connections with one GET: the server's processor time, as a ratio to an SslStream that checks nothing.") { rounds, perRound, keys, inProcess, Json };
        root.SetAction((parsed, _) => TellAsync(parsed, args, async () =>
        {
            List<ScenarioResult> results = await MeasureAsync(parsed.GetValue(keys), parsed.GetValue(inProcess), parsed.GetValue(rounds), parsed.GetValue(perRound));
            Console.WriteLine($"{"server's processor time of a connection",-50} {"ms",8} {"of the floor",14} {"bytes",8}");
            foreach (ScenarioResult result in results.OrderBy(r => r.Scenario.Protocol).ThenBy(r => r.Scenario.Client).ThenBy(r => r.Scenario.Kind))
            {
                Say($"{result.Scenario,-50} {result.Cpu.TotalMilliseconds,8:F2} {result.Ratio,13:F2}x {(double.IsNaN(result.Bytes) ? "" : result.Bytes),8:F0}");
            }

            return results.ConvertAll(HandshakeRow.Of);
        }));
        root.Add(Flood(args));
        root.Add(Start(args));
        return root;
    }

    private static Command Flood(string[] args)
    {
        // Known peers keep nine tenths of their fair share.
        const double Goal = 0.9;
        Option<int> roundCount = Rounds(11), bad = new("--bad") { Description = "Bad connections for each good one.", DefaultValueFactory = _ => 9 };
        Command command = new("flood", "Measures what known peers keep of the server's processor while others come that are refused; ends with 0 only if that is enough.") { roundCount, bad };
        command.SetAction((parsed, _) => TellAsync(parsed, args, async () =>
        {
            await using HandshakeRun run = HandshakeRun.Start();
            List<FloodRow> rows = await FloodRun.MeasureAsync(run, [ServerKind.Callback, ServerKind.ChainPolicy, ServerKind.MutualTls], parsed.GetValue(bad), parsed.GetValue(roundCount), Progress);
            Console.WriteLine($"{"server's processor time",-50} {"good, ms",9} {"bad, ms",9} {"of the floor",13} {"share kept",11}");
            rows.ForEach(row => Say(
                $"{row.Server + ", " + row.BadPerGood + " to 1 " + row.Flood,-50} {row.GoodMicroseconds / 1000,9:F2} {row.BadMicroseconds / 1000,9:F2} {row.BadRatio,12:F2}x {row.Share,11:P1}{Judge(row, row.Share >= Goal)}"));
            return rows;

            static string Judge(FloodRow row, bool isReached) => row.Server != nameof(ServerKind.MutualTls) ? "" : $" (goal {Goal:P0}) {(isReached ? "ok" : "MISSED")}";
        }, rows => rows.TrueForAll(row => row.Server != nameof(ServerKind.MutualTls) || row.Share >= Goal)));
        return command;
    }

    private static Command Start(string[] args)
    {
        // Of the tenth connection; at a server whose clients come half a second after it listens.
        const double Goal = 1.5;
        TimeSpan pause = TimeSpan.FromMilliseconds(500);
        Option<int> rounds = Rounds(7);
        Option<FileInfo?> native = new("--native") { Description = "This program as native code (eng/publish-native.sh), whose servers are measured too." };
        native.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<FileInfo?>() is { Exists: false } missing)
            {
                result.AddError($"There is no {missing}.");
            }
        });
        Command command = new("start", "Measures the first connections to servers that have just started; ends with 0 only if they are fast enough.") { rounds, native };
        command.SetAction((parsed, _) => TellAsync(parsed, args, async () =>
        {
            using StartRun run = new();
            List<StartRow> rows = await run.MeasureAsync(Enum.GetValues<StartKind>(), parsed.GetValue(native), [TimeSpan.Zero, pause], parsed.GetValue(rounds), Progress);
            Console.WriteLine($"{"first connection after a start",-58} {"first, ms",10} {"tenth, ms",10} {"ratio",8}");
            rows.ForEach(row => Say($"{row.Server + (row.IsNative ? ", native, " : ", ") + row.PauseMilliseconds + " ms after it listens",-58} {row.FirstMilliseconds,10:F1} {row.TenthMilliseconds,10:F1} {row.Ratio,7:F1}x{Judge(row)}"));
            return rows;
        }, rows => rows.TrueForAll(row => !IsJudged(row) || row.Ratio <= Goal)));
        return command;

        bool IsJudged(StartRow row) => row.PauseMilliseconds == (int)pause.TotalMilliseconds && row.Server is nameof(StartKind.MutualTls) or nameof(StartKind.KestrelMutualTls);

        string Judge(StartRow row) => !IsJudged(row) ? "" : string.Create(CultureInfo.InvariantCulture, $" (goal {Goal:F1}x) {(row.Ratio <= Goal ? "ok" : "MISSED")}");
    }

    private static async Task<List<ScenarioResult>> MeasureAsync(TestKeyKind keys, bool inProcess, int rounds, int perRound)
    {
        if (inProcess)
        {
            using InProcessRun within = new(keys);
            return await within.MeasureAsync(
                [.. Scenario.All([.. Enum.GetValues<ServerKind>().Where(kind => kind is not ServerKind.MutualTlsOcsp and not ServerKind.Nginx)])], rounds, perRound, Progress);
        }

        await using HandshakeRun across = HandshakeRun.Start(keys, withNginx: true);
        return await across.MeasureAsync(
            [.. Scenario.All([.. Enum.GetValues<ServerKind>().Where(kind => kind != ServerKind.Nginx || across.Nginx is not null)])], rounds, perRound, Progress);
    }

    private static async Task<int> TellAsync<TRow>(ParseResult parsed, string[] args, Func<Task<List<TRow>>> measure, Predicate<List<TRow>>? isReached = null)
    {
        Machine machine = Machine.Describe();
        List<TRow> rows = await measure();
        if (parsed.GetValue(Json) is { } file)
        {
            ResultFile.Write(file, "Handshakes", args, machine, rows);
        }

        return isReached?.Invoke(rows) == false ? 1 : 0;
    }

    private static Option<int> Rounds(int count) => new("--rounds") { Description = "Rounds; odd.", DefaultValueFactory = _ => count };

    private static void Progress(int done) => Console.Error.WriteLine($"round {done} done");

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
