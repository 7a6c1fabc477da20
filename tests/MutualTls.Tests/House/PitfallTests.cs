using System.Text.RegularExpressions;

namespace MutualTls.Tests.House;

/// <summary>Each test that <c>docs/pitfalls.md</c> names says which pitfall it is against.</summary>
public partial class PitfallTests
{
    [Fact]
    public void Pitfalls_InTheDocumentation_AreNamedByTheirTests()
    {
        List<string> wrong = [];
        Match[] rows = Row().Matches(Repository.Read("docs/pitfalls.md")).ToArray();
        Dictionary<string, string> tests = Repository.Files("tests", "*.cs")
            .GroupBy(file => Path.GetFileNameWithoutExtension(file)!).ToDictionary(files => files.Key, files => string.Concat(files.Select(Repository.Read)));
        foreach (Match row in rows)
        {
            string number = row.Groups["number"].Value;
            foreach (Capture test in row.Groups["test"].Captures)
            {
                if (!tests.TryGetValue(test.Value, out string? code) || !Regex.IsMatch(code, $@"[Pp]itfalls? (\d+(, | and ))*{number}\b"))
                {
                    wrong.Add($"{number}: {test.Value}");
                }
            }
        }

        Assert.Equal(Enumerable.Range(1, 23), rows.Select(row => int.Parse(row.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Empty(wrong);
    }

    // | number | what others shipped | `Test`, `Test` and more text |
    [GeneratedRegex(@"^\| (?<number>\d+) \| [^|]+ \|(?:[^|`]*`(?<test>[\w.]+)`)*[^|`]*\|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
