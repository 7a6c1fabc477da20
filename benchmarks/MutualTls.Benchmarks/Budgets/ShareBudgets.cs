using System.Diagnostics;
using System.Globalization;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.Benchmarks.Budgets;

/// <summary>Goals beyond the budgets of design: what known peers keep of the processors, beside each other and beside strangers.</summary>
internal static class ShareBudgets
{
    private const int Peers = 200, Hits = 700_000;

    /// <summary>G1: hits by two threads at once, where there are two processors.</summary>
    public static IEnumerable<BudgetRow> Threads()
    {
        if (Environment.ProcessorCount < 2)
        {
            yield break;
        }

        (Scene Scene, PresentedChain[] Known) one = Known(), other = Known();
        Action shared = () => Work(one), separate = () => Work(other);
        TimeOf(shared, shared);
        TimeOf(separate, separate);
        List<double> ratios = [], raw = [];
        for (int round = 0; round < 61; round++)
        {
            double alone = TimeOf(shared), apart = TimeOf(shared, separate), together = TimeOf(shared, shared);
            ratios.Add(2 * apart / together);
            raw.Add(2 * alone / together);
        }

        // Two processors of a virtual machine may be one core's, or somebody else's for a while: what two threads reach that share nothing is what there is.
        yield return new BudgetRow(
            "G1", "hits by two threads vs one, where two with an engine each double", Measure.Median(ratios), 1.8, BudgetSide.AtLeast, "x",
            string.Create(CultureInfo.InvariantCulture, $"by the clock {Measure.Median(raw):0.00}x, best {raw.Max():0.00}x; {Hits} hits a thread"));
    }

    private static (Scene Scene, PresentedChain[] Known) Known()
    {
        Scene scene = new(TestKeyKind.P256);
        return (scene, [.. Leaves.Make(scene.Pki.Issuing, scene.Pki.Client, Peers).Select(scene.Presented)]);
    }

    private static void Work((Scene Scene, PresentedChain[] Known) peers)
    {
        for (int i = 0; i < Hits; i++)
        {
            peers.Scene.Judge(peers.Known[i % Peers]);
        }
    }

    /// <summary>G2: a chain that names our issuer and is signed by somebody else, each time another.</summary>
    public static IEnumerable<BudgetRow> BadChain()
    {
        const int PerRound = 100, Rounds = 31;
        Scene scene = new(TestKeyKind.P256);
        TestPki others = new();
        scene.Judge(scene.Presented(scene.Pki.Client.Der));
        PresentedChain[] impostors = [.. Leaves.Make(others.Issuing, scene.Pki.Client, PerRound * Rounds).Select(scene.Presented)];
        var (refused, verified, ratio) = Measure.Compare(
            Rounds,
            i =>
            {
                if (scene.Engine.Judge(scene.Policy, PeerRole.Client, impostors[i]).IsAccepted)
                {
                    throw new InvalidOperationException("An impostor was accepted.");
                }
            },
            PerRound, VerdictBudgets.FailedVerification(scene), PerRound);
        yield return new BudgetRow(
            "G2", "a bad chain vs one failed verification", 1 / ratio, 1.5, BudgetSide.AtMost, "x", string.Create(CultureInfo.InvariantCulture, $"{refused / 1000:0.0} us, {verified / 1000:0.0} us"));
    }

    // The wall clock: what counts is when the last of them is done.
    private static double TimeOf(params Action[] work)
    {
        Thread[] all = [.. work.Select(one => new Thread(() => one()))];
        long start = Stopwatch.GetTimestamp();
        Array.ForEach(all, thread => thread.Start());
        Array.ForEach(all, thread => thread.Join());
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
