using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Regressions;

/// <summary>A demand of configuration that has the wrong shape must not go unmade.</summary>
public class ConfigurationRegressions
{
    public static TheoryData<string, string, string> WrongShapes => new()
    {
        // Enum.Parse takes a list and joins its numbers: Disabled and HardFail made SoftFail, Enforce and ReportOnly made ReportOnly.
        { "Revocation", "Disabled, HardFail", "Revocation" },
        { "Revocation:Mode", "HardFail,SoftFail", "Mode" },
        { "Pins:Mode", "Enforce, ReportOnly", "Mode" },

        // One value where a group is read.
        { "Names", "dns:partner.test", "Names" },
        { "Pins", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "Pins" },
        { "Lists", "certificate:00", "Lists" },
        { "Fitness", "Strict", "Fitness" },
        { "Dangerous", "AuditOnly", "Dangerous" },

        // A group or a list where one value is read.
        { "CertificatePolicyRules:0", "RequireExplicitPolicy", "CertificatePolicyRules" },
        { "Fitness:MinRsaBits:value", "4096", "MinRsaBits" },
        { "Fitness:MaxLifetime:0", "1.00:00:00", "MaxLifetime" },
        { "Rules:preset", "Strict", "Rules" },
        { "Certificate:mode", "Required", "Certificate" },

        // Something else than text in a list, or a blank where a variable was not filled in.
        { "Names:Any:0:dns", "partner.test", "Any" },
        { "Lists:Denied:0:certificate", "00", "Denied" },
        { "Names:Any:0", "", "Any" },
        { "Fitness:KeyAlgorithms:0:name", "EcP256", "KeyAlgorithms" },
    };

    [Theory]
    [MemberData(nameof(WrongShapes))]
    public void Configuration_WrongShape_IsRefused(string key, string value, string mentions)
    {
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(
            () => new ServiceCollection().AddMutualTls(Section((key, value))));
        Assert.Contains(refused.Errors, e => e.Contains(mentions, StringComparison.Ordinal));
    }

    // One layer says the mode in one word, another says more about it: the word would silently drop the CRLs.
    [Fact]
    public void Configuration_RevocationAsWordAndGroup_IsRefused()
    {
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(
            () => new ServiceCollection().AddMutualTls(Section(("Revocation", "SoftFail"), ("Revocation:CrlFiles:0", "crls"))));
        Assert.Contains(refused.Errors, e => e.Contains("Revocation", StringComparison.Ordinal));
    }

    [Fact]
    public void Configuration_SeveralFlags_AreRead()
    {
        TestPki pki = new();
        ServiceCollection services = new();
        services.AddMutualTls(mtls => mtls
            .AddConfiguration(Section(("Revocation", "Disabled"), ("CertificatePolicyRules", "RequireExplicitPolicy, InhibitAnyPolicy")))
            .AddPolicy("p", p => p.TrustPemText(pki.Root.ToPem())));
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.True(provider.GetRequiredService<MutualTlsEndpoints>().Policy("p").Current.PathParameters.CertificatePolicies is { RequireExplicit: true, InhibitAnyPolicy: true, InhibitMapping: false });
    }

    // Promise P10: options that change while the first policy of them is being made were lost until the next change.
    [Fact]
    public async Task Policy_OptionsChangeWhileItIsMade_TheNewOnesHold()
    {
        TestPki first = new(), second = new();
        Monitor monitor = new(Options(first), Options(second));
        using MutualTlsEndpoints endpoints = new(
            new Dictionary<string, Func<CredentialOrigin>>(), new HashSet<string> { "p" }, monitor, new PeerPolicyEngine(),
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        SnapshotSource<PeerPolicy> policy = endpoints.Policy("p");
        await monitor.Changing!.WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);

        Assert.True(Pair.JudgeClient(second, policy: policy.Current).IsAccepted);
        Assert.False(Pair.JudgeClient(first, policy: policy.Current).IsAccepted);
    }

    private static PeerPolicyOptions Options(TestPki pki)
    {
        PeerPolicyOptions options = new();
        new PeerPolicyBuilder(options, services: null).TrustPemText(pki.Root.ToPem()).WithoutRevocation();
        return options;
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(v => KeyValuePair.Create($"MutualTls:Policies:p:{v.Key}", (string?)v.Value))).Build().GetSection("MutualTls");

    /// <summary>Changes its options just after they were first asked for, on another thread.</summary>
    private sealed class Monitor(PeerPolicyOptions first, PeerPolicyOptions second) : IOptionsMonitor<PeerPolicyOptions>
    {
        private Action<PeerPolicyOptions, string?>? _listener;
        private PeerPolicyOptions _current = first;

        public Task? Changing { get; private set; }

        public PeerPolicyOptions CurrentValue => _current;

        public PeerPolicyOptions Get(string? name)
        {
            if (Changing is not null)
            {
                return _current;
            }

            PeerPolicyOptions before = _current;
            Changing = Task.Run(() =>
            {
                _current = second;
                _listener!(second, name);
            });
            Changing.Wait(TimeSpan.FromMilliseconds(300));
            return before;
        }

        public IDisposable? OnChange(Action<PeerPolicyOptions, string?> listener)
        {
            _listener = listener;
            return null;
        }
    }
}
