namespace MutualTls.Handshakes;

/// <summary>Has scenarios take turns, so that a machine whose speed drifts is unfair to none.</summary>
internal static class Rounds
{
    // Not counted: the server's code is compiled anew meanwhile, by threads whose time counts as the server's.
    private const int WarmingUp = 4;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    /// <summary>Measures scenarios, all in every round and in another order each time.</summary>
    /// <param name="scenarios">What to measure; the floor of each must be among them.</param>
    /// <param name="rounds">Odd, so that the median is one of them; a few more come first, with pauses, and are not counted.</param>
    /// <param name="measure">Measures one of them.</param>
    /// <param name="progress">Told of each round that is done.</param>
    public static async Task<List<ScenarioResult>> RunAsync(IReadOnlyList<Scenario> scenarios, int rounds, Func<Scenario, Task<Taken>> measure, Action<int>? progress)
    {
        Dictionary<Scenario, List<Taken>> taken = scenarios.ToDictionary(s => s, _ => new List<Taken>());
        Random random = new(1);
        for (int round = -WarmingUp; round < rounds; round++)
        {
            Scenario[] order = [.. scenarios];
            random.Shuffle(order);
            foreach (Scenario scenario in order)
            {
                Taken one = await measure(scenario);
                if (round >= 0)
                {
                    taken[scenario].Add(one);
                }
            }

            if (round < 0)
            {
                await Task.Delay(s_pause);
                continue;
            }

            progress?.Invoke(round + 1);
        }

        return [.. scenarios.Select(scenario => new ScenarioResult(
            scenario,
            TimeSpan.FromMicroseconds(Median(taken[scenario].Select(t => t.Microseconds))),
            Median(taken[scenario].Zip(taken[scenario.Floor], (own, floor) => own.Microseconds / floor.Microseconds)),
            Median(taken[scenario].Select(t => t.Bytes))))];
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}

/// <summary>What the server spent on one connection, in one round.</summary>
/// <param name="Microseconds">Processor time.</param>
/// <param name="Bytes">Allocated; NaN where it cannot be told.</param>
internal readonly record struct Taken(double Microseconds, double Bytes = double.NaN);
