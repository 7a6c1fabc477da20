using System.Text.RegularExpressions;

namespace MutualTls.Tests.House;

/// <summary>A folder of src/MutualTls uses only folders further down this list; folders on one line do not use each other.</summary>
public partial class LayerTests
{
    private static readonly string[][] Layers =
    [
        ["DependencyInjection"],
        ["Connections"],
        ["Policies"],
        ["Revocation", "Pinning", "Identities", "Credentials"],
        ["Paths"],
        ["Trust"],
        ["Certificates"],
        ["Encoding", "Sources"],
        ["Diagnostics"],
        ["Findings"],
    ];

    [Fact]
    public void Folders_OfTheEngine_UseOnlyThoseBelow()
    {
        List<string> against = [];
        foreach (string file in Repository.Files("src/MutualTls", "*.cs"))
        {
            string folder = file.Split('/')[2];
            foreach (Match use in Use().Matches(Repository.ReadCode(file)))
            {
                string used = use.Groups["folder"].Value;
                if (used != folder && LayerOf(used) is var below && below >= 0 && below <= LayerOf(folder))
                {
                    against.Add($"{file} uses {used}: {use.Value.Trim()}");
                }
            }
        }

        Assert.Empty(against);
    }

    [Fact]
    public void Folders_OfTheEngine_AreAllInTheList() =>
        Assert.All(Repository.Files("src/MutualTls", "*.cs"), file => Assert.True(LayerOf(file.Split('/')[2]) >= 0, $"{file} is in no known folder"));

    [Fact]
    public void Folders_OfTheEngine_AreThoseOfTheArchitecture() => Assert.Equal(
        Repository.Files("src/MutualTls", "*.cs").Select(file => file.Split('/')[2]).Distinct().Order(),
        FolderRow().Matches(Repository.Read("docs/architecture.md")).Select(row => row.Groups["folder"].Value).Order());

    // Extension methods live with the type they extend, and what everybody catches in the root.
    [Fact]
    public void Namespaces_OfTheEngine_FollowTheFolders()
    {
        foreach (string file in Repository.Files("src/MutualTls", "*.cs"))
        {
            string stated = Namespace().Match(Repository.Read(file)).Groups["name"].Value;
            string expected = string.Join('.', file.Split('/')[1..^1]);
            Assert.True(stated == expected || stated == "MutualTls" || stated.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal), $"{file}: {stated}");
        }
    }

    private static int LayerOf(string folder) => Array.FindIndex(Layers, layer => layer.Contains(folder));

    // Either the full name, or one that starts at a folder, as code inside the namespace MutualTls may write it.
    [GeneratedRegex(@"\bMutualTls\.(?<folder>[A-Z]\w+)\b|(?<![\w.])(?<folder>DependencyInjection|Connections|Policies|Revocation|Pinning|Identities|Credentials|Paths|Trust|Certificates|Sources|Diagnostics|Findings)\.[A-Z]\w+")]
    private static partial Regex Use();

    [GeneratedRegex(@"^\| `(?<folder>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex FolderRow();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
