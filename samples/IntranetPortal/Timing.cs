using System.Diagnostics;
using MutualTls.Policies;
using MutualTls.Revocation;

namespace IntranetPortal;

/// <summary>How long this visitor's certificate takes to be judged, measured on the spot. The handshake is not in it.</summary>
/// <param name="FirstSight">By an engine that has never seen anybody: parsing, the path, every signature, revocation, names.</param>
/// <param name="Known">By the engine that serves this page, which knows the visitor.</param>
public sealed record Timing(TimeSpan FirstSight, TimeSpan Known)
{
    private const int Strangers = 5, Times = 1_000;

    public static Timing Measure(PeerPolicyEngine engine, PeerPolicy policy, Action<PeerPolicyBuilder> demands, PresentedChain presented)
    {
        TimeSpan[] first = [.. Enumerable.Range(0, Strangers).Select(_ => AtFirstSight(demands, presented)).Order()];
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Times; i++)
        {
            engine.Judge(policy, PeerRole.Client, presented);
        }

        return new Timing(first[Strangers / 2], Stopwatch.GetElapsedTime(start) / Times);
    }

    private static TimeSpan AtFirstSight(Action<PeerPolicyBuilder> demands, PresentedChain presented)
    {
        using RevocationService revocation = new();
        PeerPolicyEngine engine = new(revocation: revocation);
        PeerPolicy policy = PeerPolicy.Create("work devices", demands);
        long start = Stopwatch.GetTimestamp();
        engine.Judge(policy, PeerRole.Client, presented);
        return Stopwatch.GetElapsedTime(start);
    }
}
