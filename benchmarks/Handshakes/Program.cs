using System.CommandLine;
using System.Globalization;
using System.Security.Authentication;
using System.Text.Json;
using MutualTls.Handshakes;
using MutualTls.Handshakes.Servers;
using MutualTls.Testing;

if (args is [ServerProcess.Command, { } folder])
{
    return ServerProcess.Serve(folder);
}

Option<int> rounds = new("--rounds") { Description = "Rounds; odd.", DefaultValueFactory = _ => 11 };
Option<int> perRound = new("--per-round") { Description = "Connections of each kind in a round.", DefaultValueFactory = _ => 200 };
Option<TestKeyKind> keys = new("--keys") { Description = "The kind of every key.", DefaultValueFactory = _ => TestKeyKind.P256 };
Option<FileInfo?> json = new("--json") { Description = "Also write the rows to this file." };
RootCommand root = new("Measures whole mutual-TLS connections with one GET: the server's processor time, as a ratio to an SslStream that checks nothing.") { rounds, perRound, keys, json };
root.SetAction(async parsed =>
{
    await using HandshakeRun run = HandshakeRun.Start(parsed.GetValue(keys), withNginx: true);
    List<Scenario> scenarios = [];
    foreach (SslProtocols protocol in (SslProtocols[])[SslProtocols.Tls13, SslProtocols.Tls12])
    {
        foreach (ServerKind kind in Enum.GetValues<ServerKind>().Where(k => k != ServerKind.MutualTlsOcsp && (k != ServerKind.Nginx || run.Nginx is not null)))
        {
            scenarios.Add(new Scenario(kind, protocol));
            scenarios.Add(new Scenario(kind, protocol, Resumes: true));
        }

        scenarios.Add(new Scenario(ServerKind.MutualTls, protocol, NewLeaf: true));
        scenarios.Add(new Scenario(ServerKind.MutualTlsOcsp, protocol, NewLeaf: true));
    }

    int of = parsed.GetValue(rounds);
    List<ScenarioResult> results = await run.MeasureAsync(scenarios, of, parsed.GetValue(perRound), done => Console.Error.WriteLine($"round {done} of {of}"));
    Console.WriteLine($"{"server's processor time of a connection",-50} {"ms",8} {"of the floor",14}");
    foreach (ScenarioResult result in results.OrderBy(r => r.Scenario.Protocol).ThenBy(r => r.Scenario.Resumes).ThenBy(r => r.Scenario.Kind))
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Scenario,-50} {result.Cpu.TotalMilliseconds,8:F2} {result.Ratio,13:F2}x"));
    }

    if (parsed.GetValue(json) is { } file)
    {
        await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(results.Select(r => new
        {
            Server = r.Scenario.Kind.ToString(),
            Protocol = r.Scenario.Protocol.ToString(),
            r.Scenario.Resumes,
            r.Scenario.NewLeaf,
            Milliseconds = r.Cpu.TotalMilliseconds,
            r.Ratio,
        })));
    }
});
return await root.Parse(args).InvokeAsync();
