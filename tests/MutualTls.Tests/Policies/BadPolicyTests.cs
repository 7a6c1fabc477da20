using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Certificates;
using MutualTls.Pinning;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Policies.Fitness;
using MutualTls.Policies.Pins;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies;

/// <summary>A policy with bad options does not come about, and says which option is wrong and what would be right.</summary>
public class BadPolicyTests
{
    private const string Fingerprint = "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF";

    private static readonly Dictionary<string, (Action<PeerPolicyBuilder> Policy, string Path, string Remedy)> Rows = new()
    {
        ["wildcard in the wrong place"] = (p => p.AllowDns("good.example", "a.*.example"), "Names:Any:1:", "'*.domain'"),
        ["malformed required name"] = (p => p.RequireName("dns:good.example").RequireName("uri:x"), "Names:All:1:", "a scheme"),
        ["malformed denied name"] = (p => p.DenyName("10.0.0.0/8"), "Names:None:0:", "the kinds are"),
        ["malformed server name"] = (p => p.IdentifyServerBy("spiffe://a/b"), "Names:IdentifyServerBy:0:", "the kinds are"),
        ["name allowed and denied"] = (p => p.AllowDns("a.example").DenyName("dns:A.example"), "Names:None:", "take it out"),
        ["server identified and any accepted"] = (p => p.IdentifyServerBy("uri:urn:a").Options.Dangerous.AcceptAnyServerName = true, "Names:IdentifyServerBy:", "leave the latter out"),
        ["malformed pin"] = (p => p.Pin("sha256/abc", Fingerprint), "Pins:Pins:0:", "44 characters"),
        ["pin set with one pin"] = (p => p.Pin(Fingerprint), "Pins:Pins:", "Backup: Waived"),
        ["the same pin twice"] = (p => p.Pin(Fingerprint, Fingerprint.ToLowerInvariant()), "Pins:Pins:", "Backup: Waived"),
        ["pin mode without pins"] = (p => p.Pin(o => o.Mode = PinMode.ReportOnly), "Pins:Pins:", "add pins"),
        ["pins without targets"] = (p => p.Pin(o => (o.Targets, o.Backup) = (PinTargets.None, PinBackup.Waived)).Pin(Fingerprint), "Pins:Targets:", "EndEntity"),
        ["pins twice"] = (p => p.Pin(Fingerprint).PinFrom(new(new SpkiPinSet([SpkiPin.Parse(Fingerprint)], backup: PinBackup.Waived))), "Pins:Pins:", "one of them"),
        ["pin mode that is none"] = (p => p.Pin(o => o.Mode = (PinMode)7).Pin(Fingerprint, Fingerprint[2..] + "00"), "Pins:Mode:", "ReportOnly"),
        ["malformed fingerprint"] = (p => p.AllowCertificate("AB:CD"), "Lists:AllowedCertificates:0:", "64 hexadecimal"),
        ["allowed file that is not there"] = (p => p.AllowCertificatePem("/nowhere/peer.pem"), "Lists:AllowedCertificateFiles:0:", "/nowhere/peer.pem"),
        ["malformed deny entry"] = (p => p.DenyCertificate("key:" + Fingerprint, Fingerprint), "Lists:Denied:1:", "certificate:FINGERPRINT"),
        ["deny entry without issuer"] = (p => p.DenyCertificate("serial:0102"), "Lists:Denied:0:", "serial:0A1B@CN="),
        ["certificate allowed and denied"] = (p => p.AllowCertificate(Fingerprint).DenyCertificate("certificate:" + Fingerprint), "Lists:Denied:", "take it out"),
        ["deny file that is not there"] = (p => p.Options.Lists.DeniedFiles.Add("/nowhere/deny.txt"), "Lists:DeniedFiles:0:", "/nowhere/deny.txt"),
        ["RSA key too short to be a demand"] = (p => p.Fitness(f => f.MinRsaBits = 1024), "Fitness:MinRsaBits:", "2048 to 8192"),
        ["unknown kind of key"] = (p => p.Fitness(f => f.KeyAlgorithms.Add(PublicKeyAlgorithm.Unsupported)), "Fitness:KeyAlgorithms:0:", "EcP256"),
        ["weak signature allowed"] = (p => p.Fitness(f => f.SignatureAlgorithms.Add(SignatureAlgorithm.RsaSha1)), "Fitness:SignatureAlgorithms:", "stronger"),
        ["skew of an hour"] = (p => p.Fitness(f => f.ClockSkew = TimeSpan.FromHours(1)), "Fitness:ClockSkew:", "5 minutes"),
        ["negative skew"] = (p => p.Fitness(f => f.ClockSkew = TimeSpan.FromSeconds(-1)), "Fitness:ClockSkew:", "5 minutes"),
        ["life of no length"] = (p => p.Fitness(f => f.MaxLifetime = TimeSpan.Zero), "Fitness:MaxLifetime:", "1 minute"),
        ["more life left than there is"] = (p => p.Fitness(f => (f.MaxLifetime, f.MinRemainingLife) = (TimeSpan.FromDays(1), TimeSpan.FromDays(2))), "Fitness:MinRemainingLife:", "less than MaxLifetime"),
        ["malformed extension"] = (p => p.Fitness(f => f.RequiredExtensions.Add("team=a")), "Fitness:RequiredExtensions:0:", "dotted"),
        ["malformed extension value"] = (p => p.Fitness(f => f.RequiredExtensions.Add("1.2.3=#5")), "Fitness:RequiredExtensions:0:", "hexadecimal"),
        ["malformed certificate policy"] = (p => p.Fitness(f => f.RequiredCertificatePolicies.Add("gold")), "Fitness:RequiredCertificatePolicies:0:", "dotted"),
        ["malformed accepted policy"] = (p => { p.Options.CertificatePolicies.Add("1.2.3"); p.Options.CertificatePolicies.Add("gold"); }, "CertificatePolicies:1:", "dotted"),
        ["policy rule that is none"] = (p => p.Options.CertificatePolicyRules = (CertificatePolicyRules)8, "CertificatePolicyRules:", "RequireExplicitPolicy"),
        ["malformed issuer"] = (p => p.AllowIssuer("Devices CA"), "Fitness:Issuers:0:", "sha256/"),
        ["override that is none"] = (p => p.Fitness(f => f.MissingKeyUsage = (PresetOverride)9), "Fitness:MissingKeyUsage:", "AsPreset"),
    };

