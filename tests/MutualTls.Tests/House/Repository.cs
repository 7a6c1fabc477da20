using System.Text.RegularExpressions;

namespace MutualTls.Tests.House;

/// <summary>Finds the files of this repository, from the folder that holds MutualTls.sln down.</summary>
internal static partial class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Gets the folder of each project under src, by the project's name.</summary>
    public static string[] SourceProjects => [.. Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(p => Path.GetFileNameWithoutExtension(p)!).Order()];

    /// <summary>Gets files by pattern as paths relative to the root, with slashes; what a build makes is left out.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or ".git" or "artifacts" or "TestResults"))
        .Order(StringComparer.Ordinal);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>Reads a source file without its comments.</summary>
    public static string ReadCode(string path) => Comment().Replace(Read(path), "");

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MutualTls.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("These tests judge the sources: run them from a build inside the repository.");
    }

    [GeneratedRegex(@"(?<=^\s*|[;{}\s])//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
