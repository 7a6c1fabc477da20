using System.Reflection;

namespace MutualTls.Tests.House;

public class DefaultTests
{
    // What an options type lets people set has a default, and somebody who asks why it is that.
    [Fact]
    public void Options_All_AreExplained()
    {
        string explained = Repository.Read("docs/defaults.md");
        Assert.DoesNotContain(Options().Select(option => $"{option.DeclaringType!.Name}.{option.Name}"), name => !explained.Contains($"| `{name}` |", StringComparison.Ordinal));
    }

    // Options that only hold other options are explained by those.
    private static IEnumerable<PropertyInfo> Options() => Repository.SourceProjects.Where(project => project != "MutualTls.Testing")
        .SelectMany(project => Assembly.Load(project).GetExportedTypes())
        .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal))
        .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        .Where(option => !option.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal));
}
