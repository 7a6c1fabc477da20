using System.Text.RegularExpressions;

namespace MutualTls.PerformancePage;

/// <summary>The page, whose tables stand between markers: <c>&lt;!-- table: name --&gt;</c> and <c>&lt;!-- /table --&gt;</c>.</summary>
internal sealed partial class Page(string path, string text)
{
    public string Text => text;

    public static Page Read(string path) => new(path, File.ReadAllText(path));

    /// <summary>Gets the text with these tables.</summary>
    /// <param name="tables">The tables by name, each of which the page must have.</param>
    /// <exception cref="InvalidDataException">The page has others.</exception>
    public string With(IReadOnlyDictionary<string, string> tables)
    {
        HashSet<string> left = [.. tables.Keys];
        string written = Table().Replace(text, match =>
        {
            string name = match.Groups["name"].Value;
            return tables.TryGetValue(name, out string? table) && left.Remove(name)
                ? $"<!-- table: {name} -->\n{table}<!-- /table -->"
                : throw new InvalidDataException($"The page asks for the table '{name}', which is not there, or twice.");
        });
        return left.Count == 0 ? written : throw new InvalidDataException($"The page lacks {string.Join(", ", left)}.");
    }

    public void Write(string written) => File.WriteAllText(path, written);

    [GeneratedRegex("<!-- table: (?<name>[a-z-]+) -->\n.*?<!-- /table -->", RegexOptions.Singleline)]
    private static partial Regex Table();
}
