using System.Globalization;
using MutualTls.Identities;
using MutualTls.Paths;
using MutualTls.Pinning;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Testing;

namespace MutualTls.Benchmarks.Budgets;

/// <summary>B9: what it costs to look a peer up among names, pins and denied certificates, few or many. A remembered peer costs none of it until they change.</summary>
internal static class DemandBudgets
{
    private const int Few = 10, Many = 10_000;

    // The demands alone, on verified paths: within a judgement of an unknown peer a signature check would hide them.
    public static IEnumerable<BudgetRow> Run()
    {
        Scene scene = new(TestKeyKind.P256);
        VerifiedPath[] paths = DemandLists.Paths(scene, Few);

        // Half of the peers are let in by one kind of name, half by the other; with many there are a thousand URIs with wildcards among them.
        SanMatcher few = SanMatcher.AnyOf(DemandLists.Names(Few)), many = SanMatcher.AnyOf(DemandLists.Names(Many));
        yield return Row("names", path => few.Matches(path.EndEntity), path => many.Matches(path.EndEntity), finds: true, paths);

        SpkiPinSet fewPins = new(DemandLists.Pins(paths, Few)), manyPins = new(DemandLists.Pins(paths, Many));
        yield return Row("pins", fewPins.Matches, manyPins.Matches, finds: true, paths);

        // Nobody of these is on the list, so every certificate of the path is looked up by each kind of entry.
        CertificateDenyList fewDenied = CertificateDenyList.Parse(DemandLists.Denied(paths[0], Few)), manyDenied = CertificateDenyList.Parse(DemandLists.Denied(paths[0], Many));
        yield return Row("denied", path => fewDenied.Contains(path, out _, out _), path => manyDenied.Contains(path, out _, out _), finds: false, paths);
    }

    private static BudgetRow Row(string what, Func<VerifiedPath, bool> few, Func<VerifiedPath, bool> many, bool finds, VerifiedPath[] paths)
    {
        Action<int> Looking(Func<VerifiedPath, bool> look) => i =>
        {
            if (look(paths[i % paths.Length]) != finds)
            {
                throw new InvalidOperationException($"{what}: a peer was {(finds ? "not found" : "found")}.");
            }
        };

        Action<int> lookFew = Looking(few), lookMany = Looking(many);
        Measure.Compare(3, lookMany, 20_000, lookFew, 20_000);
        var (manyTime, fewTime, ratio) = Measure.Compare(31, lookMany, 20_000, lookFew, 20_000);
        return new BudgetRow(
            "B9", $"{what}, {Many} vs {Few}", 1 / ratio, 1.3, BudgetSide.AtMost, "x", string.Create(CultureInfo.InvariantCulture, $"{manyTime:0} ns, {fewTime:0} ns"));
    }
}