    private static readonly TestPki Pki = new();

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Create_BadOption_IsRefusedWithPathAndRemedy(string row)
    {
        (Action<PeerPolicyBuilder> policy, string path, string remedy) = Rows[row];
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(() => Pair.Trusting(Pki.Root, policy));
        string error = Assert.Single(refused.Errors);
        Assert.StartsWith(path, error, StringComparison.Ordinal);
        Assert.Contains(remedy, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_SeveralBadOptions_TellsAll()
    {
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(
            () => PeerPolicy.Create("bad", p => p.AllowDns("*").Pin("x").DenyCertificate("y").AllowIssuer("z")));
        Assert.Equal(6, refused.Errors.Count);
    }

    // An end-entity among the trust anchors: the error names what was meant.
    [Fact]
    public void Trust_EndEntity_IsRefusedAndNamesAllowCertificate()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, Pki.Client.ToPem());
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(() => PeerPolicy.Create("bad", p => p.TrustPem(file).WithoutRevocation()));
        File.Delete(file);
        Assert.Contains("AllowCertificate", Assert.Single(refused.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_OfLists_AreRead()
    {
        string allowed = Path.GetTempFileName(), denied = Path.GetTempFileName();
        TestCertificate self = TestCertificateAuthority.CreateRoot("Self", c => c.WithBasicConstraints(isCa: false)
            .WithKeyUsage(System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.DigitalSignature).WithEku(TestOids.ClientAuthentication));
        File.WriteAllText(allowed, Pki.Server.ToPem() + self.ToPem());
        File.WriteAllText(denied, $"# lost devices\n\ncertificate:{Pki.Client.Sha256Fingerprint}\nkey:nonsense\n");
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(() => Pair.Trusting(Pki.Root, p => p.Options.Lists.DeniedFiles.Add(denied)));
        Assert.StartsWith($"Lists:DeniedFiles:0: '{denied}', line 4:", Assert.Single(refused.Errors), StringComparison.Ordinal);

        File.WriteAllText(denied, $"# lost devices\n\ncertificate:{Pki.Client.Sha256Fingerprint}\n");
        PeerPolicy policy = Pair.Trusting(Pki.Root, p => p.AllowCertificatePem(allowed).Options.Lists.DeniedFiles.Add(denied));
        File.Delete(allowed);
        File.Delete(denied);

        PeerPolicyEngine engine = new();
        Assert.Equal(PathKind.DirectTrust, engine.Judge(policy, PeerRole.Client, new PresentedChain(self.Der)).Path!.Kind);
        Assert.False(engine.Judge(policy, PeerRole.Client, Pair.Presented(Pki.Client)).IsAccepted);
    }

    public static TheoryData<string, string, string> BadConfigurations => new()
    {
        { "Names:Allowed:0", "dns:a.example", "Any, All, None, IdentifyServerBy" },
        { "Pins:Pin:0", "x", "Pins, PinFiles, Targets" },
        { "Pins:Mode", "Report", "Enforce, ReportOnly" },
        { "Pins:ExpiresAt", "soon", "2030-01-31" },
        { "Lists:Deny:0", "x", "Denied" },
        { "Fitness:MaxLife", "1.00:00:00", "MaxLifetime" },
        { "Fitness:MaxLifetime", "a year", "90.00:00:00" },
        { "Fitness:KeyAlgorithms:0", "Dsa", "EcP256" },
        { "Fitness:ClockSkew", "five", "00:00:10" },
        { "Fitness:MissingKeyUsage", "Never", "AsPreset, Accept, Refuse" },
    };

    [Theory]
    [MemberData(nameof(BadConfigurations))]
    public void Configuration_Wrong_IsRefusedWithPathAndRemedy(string key, string value, string remedy)
    {
        MutualTlsConfigurationException refused = Assert.Throws<MutualTlsConfigurationException>(() => new ServiceCollection().AddMutualTls(Section(($"Policies:p:{key}", value))));
        string error = Assert.Single(refused.Errors);
        Assert.StartsWith($"Policies:p:{key.Split(':')[0]}:", error, StringComparison.Ordinal);
        Assert.Contains(remedy, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_OfEveryDemand_IsRead()
    {
        PeerPolicyOptions options = new();
        List<string> errors = [];
        MutualTls.DependencyInjection.DemandSections.Apply(Section(
            ("p:Names:Any:0", "dns:a.example"), ("p:Names:All:0", "dns:b.example"), ("p:Names:None:0", "dns:c.example"), ("p:Names:IdentifyServerBy:0", "uri:urn:a"),
            ("p:Pins:Pins:0", Fingerprint), ("p:Pins:PinFiles:0", "p.txt"), ("p:Pins:Targets", "EndEntity, Anchor"), ("p:Pins:ExpiresAt", "2030-01-31T00:00:00Z"), ("p:Pins:Backup", "Waived"), ("p:Pins:Mode", "ReportOnly"),
            ("p:Lists:AllowedCertificates:0", Fingerprint), ("p:Lists:AllowedCertificateFiles:0", "a.pem"), ("p:Lists:Denied:0", "key:" + Fingerprint), ("p:Lists:DeniedFiles:0", "d.txt"),
            ("p:Fitness:AnyExtendedKeyUsage", "Accept"), ("p:Fitness:MissingExtendedKeyUsage", "Refuse"), ("p:Fitness:MissingKeyUsage", "Refuse"), ("p:Fitness:KeyAlgorithms:0", "EcP256"),
            ("p:Fitness:MinRsaBits", "3072"), ("p:Fitness:SignatureAlgorithms:0", "EcdsaSha256"), ("p:Fitness:MaxLifetime", "90.00:00:00"), ("p:Fitness:MinRemainingLife", "01:00:00"),
            ("p:Fitness:ClockSkew", "00:01:00"), ("p:Fitness:RequiredExtensions:0", "1.2.3"), ("p:Fitness:RequiredCertificatePolicies:0", "1.2.3"), ("p:Fitness:Issuers:0", "CN=a")).GetSection("p"), options, errors);

        Assert.Empty(errors);
        Assert.Equal(["dns:a.example", "dns:b.example", "dns:c.example", "uri:urn:a"], [.. options.Names.Any, .. options.Names.All, .. options.Names.None, .. options.Names.IdentifyServerBy]);
        Assert.Equal((PinTargets.EndEntity | PinTargets.Anchor, PinBackup.Waived, PinMode.ReportOnly), (options.Pins.Targets, options.Pins.Backup, options.Pins.Mode));
        Assert.Equal(new DateTimeOffset(2030, 1, 31, 0, 0, 0, TimeSpan.Zero), options.Pins.ExpiresAt);
        Assert.Equal([Fingerprint, "p.txt"], [.. options.Pins.Pins, .. options.Pins.PinFiles]);
        Assert.Equal([Fingerprint, "a.pem", "key:" + Fingerprint, "d.txt"],
            [.. options.Lists.AllowedCertificates, .. options.Lists.AllowedCertificateFiles, .. options.Lists.Denied, .. options.Lists.DeniedFiles]);
        FitnessOptions fitness = options.Fitness;
        Assert.Equal((PresetOverride.Accept, PresetOverride.Refuse, PresetOverride.Refuse), (fitness.AnyExtendedKeyUsage, fitness.MissingExtendedKeyUsage, fitness.MissingKeyUsage));
        Assert.Equal((3072, TimeSpan.FromDays(90), TimeSpan.FromHours(1), TimeSpan.FromMinutes(1)), (fitness.MinRsaBits, fitness.MaxLifetime, fitness.MinRemainingLife, fitness.ClockSkew));
        Assert.Equal((1, 1, 1, 1, 1), (fitness.KeyAlgorithms.Count, fitness.SignatureAlgorithms.Count, fitness.RequiredExtensions.Count, fitness.RequiredCertificatePolicies.Count, fitness.Issuers.Count));
    }

    private static IConfigurationRoot Section(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => new KeyValuePair<string, string?>(v.Key, v.Value))).Build();
}
