namespace MutualTls.Credentials;

/// <summary>Says how far a credential is with presenting the OCSP answer about itself. <rfc>6066 8</rfc></summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class StaplingState
{
    internal StaplingState(StaplingStatus status, string? detail = null, DateTimeOffset? until = null)
    {
        Status = status;
        Detail = detail;
        Until = until;
    }

    /// <summary>Gets how far it is.</summary>
    public StaplingStatus Status { get; }

    /// <summary>Gets why there is no answer, or why it could not be renewed, for people.</summary>
    /// <value>Null if nothing went wrong.</value>
    public string? Detail { get; }

    /// <summary>Gets the first moment at which the answer is not presented any more.</summary>
    /// <value>Null unless the status is <see cref="StaplingStatus.Presented"/>.</value>
    public DateTimeOffset? Until { get; }

    internal static StaplingState Off { get; } = new(StaplingStatus.Off);

    /// <summary>Writes all of it.</summary>
    public override string ToString() => $"{Status}{(Until is { } until ? $" until {until:u}" : "")}{(Detail is null ? "" : $": {Detail}")}";
}

/// <summary>Names how far a credential is with presenting the OCSP answer about itself.</summary>
public enum StaplingStatus
{
    /// <summary>That was not asked for.</summary>
    Off,

    /// <summary>The responder is being asked for the first time; handshakes do not wait for it.</summary>
    Asked,

    /// <summary>A verified answer, "good", is presented in each handshake that wants one.</summary>
    Presented,

    /// <summary>Nothing is presented; <see cref="StaplingState.Detail"/> says why.</summary>
    Failed,
}
