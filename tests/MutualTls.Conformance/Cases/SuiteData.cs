namespace MutualTls.Conformance.Cases;

/// <summary>Finds the suites' files, which are not part of the repository.</summary>
internal static class SuiteData
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "MUTUALTLS_CONFORMANCE";

    /// <summary>Gets the folder: the one that the variable names, else <c>shared/conformance</c> beside the repository; null if there is none.</summary>
    public static string? Find()
    {
        string? folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named
            : RepositoryRoot() is { } root ? Path.Combine(root, "..", "shared", "conformance")
            : null;
        return folder is not null && Directory.Exists(folder) ? Path.GetFullPath(folder) : null;
    }

    private static string? RepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MutualTls.sln")))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
