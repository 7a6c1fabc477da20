using System.Diagnostics;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths.Constraints;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Identities;

/// <summary>Names beyond ASCII in a process that can normalize strings and in one that cannot (invariant globalization): nothing that is excluded or denied gets in.</summary>
public class NormalizationTests
{
    private const string Composed = "Z\u00FCrich", Decomposed = "Zu\u0308rich", Variable = "MUTUALTLS_TESTS_NORMALIZE";

    [Fact]
    public void CanNormalize_AsStarted_IsKnown() => Assert.Equal(Environment.GetEnvironmentVariable(Variable) is not null, PreparedString.CanNormalize);

    [Theory]
    [InlineData("B\u00DCCHER.Example")]
    [InlineData("b\u00FCcher.example.")]
    public void ForDnsName_Unicode_IsTheSameInAnyCase(string name) => Assert.Equal("xn--bcher-kva.example", ReferenceIdentity.ForDnsName(name).Text);

    [Theory]
    [InlineData(Composed, Composed, ValidationReason.NameExcluded, ValidationReason.NameExcluded)]
    [InlineData(Composed, "Z\u00DCRICH", ValidationReason.NameExcluded, ValidationReason.NameExcluded)]
    [InlineData(Composed, Decomposed, ValidationReason.NameExcluded, ValidationReason.NameConstraintUnsupported)]
    [InlineData("Basel", "\uFF22asel", ValidationReason.NameExcluded, ValidationReason.NameConstraintUnsupported)]
    [InlineData("Basel", "Kraków", ValidationReason.None, ValidationReason.None)]
    [InlineData("Basel", "Łódź", ValidationReason.None, ValidationReason.NameConstraintUnsupported)]
    [InlineData("Łódź", "Basel", ValidationReason.None, ValidationReason.NameConstraintUnsupported)]
    [InlineData(Composed, "Basel", ValidationReason.None, ValidationReason.None)]
    public void Judge_ExcludedDirectoryName_NeverGetsIn(string excluded, string subject, ValidationReason normalized, ValidationReason asItStands) =>
        Assert.Equal(PreparedString.CanNormalize ? normalized : asItStands, ReasonUnder(c => c.WithNameConstraints(excluded: n => n.Directory(TestName.Cn(excluded))), subject));

    [Theory]
    [InlineData(Composed, Composed, ValidationReason.None, ValidationReason.None)]
    [InlineData(Composed, Decomposed, ValidationReason.None, ValidationReason.NameNotPermitted)]
    [InlineData(Composed, "Basel", ValidationReason.NameNotPermitted, ValidationReason.NameNotPermitted)]
    public void Judge_PermittedDirectoryName_GetsInWhenFound(string permitted, string subject, ValidationReason normalized, ValidationReason asItStands) =>
        Assert.Equal(
            PreparedString.CanNormalize ? normalized : asItStands,
            ReasonUnder(c => c.WithNameConstraints(permitted: n => n.Directory(TestName.Cn(permitted)).Directory(TestName.Cn("Chur"))), subject));

    [Theory]
    [InlineData(true, ConstraintSide.Excluded, ConstraintMatch.Outside)]
    [InlineData(false, ConstraintSide.Excluded, ConstraintMatch.Unjudgeable)]
    [InlineData(true, ConstraintSide.Permitted, ConstraintMatch.Outside)]
    [InlineData(false, ConstraintSide.Permitted, ConstraintMatch.Outside)]
    public void Match_OtherNameBeyondLatin1_IsJudgedOnlyWithTables(bool canNormalize, object side, object expected) => Assert.Equal(
        expected, DirectoryConstraint.Match(TestName.Cn("Łódź").Encoded.Span, TestName.Cn(Composed).Encoded.Span, (ConstraintSide)side, canNormalize));

    [Theory]
    [InlineData(Composed, Decomposed, true)]
    [InlineData(Composed, "Basel", false)]
    [InlineData("Łódź", "Basel", null)]
    [InlineData("Basel", "Łódź", null)]
    [InlineData("Basel", "\uFF22asel", true)]
    [InlineData("Basel", "Bern", false)]
    public void Judge_DeniedSubject_NeverGetsIn(string denied, string subject, bool? isRefused)
    {
        TestPki pki = TestPki.With(client: c => c.WithSubject(subject));

        PeerVerdict verdict = Pair.JudgeClient(pki, policy: Pair.Trusting(pki.Root, p => p.DenyName($"subject:CN={denied}")));

        // Without tables, what is denied may be any name beyond Latin-1.
        Assert.Equal(isRefused ?? !PreparedString.CanNormalize, !verdict.IsAccepted);
    }

    // The whole class again, in a process of the other kind.
    [Fact]
    public async Task NamesBeyondAscii_ProcessWithTables_PassToo()
    {
        Assert.SkipWhen(PreparedString.CanNormalize, "This is the process with tables.");
        string config = Path.Combine(Directory.CreateTempSubdirectory().FullName, "runtimeconfig.json");
        string own = await File.ReadAllTextAsync(Path.ChangeExtension(typeof(NormalizationTests).Assembly.Location, ".runtimeconfig.json"), Pair.Stop);
        await File.WriteAllTextAsync(config, own.Replace("\"System.Globalization.Invariant\": true", "\"System.Globalization.Invariant\": false", StringComparison.Ordinal), Pair.Stop);
        ProcessStartInfo start = new("dotnet", ["exec", "--runtimeconfig", config, typeof(NormalizationTests).Assembly.Location, "-class", typeof(NormalizationTests).FullName!])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [Variable] = "1" },
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(Pair.Stop), error = process.StandardError.ReadToEndAsync(Pair.Stop);
        await process.WaitForExitAsync(Pair.Stop);
        Assert.SkipWhen((await error).Contains("ICU", StringComparison.Ordinal), "This machine has no tables to normalize with.");

        Assert.True(process.ExitCode == 0, await output + await error);
        Assert.Contains("Failed: 0", await output, StringComparison.Ordinal);
    }

    // What is said to be stable must be: where there are tables, they are asked.
    [Fact]
    public void IsTheSameNormalized_EveryPairOfStableLetters_IsItsOwnNormalForm()
    {
        char[] stable = [.. Enumerable.Range(0, 0x250).Select(code => (char)code).Where(c => PreparedString.IsTheSameNormalized(0x0C, System.Text.Encoding.UTF8.GetBytes([c])))];

        Assert.Equal(0x80 + 0x40, stable.Length);
        Assert.All(stable, one => Assert.All(stable, other => Assert.Equal($"{one}{other}", $"{one}{other}".Normalize(System.Text.NormalizationForm.FormKC))));
        Assert.False(PreparedString.IsTheSameNormalized(0x0C, System.Text.Encoding.UTF8.GetBytes(Decomposed)));
    }

    private static ValidationReason ReasonUnder(Action<TestCertificateSpec> intermediate, string subject)
    {
        TestPki pki = TestPki.With(intermediate: intermediate, client: c => c.WithSubject(subject));
        return Pair.JudgeClient(pki).Primary?.Reason ?? ValidationReason.None;
    }
}
