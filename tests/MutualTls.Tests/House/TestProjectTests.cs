namespace MutualTls.Tests.House;

/// <summary>A test that hangs fails by its name, in whichever project it is, and no project is left out of a run.</summary>
public class TestProjectTests
{
    public static TheoryData<string> Projects => [.. Repository.Files("tests", "*.csproj").Where(project => Repository.Read(project).Contains("\"xunit.v3\"", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void TestProject_Each_IsProtectedAgainstHanging(string project)
    {
        string text = Repository.Read(project);
        Assert.Contains("\"Microsoft.Testing.Extensions.HangDump\"", text, StringComparison.Ordinal);
        string attribute = $"{nameof(Support.PatienceAttribute)}.cs";
        Assert.True(
            text.Contains($"/{attribute}\"", StringComparison.Ordinal) || Repository.Files(Path.GetDirectoryName(project)!, attribute).Any(),
            $"{project} has no {attribute}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void TestProject_Each_IsInTheSolution(string project) =>
        Assert.Contains($"\"{project.Replace('/', '\\')}\"", Repository.Read("MutualTls.sln"), StringComparison.Ordinal);
}
