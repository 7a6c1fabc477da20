using System.IO.Compression;
using MutualTls.Conformance.Cases;
using MutualTls.Conformance.Engines;
using MutualTls.Conformance.Running;
using MutualTls.Paths;
using MutualTls.Testing;

namespace MutualTls.Tests.Conformance;

/// <summary>The harness itself: what it makes of files, with and without the suites at hand.</summary>
public sealed class SuiteFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"testcases":[]}""")]
    [InlineData("""{"version":1,"testcases":[{"id":"x"}]}""")]
    [InlineData("""{"version":1,"testcases":[{"id":"x","validation_kind":"SERVER","trusted_certs":[],"peer_certificate":"","expected_result":"MAYBE"}]}""")]
    public async Task Read_FileThatIsNoSuite_NamesTheFile(string content)
    {
        SuiteFileException exception = await Assert.ThrowsAsync<SuiteFileException>(() => ReadAsync(Write("bad.json", content)));
        Assert.Contains("bad.json", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_NoFile_NamesIt() =>
        Assert.Contains("cannot be read", (await Assert.ThrowsAsync<SuiteFileException>(() => ReadAsync(Path.Combine(_folder, "none.json")))).Message, StringComparison.Ordinal);

    // Any id will do, gzip or not, and what is no certificate is a refusal of its own case alone.
    [Theory]
    [InlineData("ours")]
    [InlineData("platform")]
    [InlineData("bouncycastle")]
    public async Task Run_GoodAndOddCases_AreJudgedOneByOne(string engine)
    {
        TestPki pki = new();
        string good = Case("any id", pki.Root.ToPem(), pki.Server.ToPem(), pki.Issuing.ToPem(), "SUCCESS"), odd = Case("odd", "no PEM", "no PEM", "no PEM", "FAILURE");
        string path = Write("suite.json", $$"""{"version":1,"testcases":[{{odd}},{{good}}]}""");
        string packed = Path.Combine(_folder, "suite.json.gz");
        await using (GZipStream gzip = new(File.Create(packed), CompressionLevel.Fastest))
        {
            await gzip.WriteAsync(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        }

        List<CaseResult> results = await SuiteRunner.RunAsync(
            await ReadAsync(path, packed), EngineFactory.Create(engine, RulePreset.Rfc5280), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(4, results.Count);
        Assert.All(results, r => Assert.True(r.Agreement == Agreement.Agrees, r.Detail));
        Assert.All(results, r => Assert.Equal(LimboSuite.AllScope, r.Case.Scope));
    }

    private static string Case(string id, string root, string peer, string intermediate, string expected) => System.Text.Json.JsonSerializer.Serialize(new
    {
        id,
        validation_kind = "SERVER",
        trusted_certs = (string[])[root],
        untrusted_intermediates = (string[])[intermediate],
        peer_certificate = peer,
        expected_peer_name = new { kind = "DNS", value = "localhost" },
        expected_result = expected,
    });

    private static Task<List<ConformanceCase>> ReadAsync(params string[] paths) => LimboSuite.ReadAsync(paths, [], TestContext.Current.CancellationToken);

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
