using System.Text.RegularExpressions;
using MutualTls.Findings;

namespace MutualTls.Tests.House;

/// <summary>Every reason is described for people and produced by a test.</summary>
public partial class ReasonTests
{
    private static IEnumerable<ValidationReason> Reasons => Enum.GetValues<ValidationReason>().Where(reason => reason != ValidationReason.None);

    [Fact]
    public void Reasons_InTheDocumentation_AreThoseOfTheCode()
    {
        IEnumerable<string> rows = Row().Matches(Repository.Read("docs/reasons.md")).Select(row => $"{row.Groups["code"]} {row.Groups["name"]}: {row.Groups["hint"].Value.Trim()}");
        Assert.Equal(Reasons.Select(reason => $"{ReasonText.Code(reason)} {reason}: {ReasonText.Hint(reason)}"), rows);
    }

    [Fact]
    public void Reasons_All_AreNamedByATest()
    {
        string tests = string.Concat(Repository.Files("tests", "*.cs").Where(file => !file.Contains("/House/", StringComparison.Ordinal)).Select(Repository.ReadCode));
        Assert.DoesNotContain(Reasons, reason => !Regex.IsMatch(tests, $@"\bValidationReason\.{reason}\b"));
    }

    // | code | name | what it means | what to do | standard |
    [GeneratedRegex(@"^\| (?<code>MTLS\d{4}) \| `(?<name>\w+)` \| [^|]+ \| (?<hint>[^|]+) \|[^|]*\|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
