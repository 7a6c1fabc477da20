using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.DependencyInjection;

/// <summary>What becomes of live connections can be said in configuration, and what is out of range stops the start.</summary>
public class LiveSectionTests
{
    [Fact]
    public void AddConfiguration_Live_IsRead()
    {
        using ServiceProvider services = Build(("Live:Mode", "Report"), ("Live:DrainTimeout", "00:00:20"));
        LiveConnectionRules rules = services.GetRequiredService<MutualTlsEndpoints>().Policy("p").Current.Live;
        Assert.Equal((LiveConnectionMode.Report, TimeSpan.FromSeconds(20)), (rules.Mode, rules.DrainTimeout));
        Assert.Same(ConnectionRegistry.Of(services.GetRequiredService<PeerPolicyEngine>()), services.GetRequiredService<ConnectionRegistry>());
    }

    [Theory]
    [InlineData("Live:DrainTimeout", "02:00:00")]
    [InlineData("Live:DrainTimeout", "-00:00:01")]
    public void Policy_DrainTimeoutOutOfRange_IsRefused(string key, string value)
    {
        using ServiceProvider services = Build((key, value));
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(() => services.GetRequiredService<MutualTlsEndpoints>().Policy("p"));
        Assert.Contains("Live:DrainTimeout", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Live:Mode", "Ignore")]
    [InlineData("Live:Timeout", "00:00:01")]
    public void AddConfiguration_LiveMisspelt_IsRefused(string key, string value) => Assert.Throws<MutualTlsConfigurationException>(() => Build((key, value)));

    [Fact]
    public void Create_ModeThatIsNone_IsRefused() =>
        Assert.Throws<MutualTlsConfigurationException>(() => Pair.Trusting(new TestPki().Root, p => p.Options.Live.Mode = (LiveConnectionMode)7));

    private static ServiceProvider Build(params (string Key, string Value)[] values)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(
            values.Select(v => KeyValuePair.Create($"Policies:p:{v.Key}", (string?)v.Value)).Append(KeyValuePair.Create("Policies:p:Revocation", (string?)"Disabled"))).Build();
        string root = new TestPki().Root.ToPem();
        ServiceCollection services = new();
        services.AddMutualTls(mtls => mtls.AddConfiguration(configuration).AddPolicy("p", p => p.TrustPemText(root)));
        return services.BuildServiceProvider();
    }
}
