namespace MutualTls.Conformance.Fuzzing;

/// <summary>A clock that stands where the case at hand wants it.</summary>
internal sealed class FuzzClock : TimeProvider
{
    public DateTimeOffset Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now;
}
