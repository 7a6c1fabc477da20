namespace MutualTls.Conformance.Cases;

/// <summary>Tells the user that a file of a suite cannot be used, and which.</summary>
internal sealed class SuiteFileException(string path, string why, Exception? inner = null) : Exception($"{path}: {why}", inner);
