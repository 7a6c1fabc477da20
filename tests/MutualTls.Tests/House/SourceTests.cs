using System.Reflection;
using System.Text.RegularExpressions;
using MutualTls.Policies;

namespace MutualTls.Tests.House;

/// <summary>What can be said of every source file.</summary>
public partial class SourceTests
{
    private const int MaxLines = 300;

    [Fact]
    public void Files_OfCode_AreShort() =>
        Assert.DoesNotContain(Code(), file => Repository.Read(file).Count(c => c == '\n') > MaxLines);

    [Fact]
    public void Files_ThatShip_HoldNothingUnfinished() =>
        Assert.DoesNotContain(Repository.Files("src", "*.cs"), file => Unfinished().IsMatch(Repository.Read(file)));

    // Log events are found by number: each has one meaning.
    [Fact]
    public void EventIds_AllNumbers_AreUsedOnce()
    {
        Type eventIds = typeof(PeerPolicy).Assembly.GetType("MutualTls.Diagnostics.EventIds", throwOnError: true)!;
        FieldInfo[] ids = eventIds.GetFields(BindingFlags.Public | BindingFlags.Static);
        Assert.NotEmpty(ids);
        Assert.Empty(ids.GroupBy(id => (int)id.GetRawConstantValue()!).Where(group => group.Count() > 1).Select(group => string.Join(" and ", group.Select(id => id.Name))));
    }

    // One method for each event: an id on two messages has two meanings.
    [Fact]
    public void EventIds_AllMessages_HaveTheirOwn()
    {
        string[] uses = [.. Repository.Files("src", "Log.cs").SelectMany(file => EventId().Matches(Repository.ReadCode(file)).Select(use => use.Value))];
        Assert.NotEmpty(uses);
        Assert.Equal(uses.Distinct(), uses);
    }

    private static IEnumerable<string> Code() => ((string[])["src", "tests", "samples"]).SelectMany(folder => Repository.Files(folder, "*.cs"));

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bHACK\b|NotImplementedException")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"(?<=LoggerMessage\(\s*(EventId = )?)EventIds\.\w+")]
    private static partial Regex EventId();
}
