namespace MutualTls;

/// <summary>Tells at start that options cannot be used, with everything that is wrong with them.</summary>
public sealed class MutualTlsConfigurationException : Exception
{
    internal MutualTlsConfigurationException(string what, IReadOnlyList<string> errors)
        : base($"MutualTls cannot use the {what}: {string.Join(" ", errors)}") => Errors = errors;

    /// <summary>Gets every error, each with the option it is about.</summary>
    public IReadOnlyList<string> Errors { get; }
}
