using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Says which connections are to be looked at, and when next. Called under the registry's lock.</summary>
/// <remarks>A walk over all of them, at most once a second: for ten thousand it takes microseconds, and a connection that closes leaves nothing behind, as it would in a heap.</remarks>
internal static class LiveQueue
{
    // A verdict that stands although its time is over is not judged again at once.
    private static readonly TimeSpan LeastStanding = TimeSpan.FromSeconds(30);

    /// <summary>Collects what is to be done.</summary>
    /// <param name="group">The connections.</param>
    /// <param name="now">The time, in ticks of UTC.</param>
    /// <param name="changed">Whether all of them are to be judged.</param>
    /// <param name="stepped">Whether the clock was set: then no deadline by it is worth waiting for.</param>
    /// <param name="toJudge">Takes those to judge; each is looked at again once it has been concluded.</param>
    /// <param name="toAbort">Takes those whose deadline has passed.</param>
    public static void Collect(ConnectionGroup group, long now, bool changed, bool stepped, List<LiveRegistration> toJudge, List<LiveRegistration> toAbort)
    {
        foreach (LiveRegistration? each in group.Members)
        {
            LiveRegistration member = each!;
            bool isDue = member.Due <= now;
            switch (member.State)
            {
                case LiveState.Awaiting:
                    // What refuses at once is not awaited any longer.
                    if (changed)
                    {
                        member.IsOutrun = true;
                        toJudge.Add(member);
                    }

                    break;
                case LiveState.Draining when isDue || stepped:
                    member.Due = long.MaxValue;
                    toAbort.Add(member);
                    break;
                case LiveState.Draining:
                    break;
                default:
                    if (isDue || changed)
                    {
                        member.State = LiveState.Judging;
                        member.IsOutrun = false;
                        member.Due = long.MaxValue;
                        toJudge.Add(member);
                    }

                    break;
            }
        }
    }

    /// <summary>Gets when the first connection is to be looked at.</summary>
    public static long NextDue(IEnumerable<ConnectionGroup> groups)
    {
        long next = long.MaxValue;
        bool any = false;
        foreach (ConnectionGroup group in groups)
        {
            foreach (LiveRegistration? member in group.Members)
            {
                any = true;
                next = Math.Min(next, member!.Due);
            }
        }

        // The time of the last one that exists is never reached, but the clock has to be looked at while there are any.
        return any ? Math.Min(next, DateTimeOffset.MaxValue.UtcTicks) : long.MaxValue;
    }

    /// <summary>Notes that a verdict is awaited. False if one is already, or nobody needs it any more.</summary>
    public static bool BeginAwaiting(LiveRegistration member)
    {
        if (member.Index < 0 || member.State != LiveState.Judging)
        {
            return false;
        }

        member.State = LiveState.Awaiting;
        return true;
    }

    /// <summary>Gives up on a connection that could not be judged: it is ended at the next pass.</summary>
    public static void GiveUp(LiveRegistration member)
    {
        member.State = LiveState.Draining;
        member.Due = 0;
    }

    /// <summary>Notes a verdict. Tells whether it no longer lets the peer in, on a connection that is still there.</summary>
    public static bool Conclude(LiveRegistration member, PeerVerdict verdict, LiveConnectionRules rules, DateTimeOffset now)
    {
        if (member.Index < 0 || member.State == LiveState.Draining)
        {
            return false;
        }

        if (verdict.MayConnect)
        {
            (member.Standing, member.Lost, member.State) = (verdict, null, LiveState.Open);
            long until = verdict.IsAccepted ? verdict.Until.UtcTicks : long.MaxValue;
            member.Due = member.IsOutrun ? 0 : until > now.UtcTicks ? until : (now + LeastStanding).UtcTicks;
            return false;
        }

        member.Lost = verdict;
        if (rules.Mode == LiveConnectionMode.Report)
        {
            member.State = LiveState.Reported;
            member.Due = member.IsOutrun ? 0 : long.MaxValue;
        }
        else
        {
            member.State = LiveState.Draining;
            member.Due = rules.DrainTimeout > TimeSpan.Zero ? (now + rules.DrainTimeout).UtcTicks : long.MaxValue;
        }

        return true;
    }
}
