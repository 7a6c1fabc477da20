using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Testing;
using MutualTls.Tests.Support;

// <snippet policy-usings>
using MutualTls.Certificates;       // PublicKeyAlgorithm, SignatureAlgorithm
using MutualTls.Identities;         // SanMatcher, SpiffeTrustDomain
using MutualTls.Paths;              // RulePreset
using MutualTls.Pinning;            // SpkiPin, SpkiPinSet, PinTargets, PinBackup
using MutualTls.Policies;           // PeerPolicy, IPeerValidator
using MutualTls.Policies.Fitness;   // PresetOverride
using MutualTls.Policies.Lists;     // CertificateDenyList
using MutualTls.Policies.Pins;      // PinMode
using MutualTls.Sources;            // SnapshotSource
// </snippet>

// Not within MutualTls: what users write must compile where users write it.
namespace Documentation;

/// <summary>The code of docs/policies.md: each policy in it can be made.</summary>
public class PolicySnippetTests
{
    private const string Ours = "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", Reserve = "sha256/bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=";

    private static readonly Dictionary<string, Action<PeerPolicyBuilder>> Policies = new()
    {
        ["names"] = policy =>
        {
            // <snippet policy-names>
            policy
                .AllowDns("gateway.example", "*.branch.example", "**.mesh.example")
                .AllowUri("spiffe://partners.example/orders", "spiffe://partners.example/ns/*/sa/billing")
                .AllowMembersOf(SpiffeTrustDomain.Parse("workloads.example"))
                .AllowEmail("*@ops.example")
                .AllowIp("10.0.0.0/8", "2001:db8::/32")
                .AllowUpn("*@corp.example")
                .AllowSubject("OU=Devices,O=Acme\\, Inc.")
                .AllowName("other:1.3.6.1.4.1.99999.7=badge-*");
            // </snippet>
        },
        ["required names"] = policy =>
        {
            // <snippet policy-required-names>
            policy
                .RequireName("dns:**.mesh.example")
                .RequireName("uri:spiffe://mesh.example/**")
                .DenyName("dns:admin.mesh.example", "uri:spiffe://mesh.example/legacy/**");
            // </snippet>
        },
        ["names of a source"] = policy =>
        {
            // <snippet policy-names-source>
            SnapshotSource<SanMatcher> devices = new(SanMatcher.AnyOf("dns:pump-1.example", "dns:pump-2.example"));
            policy.AllowNamesFrom(devices);
            devices.Change(SanMatcher.AnyOf("dns:pump-2.example", "dns:pump-3.example"));
            // </snippet>
        },
        ["server"] = policy =>
        {
            // <snippet policy-identify-server>
            policy.IdentifyServerBy("uri:spiffe://backend.example/orders", "dns:orders.backend.example");
            // </snippet>
        },
        ["pins"] = policy =>
        {
            // <snippet policy-pins>
            policy.Pin(Ours, Reserve);
            // </snippet>
        },
        ["pins in full"] = policy =>
        {
            // <snippet policy-pins-full>
            policy.Pin(pins =>
            {
                pins.Pins.Add("pin-sha256=\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"");
                pins.Targets = PinTargets.Intermediate | PinTargets.Anchor;
                pins.ExpiresAt = new DateTimeOffset(2099, 1, 31, 0, 0, 0, TimeSpan.Zero);
                pins.Backup = PinBackup.Waived;
                pins.Mode = PinMode.ReportOnly;
            });
            // </snippet>
        },
        ["pins of a source"] = policy =>
        {
            // <snippet policy-pins-source>
            SnapshotSource<SpkiPinSet> pins = new(new SpkiPinSet([SpkiPin.Parse(Ours), SpkiPin.Parse(Reserve)], PinTargets.Intermediate));
            policy.PinFrom(pins);
            // </snippet>
        },
        ["allowed certificates"] = policy =>
        {
            using System.Security.Cryptography.X509Certificates.X509Certificate2 appliance = TestCertificateAuthority.CreateRoot().ToX509Certificate2();

            // <snippet policy-allow-certificate>
            policy
                .AllowCertificate(appliance)
                .AllowCertificate("00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF");
            // </snippet>
        },
        ["deny-list"] = policy =>
        {
            // <snippet policy-deny>
            SnapshotSource<CertificateDenyList> stolen = new(CertificateDenyList.Empty);
            policy
                .DenyCertificate(
                    "certificate:00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF",
                    "key:sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                    "serial:0A1B2C@CN=Devices CA,O=Acme")
                .DenyFrom(stolen);
            stolen.Change(CertificateDenyList.Parse("serial:0A1B2D@CN=Devices CA,O=Acme"));
            // </snippet>
        },
        ["usages"] = policy =>
        {
            // <snippet policy-usages>
            policy.UseRules(RulePreset.Strict).Fitness(fitness =>
            {
                fitness.MissingExtendedKeyUsage = PresetOverride.Accept;
                fitness.AnyExtendedKeyUsage = PresetOverride.Refuse;
                fitness.MissingKeyUsage = PresetOverride.Refuse;
            });
            // </snippet>
        },
        ["algorithms"] = policy =>
        {
            // <snippet policy-algorithms>
            policy.Fitness(fitness =>
            {
                fitness.MinRsaBits = 3072;
                fitness.KeyAlgorithms.Add(PublicKeyAlgorithm.EcP256);
                fitness.KeyAlgorithms.Add(PublicKeyAlgorithm.Rsa);
                fitness.SignatureAlgorithms.Add(SignatureAlgorithm.EcdsaSha256);
                fitness.SignatureAlgorithms.Add(SignatureAlgorithm.RsaPssSha256);
            });
            // </snippet>
        },
        ["life"] = policy =>
        {
            // <snippet policy-life>
            policy.Fitness(fitness =>
            {
                fitness.MaxLifetime = TimeSpan.FromDays(90);
                fitness.MinRemainingLife = TimeSpan.FromHours(1);
                fitness.ClockSkew = TimeSpan.FromMinutes(1);
            });
            // </snippet>
        },
        ["extensions"] = policy =>
        {
            // <snippet policy-extensions>
            policy.Fitness(fitness =>
            {
                fitness.RequiredExtensions.Add("1.3.6.1.4.1.99999.1");
                fitness.RequiredExtensions.Add("1.3.6.1.4.1.99999.2=team-*");
                fitness.RequiredExtensions.Add("1.3.6.1.4.1.99999.3=#0500");
                fitness.RequiredCertificatePolicies.Add("1.3.6.1.4.1.99999.4");
            });
            // </snippet>
        },
        ["issuers"] = policy =>
        {
            // <snippet policy-issuers>
            policy.AllowIssuer("CN=Devices CA,O=Acme", Ours);
            // </snippet>
        },
    };

    private const string Configuration = """
    // <snippet policy-configuration>
    {
      "MutualTls": {
        "Policies": {
          "partners": {
            "TrustFiles": [ "ca.pem" ],
            "Revocation": "Disabled",
            "Rules": "Default",
            "AlsoAskOperatingSystem": false,
            "Names": {
              "Any": [ "uri:spiffe://partners.example/*", "dns:*.partners.example" ],
              "All": [ "subject:O=Partners" ],
              "None": [ "uri:spiffe://partners.example/legacy" ],
              "IdentifyServerBy": [ "uri:spiffe://partners.example/gateway" ]
            },
            "Pins": {
              "Pins": [ "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "sha256/bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=" ],
              "PinFiles": [ "pins.txt" ],
              "Targets": "Intermediate, Anchor",
              "ExpiresAt": "2099-01-31T00:00:00Z",
              "Backup": "Required",
              "Mode": "Enforce"
            },
            "Lists": {
              "AllowedCertificates": [ "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF" ],
              "AllowedCertificateFiles": [ "appliance.pem" ],
              "Denied": [ "serial:0A1B2C@CN=Partners CA" ],
              "DeniedFiles": [ "stolen.txt" ]
            },
            "Fitness": {
              "AnyExtendedKeyUsage": "Refuse",
              "MissingExtendedKeyUsage": "Refuse",
              "MissingKeyUsage": "Refuse",
              "KeyAlgorithms": [ "EcP256", "EcP384" ],
              "MinRsaBits": 3072,
              "SignatureAlgorithms": [ "EcdsaSha256", "EcdsaSha384" ],
              "MaxLifetime": "90.00:00:00",
              "MinRemainingLife": "01:00:00",
              "ClockSkew": "00:01:00",
              "RequiredExtensions": [ "1.3.6.1.4.1.99999.2=team-*" ],
              "RequiredCertificatePolicies": [ "1.3.6.1.4.1.99999.4" ],
              "Issuers": [ "CN=Partners CA" ]
            }
          }
        }
      }
    }
    // </snippet>
    """;

    private static readonly TestPki Pki = new();

    public static TheoryData<string> Names => [.. Policies.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Policy_OfTheDocumentation_CanBeMade(string name) => Assert.NotNull(Pair.Trusting(Pki.Root, Policies[name]));

    [Fact]
    public void Configuration_OfTheDocumentation_IsRead()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        File.WriteAllText(Path.Combine(folder.FullName, "ca.pem"), Pki.Root.ToPem());
        File.WriteAllText(Path.Combine(folder.FullName, "appliance.pem"), Pki.Server.ToPem());
        File.WriteAllText(Path.Combine(folder.FullName, "stolen.txt"), "# nobody yet\n");
        File.WriteAllText(Path.Combine(folder.FullName, "pins.txt"), "# in use\nsha256/YLh1dUR9y6Kja30RrAn7JKnbQG/uEtLMkBgFF2Fuihg=\n");
        string json = Configuration;
        foreach (string file in new[] { "ca.pem", "appliance.pem", "stolen.txt", "pins.txt" })
        {
            json = json.Replace($"\"{file}\"", $"\"{Path.Combine(folder.FullName, file).Replace('\\', '/')}\"", StringComparison.Ordinal);
        }

        using MemoryStream stream = new(Encoding.UTF8.GetBytes(json));
        IConfigurationRoot configuration = new ConfigurationBuilder().AddJsonStream(stream).Build();
        using ServiceProvider provider = new ServiceCollection().AddMutualTls(configuration.GetSection("MutualTls")).BuildServiceProvider();
        PeerPolicy policy = provider.GetRequiredService<MutualTlsEndpoints>().Policy("partners").Current;
        folder.Delete(recursive: true);
        Assert.Equal(ValidationReason.IdentityNotAllowed, new PeerPolicyEngine().Judge(policy, PeerRole.Client, Pair.Presented(Pki.Client)).Findings.First(f => (int)f.Reason is > 1400 and < 1500).Reason);
    }
}
