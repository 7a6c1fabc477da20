namespace MutualTls.Policies;

/// <summary>Says what becomes of an open connection when what its verdict rests on changes or its time runs out.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class LiveConnectionOptions
{
    internal static readonly TimeSpan MaxDrainTimeout = TimeSpan.FromHours(1);

    /// <summary>Gets or sets what becomes of it.</summary>
    /// <value>The default is <see cref="LiveConnectionMode.Close"/>.</value>
    public LiveConnectionMode Mode { get; set; }

    /// <summary>Gets or sets how long what is under way on it may take to end before it is cut off.</summary>
    /// <value>From 0, which cuts it off at once, to 1 hour. The default is 5 seconds.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    internal void Validate(List<string> errors)
    {
        if (!Enum.IsDefined(Mode))
        {
            errors.Add($"Live:Mode: {Mode} is no mode; use Close or Report.");
        }

        if (DrainTimeout < TimeSpan.Zero || DrainTimeout > MaxDrainTimeout)
        {
            errors.Add($"Live:DrainTimeout: {DrainTimeout} is not from 0 to 1 hour.");
        }
    }
}

/// <summary>The same, as it stood when the policy was compiled.</summary>
internal readonly record struct LiveConnectionRules(LiveConnectionMode Mode, TimeSpan DrainTimeout);
