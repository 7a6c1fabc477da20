namespace MutualTls.Policies;

/// <summary>Says what becomes of an open connection whose peer would no longer be let in.</summary>
public enum LiveConnectionMode
{
    /// <summary>It is closed: in order first, and by force at the deadline.</summary>
    Close,

    /// <summary>It stays open; an event and a line of the log say what speaks against the peer.</summary>
    Report,
}
