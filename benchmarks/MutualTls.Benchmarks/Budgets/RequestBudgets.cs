using System.Globalization;

namespace MutualTls.Benchmarks.Budgets;

/// <summary>B7: what authentication from the connection's verdict costs a request, beyond a handler that does nothing.</summary>
internal static class RequestBudgets
{
    public static IEnumerable<BudgetRow> Run()
    {
        using RequestScene scene = new();
        Action<int> ours = _ => scene.Authenticate(RequestScene.Ours), nothing = _ => scene.Authenticate(RequestScene.Nothing);
        Measure.Compare(5, ours, 5_000, nothing, 5_000);
        (double mine, double other, _) = Measure.Compare(31, ours, 5_000, nothing, 5_000);
        double mineBytes = Measure.Allocated(ours, 1_000), otherBytes = Measure.Allocated(nothing, 1_000);
        yield return new BudgetRow(
            "B7", "authentication of a request beyond a handler that does nothing", (mine - other) / 1_000, 2, BudgetSide.AtMost, " us",
            string.Create(CultureInfo.InvariantCulture, $"{mine:0} ns, {other:0} ns"));
        yield return new BudgetRow(
            "B7", "allocated by it", mineBytes - otherBytes, 512, BudgetSide.AtMost, " B", string.Create(CultureInfo.InvariantCulture, $"{mineBytes:0} B, {otherBytes:0} B"));
    }
}
