using System.Text.RegularExpressions;

namespace MutualTls.Tests.House;

/// <summary>Code in the documentation is quoted from sources that are compiled and run, between <c>// &lt;snippet name&gt;</c> and <c>// &lt;/snippet&gt;</c>.</summary>
public partial class QuotationTests
{
    [Fact]
    public void CodeBlocks_InTheDocumentation_AreQuotedFromCompiledSources()
    {
        Dictionary<string, string> snippets = Snippets();
        List<string> wrong = [];
        foreach (string file in Documentation())
        {
            foreach (Match block in Block().Matches(Repository.Read(file)))
            {
                string name = block.Groups["name"].Value;
                if (!snippets.TryGetValue(name, out string? source))
                {
                    wrong.Add(name.Length == 0 ? $"{file}: a code block without <!-- snippet: name --> above it: {block.Value}" : $"{file}: there is no snippet '{name}'");
                }
                else if (block.Groups["code"].Value != source)
                {
                    wrong.Add($"{file}: '{name}' differs from its source, which is:\n{source}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Snippets_All_AreQuoted()
    {
        string documentation = string.Concat(Documentation().Select(Repository.Read));
        Assert.DoesNotContain(Snippets().Keys, name => !documentation.Contains($"<!-- snippet: {name} -->", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Documentation() => Repository.Files(".", "*.md").Select(file => file.TrimStart('.', '/'));

    private static Dictionary<string, string> Snippets() => ((string[])["tests", "samples"]).SelectMany(folder => Repository.Files(folder, "*.cs"))
        .Where(file => !file.Contains("/House/", StringComparison.Ordinal))
        .SelectMany(file => Snippet().Matches(Repository.Read(file)))
        .ToDictionary(snippet => snippet.Groups["name"].Value, snippet => Unindented(snippet.Groups["code"].Value));

    private static string Unindented(string code)
    {
        string[] lines = code.Split('\n');
        int indent = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length < indent ? "" : line[indent..]));
    }

    [GeneratedRegex(@"(?:<!-- snippet: (?<name>[\w-]+) -->\n)?^```(?:csharp|cs|json)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^ *// <snippet (?<name>[\w-]+)>\n(?<code>.*?)^ *// </snippet>", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
