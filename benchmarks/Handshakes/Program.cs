using System.CommandLine;
using System.Globalization;
using MutualTls.Handshakes;
using MutualTls.Handshakes.Results;
using MutualTls.Handshakes.Servers;
using MutualTls.Testing;

if (args is [ServerProcess.Command, { } folder])
{
    return ServerProcess.Serve(folder);
}

Option<int> rounds = new("--rounds") { Description = "Rounds; odd.", DefaultValueFactory = _ => 11 };
Option<int> perRound = new("--per-round") { Description = "Connections of each kind in a round.", DefaultValueFactory = _ => 200 };
Option<TestKeyKind> keys = new("--keys") { Description = "The kind of every key.", DefaultValueFactory = _ => TestKeyKind.P256 };
Option<bool> inProcess = new("--in-process") { Description = "Servers on threads of this process: their time without the rest of a process, and what they allocate. No nginx, no responder." };
Option<FileInfo?> json = new("--json") { Description = "Also write the rows to this file." };
RootCommand root = new("Measures whole mutual-TLS connections with one GET: the server's processor time, as a ratio to an SslStream that checks nothing.") { rounds, perRound, keys, inProcess, json };
root.SetAction(async parsed =>
{
    Machine machine = Machine.Describe();
    List<ScenarioResult> results = await MeasureAsync(
        parsed.GetValue(keys), parsed.GetValue(inProcess), parsed.GetValue(rounds), parsed.GetValue(perRound), done => Console.Error.WriteLine($"round {done} of {parsed.GetValue(rounds)}"));
    Console.WriteLine($"{"server's processor time of a connection",-50} {"ms",8} {"of the floor",14} {"bytes",8}");
    foreach (ScenarioResult result in results.OrderBy(r => r.Scenario.Protocol).ThenBy(r => r.Scenario.Resumes).ThenBy(r => r.Scenario.Kind))
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Scenario,-50} {result.Cpu.TotalMilliseconds,8:F2} {result.Ratio,13:F2}x {(double.IsNaN(result.Bytes) ? "" : result.Bytes),8:F0}"));
    }

    if (parsed.GetValue(json) is { } file)
    {
        ResultFile.Write(file, "Handshakes", args, machine, [.. results.Select(HandshakeRow.Of)]);
    }
});
return await root.Parse(args).InvokeAsync();

static async Task<List<ScenarioResult>> MeasureAsync(TestKeyKind keys, bool inProcess, int rounds, int perRound, Action<int> progress)
{
    if (inProcess)
    {
        using InProcessRun within = new(keys);
        return await within.MeasureAsync([.. Scenario.All([ServerKind.Floor, ServerKind.Callback, ServerKind.ChainPolicy, ServerKind.MutualTls])], rounds, perRound, progress);
    }

    await using HandshakeRun across = HandshakeRun.Start(keys, withNginx: true);
    return await across.MeasureAsync([.. Scenario.All([.. Enum.GetValues<ServerKind>().Where(kind => kind != ServerKind.Nginx || across.Nginx is not null)])], rounds, perRound, progress);
}
