namespace MutualTls.Sources;

/// <summary>Says what could not be loaded again, and why; what was loaded last stays in use.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class ReloadFailedEventArgs : EventArgs
{
    internal ReloadFailedEventArgs(string what, IReadOnlyList<string> errors)
    {
        What = what;
        Errors = errors;
    }

    /// <summary>Gets what stays as it was, for people: <c>credential 'web'</c>, <c>policy 'partners'</c>.</summary>
    public string What { get; }

    /// <summary>Gets everything that is wrong with what was to take its place.</summary>
    public IReadOnlyList<string> Errors { get; }
}
