using System.Text.RegularExpressions;

namespace MutualTls.Tests.House;

/// <summary>A folder of src/MutualTls, and of src/MutualTls.AspNetCore, uses only folders further down its list; folders on one line do not use each other.</summary>
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

    private static readonly string[][] AspNetCoreLayers =
    [
        ["Hosting"],
        ["Gate", "Authorization"],
        ["Authentication"],
        ["Forwarded", "Sni"],
        ["Refusals", "Endpoints"],
        ["Features"],
    ];

    [Fact]
    public void Folders_OfTheEngine_UseOnlyThoseBelow() => Assert.Empty(Against("src/MutualTls", Layers, Use()));

    [Fact]
    public void Folders_OfAspNetCore_UseOnlyThoseBelow() => Assert.Empty(Against("src/MutualTls.AspNetCore", AspNetCoreLayers, AspNetCoreUse()));

    [Fact]
    public void Folders_OfTheEngine_AreAllInTheList() =>
        Assert.All(Repository.Files("src/MutualTls", "*.cs"), file => Assert.True(LayerOf(Layers, file.Split('/')[2]) >= 0, $"{file} is in no known folder"));

    // The log alone is for all of them.
    [Fact]
    public void Folders_OfAspNetCore_AreAllInTheList() => Assert.All(
        Repository.Files("src/MutualTls.AspNetCore", "*.cs").Where(file => !file.EndsWith("/Log.cs", StringComparison.Ordinal)),
        file => Assert.True(LayerOf(AspNetCoreLayers, file.Split('/')[2]) >= 0, $"{file} is in no known folder"));

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

    private static List<string> Against(string source, string[][] layers, Regex uses)
    {
        List<string> against = [];
        foreach (string file in Repository.Files(source, "*.cs"))
        {
            string folder = file.Split('/')[2];
            foreach (Match use in uses.Matches(Repository.ReadCode(file)))
            {
                string used = use.Groups["folder"].Value;
                if (used != folder && LayerOf(layers, used) is var below && below >= 0 && below <= LayerOf(layers, folder))
                {
                    against.Add($"{file} uses {used}: {use.Value.Trim()}");
                }
            }
        }

        return against;
    }

    private static int LayerOf(string[][] layers, string folder) => Array.FindIndex(layers, layer => layer.Contains(folder));

    // Either the full name, or one that starts at a folder, as code inside the namespace MutualTls may write it.
    [GeneratedRegex(@"\bMutualTls\.(?<folder>[A-Z]\w+)\b|(?<![\w.])(?<folder>DependencyInjection|Connections|Policies|Revocation|Pinning|Identities|Credentials|Paths|Trust|Certificates|Sources|Diagnostics|Findings)\.[A-Z]\w+")]
    private static partial Regex Use();

    [GeneratedRegex(@"\bMutualTls\.AspNetCore\.(?<folder>[A-Z]\w+)\b")]
    private static partial Regex AspNetCoreUse();

    [GeneratedRegex(@"^\| `(?<folder>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex FolderRow();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
