namespace MutualTls.Sources;

/// <summary>Has a version that grows with each change, so that whoever derived something from it can tell that it is out of date.</summary>
internal interface IVersioned
{
    /// <summary>Gets the version; never smaller than before.</summary>
    long Version { get; }
}
