using System.Globalization;

namespace MutualTls.Benchmarks.Budgets;

/// <summary>One line of the table of budgets.</summary>
/// <param name="Id">The budget's number, B1 to B9.</param>
/// <param name="What">What is compared.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Limit">What it may be.</param>
/// <param name="Side">On which side of the limit is good.</param>
/// <param name="Unit">The unit of both.</param>
/// <param name="Detail">The figures behind it.</param>
internal sealed record BudgetRow(string Id, string What, double Value, double Limit, BudgetSide Side, string Unit, string Detail)
{
    public bool Holds => Side == BudgetSide.AtLeast ? Value >= Limit : Value <= Limit;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Id} {What}: {Number(Value)}{Unit} (budget {(Side == BudgetSide.AtLeast ? "at least" : "at most")} {Number(Limit)}{Unit}) {(Holds ? "ok" : "MISSED")}  [{Detail}]");

    private static string Number(double value) => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.##" : "0.###", CultureInfo.InvariantCulture);
}

internal enum BudgetSide
{
    AtMost,
    AtLeast,
}
