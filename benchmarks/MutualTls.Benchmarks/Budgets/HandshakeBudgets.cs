using System.Globalization;
using System.Security.Authentication;
using MutualTls.Handshakes;
using MutualTls.Handshakes.Clients;
using MutualTls.Handshakes.Servers;

namespace MutualTls.Benchmarks.Budgets;

/// <summary>B5 and B6: what whole handshakes cost the server, beside an SslStream that checks nothing.</summary>
internal static class HandshakeBudgets
{
    public static IEnumerable<BudgetRow> Run() => MeasureAsync().GetAwaiter().GetResult();

    private static async Task<List<BudgetRow>> MeasureAsync()
    {
        // The budget asks for 2,000 of each kind. In short rounds, so that what is compared is measured within the same moment: the machine's speed drifts from one to the next.
        const int Rounds = 255, PerRound = 10;
        Scenario floor = new(ServerKind.Floor, SslProtocols.Tls13), known = new(ServerKind.MutualTls, SslProtocols.Tls13), newLeaf = known with { Client = ClientKind.FirstSight };
        await using HandshakeRun run = HandshakeRun.Start();
        List<ScenarioResult> results = await run.MeasureAsync([floor, known, newLeaf], Rounds, PerRound);
        string bare = Milliseconds(results[0]);
        List<BudgetRow> rows =
        [
            new BudgetRow("B5", "known peer's handshake vs bare SslStream", results[1].Ratio, 1.05, BudgetSide.AtMost, "x", $"server's CPU {Milliseconds(results[1])}, {bare}"),
            new BudgetRow("B5", "new leaf's handshake vs bare SslStream", results[2].Ratio, 1.10, BudgetSide.AtMost, "x", $"server's CPU {Milliseconds(results[2])}, {bare}"),
        ];

        // The first round is for code to get as fast as it will be, at both ends.
        const int Clients = 8, PerClient = 10, ThroughputRounds = 31;
        List<double> full = [], resumed = [], ratios = [];
        await run.ThroughputAsync(known with { Client = ClientKind.Resumed }, Clients, PerClient * 10);
        for (int round = 0; round < ThroughputRounds; round++)
        {
            full.Add(await run.ThroughputAsync(known, Clients, PerClient));
            resumed.Add(await run.ThroughputAsync(known with { Client = ClientKind.Resumed }, Clients, PerClient));
            ratios.Add(resumed[round] / full[round]);
        }

        rows.Add(new BudgetRow(
            "B6", "resumed vs full handshakes, a verdict on each", Measure.Median(ratios), 1.7, BudgetSide.AtLeast, "x",
            string.Create(CultureInfo.InvariantCulture, $"{Measure.Median(resumed):0}/s, {Measure.Median(full):0}/s, {Clients} clients")));
        return rows;
    }

    private static string Milliseconds(ScenarioResult result) => string.Create(CultureInfo.InvariantCulture, $"{result.Cpu.TotalMilliseconds:0.00} ms");
}
