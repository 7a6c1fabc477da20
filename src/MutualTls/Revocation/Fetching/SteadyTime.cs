namespace MutualTls.Revocation.Fetching;

/// <summary>Tells the time of another clock, going on from the first moment as fast as real time does, however that one is set meanwhile.</summary>
/// <remarks>For what measures how long something takes by the difference of two times of day, as Polly does. No time of it is told to anybody.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class SteadyTime(TimeProvider clock) : TimeProvider
{
    private readonly DateTimeOffset _first = clock.GetUtcNow();
    private readonly long _start = clock.GetTimestamp();

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => _first + clock.GetElapsedTime(_start);

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
}
