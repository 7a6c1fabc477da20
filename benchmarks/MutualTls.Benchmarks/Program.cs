using System.CommandLine;
using BenchmarkDotNet.Running;
using MutualTls.Benchmarks;
using MutualTls.Benchmarks.Budgets;
using MutualTls.Handshakes.Results;
using MutualTls.Handshakes.Servers;

if (args is [CrlBudgets.ChildCommand, { } folder])
{
    return await CrlBudgets.RunChildAsync(folder);
}

if (args is [ServerProcess.Command, { } material])
{
    return ServerProcess.Serve(material);
}

if (args is not ["budgets", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(VerdictBenchmarks).Assembly).Run(args);
    return 0;
}

(string Ids, Func<IEnumerable<BudgetRow>> Run)[] groups = [("B4", CrlBudgets.Run), .. VerdictBudgets.Groups, ("B5 B6", HandshakeBudgets.Run), ("B7", RequestBudgets.Run), ("B9", DemandBudgets.Run), ("G1", ShareBudgets.Threads), ("G2", ShareBudgets.BadChain)];
Option<FileInfo?> json = new("--json") { Description = "Also write the rows to this file." };
Option<string[]> only = new("--only") { Description = "Measure only these, by their numbers: B2 B9.", AllowMultipleArgumentsPerToken = true };
only.AcceptOnlyFromAmong([.. groups.SelectMany(group => group.Ids.Split(' ')).Distinct().Order(StringComparer.Ordinal)]);
Command budgets = new("budgets", "Measures the budgets as ratios within one run; ends with 0 only if all hold.") { json, only };
budgets.SetAction(result =>
{
    Machine machine = Machine.Describe();
    List<BudgetRow> rows = [];
    string[] wanted = result.GetValue(only) ?? [];
    foreach (BudgetRow row in groups.Where(group => wanted.Length == 0 || group.Ids.Split(' ').Intersect(wanted).Any()).SelectMany(group => Apart(group.Run)))
    {
        rows.Add(row);
        Console.WriteLine(row);
    }

    if (result.GetValue(json) is { } file)
    {
        ResultFile.Write(file, "MutualTls.Benchmarks", args, machine, rows);
    }

    return rows.TrueForAll(row => row.Holds) ? 0 : 1;
});
RootCommand root = new("Benchmarks of MutualTls") { budgets };
return root.Parse(args).Invoke();

// What one has left in memory is not for the next to clear away.
static IEnumerable<BudgetRow> Apart(Func<IEnumerable<BudgetRow>> run)
{
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    return run();
}
