using MutualTls.Benchmarks.Budgets;
using MutualTls.Handshakes.Results;

namespace MutualTls.PerformancePage;

/// <summary>Holds what was measured.</summary>
/// <param name="Budgets">By the budgets command.</param>
/// <param name="Handshakes">Between two processes, P-256.</param>
/// <param name="RsaHandshakes">The same, RSA-2048.</param>
/// <param name="InProcess">On threads of one process, P-256, with what is allocated.</param>
internal sealed record Results(ResultFile<BudgetRow> Budgets, ResultFile<HandshakeRow> Handshakes, ResultFile<HandshakeRow> RsaHandshakes, ResultFile<HandshakeRow> InProcess)
{
    public static Results Read(string folder) => new(
        ResultFile.Read<BudgetRow>(Path.Combine(folder, "budgets.json")),
        ResultFile.Read<HandshakeRow>(Path.Combine(folder, "handshakes.json")),
        ResultFile.Read<HandshakeRow>(Path.Combine(folder, "handshakes-rsa.json")),
        ResultFile.Read<HandshakeRow>(Path.Combine(folder, "handshakes-in-process.json")));
}
