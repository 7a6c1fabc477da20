using MutualTls.Handshakes;

namespace MutualTls.Benchmarks.Budgets;

/// <summary>Measures two ways of doing a thing in turn, so that a machine whose speed drifts is unfair to neither.</summary>
internal static class Measure
{
    /// <summary>Gets the median, over rounds, of the nanoseconds of one call of each, and of how many times longer the other takes.</summary>
    /// <param name="rounds">Odd, so that the median is one of them.</param>
    /// <param name="ours">Gets the number of the call; does it.</param>
    /// <param name="oursPerRound">How many calls make a round.</param>
    /// <param name="other">The other way.</param>
    /// <param name="otherPerRound">How many calls make a round.</param>
    /// <param name="before">Done before each round of ours, and not measured.</param>
    public static (double Ours, double Other, double Ratio) Compare(int rounds, Action<int> ours, int oursPerRound, Action<int> other, int otherPerRound, Action? before = null)
    {
        List<double> ourTimes = [], otherTimes = [], ratios = [];
        int ourCall = 0, otherCall = 0;
        for (int round = 0; round < rounds; round++)
        {
            double b = Time(other, ref otherCall, otherPerRound);
            before?.Invoke();
            double a = Time(ours, ref ourCall, oursPerRound);
            ourTimes.Add(a);
            otherTimes.Add(b);
            ratios.Add(b / a);
        }

        return (Median(ourTimes), Median(otherTimes), Median(ratios));
    }

    /// <summary>Does something until its code is as fast as it will be: the runtime compiles anew what is called often, beside what runs, and waits for a pause before it begins.</summary>
    public static void WarmUp(Action call)
    {
        const int Times = 10, Calls = 30;
        for (int i = 0; i < Times; i++)
        {
            for (int j = 0; j < Calls; j++)
            {
                call();
            }

            Thread.Sleep(200);
        }
    }

    public static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>Gets how many bytes one call allocates on this thread, on average.</summary>
    public static double Allocated(Action<int> call, int calls)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
        {
            call(i);
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)calls;
    }

    /// <summary>Gets the nanoseconds of a read of memory whose address another such read has told, in a working set of so many bytes.</summary>
    public static double MemoryLatency(int bytes)
    {
        // One number in each cache line leads to the next line: a single cycle through all of them in random order (Sattolo).
        const int Line = 64 / sizeof(int), Reads = 200_000;
        int[] next = new int[bytes / sizeof(int)];
        int[] order = [.. Enumerable.Range(0, next.Length / Line)];
        Random random = new(1);
        for (int i = order.Length - 1; i > 0; i--)
        {
            int other = random.Next(i);
            (order[i], order[other]) = (order[other], order[i]);
        }

        for (int i = 0; i < order.Length; i++)
        {
            next[order[i] * Line] = order[(i + 1) % order.Length] * Line;
        }

        int at = 0;
        double latency = Compare(7, _ => at = next[at], Reads, _ => { }, 1).Ours;
        GC.KeepAlive(at);
        return latency;
    }

    private static double Time(Action<int> call, ref int number, int calls)
    {
        long start = ThreadClock.Now();
        for (int i = 0; i < calls; i++)
        {
            call(number++);
        }

        return (ThreadClock.Now() - start) / (double)calls;
    }
}
