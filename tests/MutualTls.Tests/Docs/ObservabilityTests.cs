using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Diagnostics;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Revocation.Fetching;
using MutualTls.Testing;
using MutualTls.Tests.House;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Docs;

/// <summary>docs/observability.md says what there is to see.</summary>
public partial class ObservabilityTests
{
    private readonly string _page = Repository.Read("docs/observability.md");

    [Fact]
    public void Instruments_All_HaveTheirRow()
    {
        using MetricRecord record = new();
        MutualTlsMeter.Of(record);
        Assert.Equal(7, record.Instruments.Count);
        Assert.All(record.Instruments, instrument => Assert.Contains($"| `{instrument.Name}` | {Kind(instrument)}, `{instrument.Unit}` |", _page, StringComparison.Ordinal));
    }

    [Fact]
    public void TagValues_All_AreListed() => Assert.All(
        Enum.GetValues<RevocationCause>().Where(cause => cause != RevocationCause.None).Select(MutualTlsMeter.Tag)
            .Concat(Enum.GetValues<FetchOutcome>().Select(MutualTlsMeter.Tag))
            .Concat(Enum.GetValues<PeerRole>().Select(MutualTlsMeter.Tag)),
        value => Assert.Contains($"`{value}`", _page, StringComparison.Ordinal));

    [Fact]
    public void Events_All_HaveTheirRow()
    {
        string[] logged = [.. Repository.Files("src", "Log.cs").SelectMany(file => Event().Matches(Repository.ReadCode(file)).Select(use => use.Groups["name"].Value))];
        Assert.NotEmpty(logged);
        Assert.All(logged, name => Assert.Contains($"| {typeof(EventIds).GetField(name)!.GetRawConstantValue()} | `{name}` |", _page, StringComparison.Ordinal));
    }

    [Fact]
    public void AddMutualTls_WithMetrics_CountsByTheApplicationsFactory()
    {
        TestPki pki = new();
        using MetricRecord record = new();
        ServiceCollection services = new();
        services.AddSingleton<IMeterFactory>(record);
        services.AddMutualTls(mtls => mtls.AddPolicy("partners", p => p.TrustPemText(pki.Root.ToPem()).WithoutRevocation()));
        using ServiceProvider provider = services.BuildServiceProvider();

        provider.GetRequiredService<PeerPolicyEngine>().Judge(
            provider.GetRequiredService<MutualTlsEndpoints>().Policy("partners").Current, PeerRole.Client, Pair.Presented(pki.Client));

        Assert.Contains("policy.name=partners", Assert.Single(record.Of("mutualtls.verdicts")), StringComparison.Ordinal);
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0].ToUpperInvariant() switch
    {
        "COUNTER" => "counter",
        "HISTOGRAM" => "histogram",
        "GAUGE" => "gauge",
        var other => other,
    };

    [GeneratedRegex(@"LoggerMessage\(\s*(EventId = )?EventIds\.(?<name>\w+)")]
    private static partial Regex Event();
}
