using MutualTls.Benchmarks.Budgets;
using MutualTls.Handshakes.Floods;
using MutualTls.Handshakes.Results;
using MutualTls.Handshakes.Starting;

namespace MutualTls.PerformancePage;

/// <summary>Holds what was measured.</summary>
/// <param name="Budgets">By the budgets command.</param>
/// <param name="Handshakes">Between two processes, P-256.</param>
/// <param name="RsaHandshakes">The same, RSA-2048.</param>
/// <param name="InProcess">On threads of one process, P-256, with what is allocated.</param>
/// <param name="Floods">Known peers beside others that are refused.</param>
/// <param name="Starts">The first connections to servers that have just started.</param>
internal sealed record Results(
    ResultFile<BudgetRow> Budgets, ResultFile<HandshakeRow> Handshakes, ResultFile<HandshakeRow> RsaHandshakes, ResultFile<HandshakeRow> InProcess,
    ResultFile<FloodRow> Floods, ResultFile<StartRow> Starts)
{
    public static Results Read(string folder) => new(
        ResultFile.Read<BudgetRow>(Path.Combine(folder, "budgets.json")),
        ResultFile.Read<HandshakeRow>(Path.Combine(folder, "handshakes.json")),
        ResultFile.Read<HandshakeRow>(Path.Combine(folder, "handshakes-rsa.json")),
        ResultFile.Read<HandshakeRow>(Path.Combine(folder, "handshakes-in-process.json")),
        ResultFile.Read<FloodRow>(Path.Combine(folder, "floods.json")),
        ResultFile.Read<StartRow>(Path.Combine(folder, "starts.json")));
}
