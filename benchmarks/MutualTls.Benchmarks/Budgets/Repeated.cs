namespace MutualTls.Benchmarks.Budgets;

/// <summary>Measures again what was missed: a virtual machine gets less of its processor, caches and memory for seconds at a time.</summary>
internal static class Repeated
{
    /// <summary>Gets what is measured together; where a row does not hold, each row's median of three measurements.</summary>
    public static IReadOnlyList<BudgetRow> Measure(Func<IEnumerable<BudgetRow>> run)
    {
        List<BudgetRow> first = [.. run()];
        if (first.TrueForAll(row => row.Holds))
        {
            return first;
        }

        List<BudgetRow>[] all = [first, [.. run()], [.. run()]];
        return [.. first.Select((_, i) => MedianOf([.. all.Select(rows => rows[i])]))];
    }

    private static BudgetRow MedianOf(BudgetRow[] rows)
    {
        BudgetRow median = rows.OrderBy(row => row.Value).ElementAt(rows.Length / 2);
        return median with { Detail = median.Detail + "; median of three" };
    }
}
