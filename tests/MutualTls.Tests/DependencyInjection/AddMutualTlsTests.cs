using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MutualTls.Connections;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.DependencyInjection;

public class AddMutualTlsTests
{
    [Fact]
    public async Task Connect_CredentialAndPolicyByName_Works()
    {
        TestPki pki = new();
        using PeerFiles server = new(pki.Server, pki.Root), client = new(pki.Client, pki.Root);
        ServiceCollection services = new();
        services.AddSingleton(new Asked());
        services.AddMutualTls(mtls => mtls
            .AddCredential("server", c => c.FromPem(server.Certificate, server.Key))
            .AddCredential("client", c => c.FromPem(client.Certificate, client.Key))
            .AddPolicy("partners", p => p.TrustPem(client.Root).WithoutRevocation().AddValidator<CountingValidator>()));
        await using ServiceProvider provider = services.BuildServiceProvider();
        MutualTlsEndpoints endpoints = provider.GetRequiredService<MutualTlsEndpoints>();
        await using MutualTlsListener listener = Pair.Listen(endpoints.ServerOptions("server", "partners"));
        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();

        await using MutualTlsStream stream = await provider.GetRequiredService<MutualTlsConnector>()
            .ConnectAsync("localhost", listener.LocalEndPoint.Port, "client", "partners", Pair.Stop);
        await using MutualTlsStream accepted = await accepting;

        Assert.True(accepted.Verdict.IsAuthenticated);
        Assert.Equal(2, provider.GetRequiredService<Asked>().Count);
    }

    [Fact]
    public void Configuration_SaysItAll_IsRead()
    {
        TestPki pki = new();
        using PeerFiles files = new(pki.Client, pki.Root);
        ServiceCollection services = new();
        services.AddMutualTls(Section(
            ("Credentials:web:CertificateFile", files.Certificate), ("Credentials:web:KeyFile", files.Key),
            ("Policies:partners:TrustFiles:0", files.Root), ("Policies:partners:Revocation", "Disabled"), ("Policies:partners:Certificate", "Optional"),
            ("Policies:partners:MaxIntermediates", "1")));
        using ServiceProvider provider = services.BuildServiceProvider();
        MutualTlsEndpoints endpoints = provider.GetRequiredService<MutualTlsEndpoints>();

        Assert.Single(endpoints.Policy("partners").Current.Anchors);
        Assert.Equal(PeerCertificateMode.Optional, endpoints.Policy("partners").Current.Certificate);
        Assert.NotNull(endpoints.Credential("web"));
    }

    // The root of a test is not among the system's.
    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Configuration_AlsoAskOperatingSystem_IsOneMoreDemand(string asked, bool refuses)
    {
        TestPki pki = new();
        using PeerFiles files = new(pki.Client, pki.Root);
        ServiceCollection services = new();
        services.AddMutualTls(Section(
            ("Policies:p:TrustFiles", files.Root), ("Policies:p:Revocation", "Disabled"), ("Policies:p:AlsoAskOperatingSystem", asked)));
        using ServiceProvider provider = services.BuildServiceProvider();

        PeerVerdict verdict = await provider.GetRequiredService<PeerPolicyEngine>().JudgeAsync(
            provider.GetRequiredService<MutualTlsEndpoints>().Policy("p").Current, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);

        Assert.Equal(refuses, verdict.Primary?.Detail?.Contains("operating system", StringComparison.Ordinal) ?? false);
        Assert.Equal(!refuses, verdict.IsAccepted);
    }

    public static TheoryData<string, string, string> BadConfigurations => new()
    {
        { "Policies:p:Revocatoin", "Disabled", "Revocatoin" },
        { "Policies:p:Revocation", "Off", "Disabled" },
        { "Policies:p:Revocation", "1", "Disabled" },
        { "Policies:p:MaxIntermediates", "-1", "MaxIntermediates" },
        { "Policies:p:AlsoAskOperatingSystem", "sometimes", "AlsoAskOperatingSystem" },
        { "Policies:p:Dangerous:AcceptAnyone", "true", "AcceptAnyServerName" },
        { "Policy:p:Revocation", "Disabled", "Policies" },
        { "Credentials:c:KeyFile", "x", "CertificateFile" },
    };

    [Theory]
    [MemberData(nameof(BadConfigurations))]
    public void Configuration_Wrong_IsRefusedWithPathAndRemedy(string key, string value, string mentions)
    {
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(
            () => new ServiceCollection().AddMutualTls(Section((key, value))));
        Assert.Contains(refused.Errors, e => e.Contains(mentions, StringComparison.Ordinal));
    }

    // A section whose name is misspelt demands nothing.
    [Theory]
    [InlineData("MutualTls:Policies:p:Revocation")]
    [InlineData("MutualTsl")]
    public void Configuration_NothingInTheSection_IsRefused(string key)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, "Disabled")]).Build();
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(
            () => new ServiceCollection().AddMutualTls(configuration.GetSection("MutualTsl")));
        Assert.Contains("MutualTsl", Assert.Single(refused.Errors), StringComparison.Ordinal);
    }

    // Promise P7: nothing broken starts, and every error is told at once.
    [Fact]
    public async Task Start_SeveralErrors_HostDoesNotStartAndTellsAll()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddMutualTls(mtls => mtls
            .AddCredential("gone", c => c.FromPem("/nowhere/web.pem", "/nowhere/web.key"))
            .AddPolicy("empty", _ => { })
            .AddPolicy("unreadable", p => p.TrustPem("/nowhere/ca.pem").WithoutRevocation()));
        using IHost host = builder.Build();

        MutualTlsConfigurationException refused = await Assert.ThrowsAsync<MutualTlsConfigurationException>(() => host.StartAsync(Pair.Stop));

        Assert.Contains(refused.Errors, e => e.Contains("gone", StringComparison.Ordinal));
        Assert.Contains(refused.Errors, e => e.Contains("TrustAnchors", StringComparison.Ordinal));
        Assert.Contains(refused.Errors, e => e.Contains("Revocation", StringComparison.Ordinal));
        Assert.Contains(refused.Errors, e => e.Contains("ca.pem", StringComparison.Ordinal));
    }

    [Fact]
    public void Policy_UnknownName_ThrowsAndNamesThoseKnown()
    {
        ServiceCollection services = new();
        services.AddMutualTls(mtls => mtls.AddPolicy("partners", p => p.WithoutRevocation()));
        using ServiceProvider provider = services.BuildServiceProvider();
        InvalidOperationException unknown = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<MutualTlsEndpoints>().Policy("partner"));
        Assert.Contains("partners", unknown.Message);
    }

    private static IConfiguration Section(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => new KeyValuePair<string, string?>(v.Key, v.Value))).Build();

    private sealed class Asked
    {
        public int Count { get; set; }
    }

    private sealed class CountingValidator(Asked asked) : IPeerValidator
    {
        public string Name => "counting";

        public ValueTask ValidateAsync(PeerValidationContext context, CancellationToken cancellationToken)
        {
            lock (asked)
            {
                asked.Count++;
            }

            return ValueTask.CompletedTask;
        }
    }
}
