namespace MutualTls.Sources;

/// <summary>Has a version that grows with each change, so that whoever derived something from it can tell that it is out of date.</summary>
internal interface IVersioned
{
    /// <summary>Happens after the version has grown, on the thread that made the change. A handler must be short and must not throw.</summary>
    event EventHandler? Changed;

    /// <summary>Gets the version; never smaller than before.</summary>
    long Version { get; }
}
