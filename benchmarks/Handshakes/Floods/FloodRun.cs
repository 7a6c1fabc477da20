using System.Security.Authentication;
using MutualTls.Handshakes.Clients;
using MutualTls.Handshakes.Servers;

namespace MutualTls.Handshakes.Floods;

/// <summary>Measures what known peers keep of the server's processor while others come that are refused.</summary>
/// <remarks>
/// At a processor that is busy, what is left for known peers is decided by what each of the others takes. The least is what an SslStream takes that compares octets and
/// refuses; the fair share is what would be left if they took that.
/// </remarks>
internal static class FloodRun
{
    // Several at once, as in a flood; few enough that the client's core keeps up. Refusals are compiled anew as they become frequent, which is not to be measured.
    private const int Clients = 4, Times = 4, WarmUp = 4;

    private static readonly ClientKind[] Floods = [ClientKind.Stranger, ClientKind.Impostor];

    /// <param name="run">The servers and the clients.</param>
    /// <param name="kinds">The servers, in turn within every round, beside the floor.</param>
    /// <param name="badPerGood">How many others come for each known peer.</param>
    /// <param name="rounds">Odd, so that the median is one of them; some more come first and are not counted.</param>
    /// <param name="progress">Told of each round that is done.</param>
    public static async Task<List<FloodRow>> MeasureAsync(HandshakeRun run, ServerKind[] kinds, int badPerGood, int rounds, Action<int>? progress = null)
    {
        ServerKind[] all = [ServerKind.RefusingFloor, .. kinds];
        Dictionary<(ServerKind, ClientKind), List<Cost>> costs = all.SelectMany(kind => Floods.Select(flood => (kind, flood))).ToDictionary(key => key, _ => new List<Cost>());
        Random random = new(1);
        for (int round = -WarmUp; round < rounds; round++)
        {
            random.Shuffle(all);
            foreach (ServerKind kind in all)
            {
                Scenario good = new(kind, SslProtocols.Tls13);
                double alone = await run.BesideAsync([good], Clients, Times * 5) / (Clients * Times * 5);
                foreach (ClientKind flood in Floods)
                {
                    double beside = await run.BesideAsync([good, .. Enumerable.Repeat(good with { Client = flood }, badPerGood)], Clients, Times) / (Clients * Times);
                    if (round >= 0)
                    {
                        costs[(kind, flood)].Add(new Cost(alone, (beside - alone) / badPerGood));
                    }
                }
            }

            progress?.Invoke(round + 1);
        }

        return [.. from flood in Floods from kind in kinds.Prepend(ServerKind.RefusingFloor) select Row(kind, flood, badPerGood, costs[(kind, flood)], costs[(ServerKind.RefusingFloor, flood)])];
    }

    private static FloodRow Row(ServerKind kind, ClientKind flood, int badPerGood, List<Cost> own, List<Cost> floor) => new(
        kind.ToString(),
        flood.Name(),
        badPerGood,
        Math.Round(Rounds.Median(own.Select(c => c.Good)), 1),
        Math.Round(Rounds.Median(own.Select(c => c.Bad)), 1),
        Math.Round(Rounds.Median(own.Zip(floor, (o, f) => o.Bad / f.Bad)), 3),
        Math.Round(Rounds.Median(own.Zip(floor, (o, f) => (o.Good + (badPerGood * f.Bad)) / (o.Good + (badPerGood * o.Bad)))), 4));

    private readonly record struct Cost(double Good, double Bad);
}
