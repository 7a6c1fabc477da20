using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>CRLs from files and folders, and what a bad one leads to at the start. Pitfall 6: a broken CRL is never passed over in hard-fail.</summary>
public sealed class CrlFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crls").FullName;
    private readonly TestPki _pki = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void CrlFiles_DerAndPem_AreRead()
    {
        string root = Write("root.crl", _pki.Root.IssueCrl().Der.ToArray());
        string issuing = Write("issuing.pem", Bytes("A comment.\n" + _pki.Client.ToPem() + _pki.Server.Issuer!.IssueCrl().ToPem()));

        Assert.True(Judge(root, issuing).IsAccepted);
        Assert.False(Judge(root).IsAccepted);
    }

    [Fact]
    public void CrlFiles_OnePemWithSeveral_AreAllRead() =>
        Assert.True(Judge(Write("all.pem", Bytes(_pki.Root.IssueCrl().ToPem() + _pki.Issuing.IssueCrl().ToPem()))).IsAccepted);

    [Fact]
    public void CrlFiles_Folder_GivesEveryCrlInItAndNothingElse()
    {
        Write("b.crl", _pki.Root.IssueCrl().Der.ToArray());
        Write("9ac1f2b4.r0", Bytes(_pki.Issuing.IssueCrl().ToPem()));
        Write("notes.txt", [1, 2, 3]);

        Assert.True(Judge(_folder).IsAccepted);
    }

    [Fact]
    public void CheckRevocation_OfTheDocumentation_ChecksByTheFolder()
    {
        Write("root.crl", _pki.Root.IssueCrl().Der.ToArray());
        Write("issuing.crl", _pki.Issuing.IssueCrl(c => c.Revoke(_pki.Client).Expired()).Der.ToArray());

        PeerPolicy policy = PeerPolicy.Create("test", p => Documented(p, _pki.Root.ToPem(), _folder));

        Assert.Equal(RevocationMode.HardFail, policy.Revocation);
        Assert.Equal(ValidationReason.CertificateRevoked, new PeerPolicyEngine().Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client)).Primary!.Value.Reason);
    }

    private static void Documented(PeerPolicyBuilder policy, string partnersCa, string crlFolder)
    {
        // <snippet check-revocation>
        policy.TrustPemText(partnersCa).CheckRevocation(r =>
        {
            r.CrlFiles.Add(crlFolder);
            r.StaleGrace = TimeSpan.FromHours(12);
        });
        // </snippet>
    }

    [Fact]
    public void Crls_Pem_IsReadAsDerIs() =>
        Assert.True(RevocationPair.Judge(_pki.Root, _pki.Client, r =>
        {
            r.Crls.Add(Bytes(_pki.Root.IssueCrl().ToPem()));
            r.Crls.Add(_pki.Issuing.IssueCrl().Der);
        }).IsAccepted);

    // Pitfall 6: what is configured and cannot be used is no reason to go on without it.
    public static TheoryData<string> Bad => ["missing", "garbage", "truncated", "empty", "pem without a CRL", "broken pem", "signed by another key"];

    [Theory]
    [MemberData(nameof(Bad))]
    public void CrlFiles_Unusable_StopsTheStartInHardFail(string kind)
    {
        string path = WriteBad(kind);
        MutualTlsConfigurationException exception = Assert.Throws<MutualTlsConfigurationException>(
            () => RevocationPair.Policy(_pki.Root, r => r.CrlFiles.Add(path), _pki.Issuing.IssueCrl()));
        Assert.Contains("Revocation", Assert.Single(exception.Errors));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void CrlFiles_Unusable_IsReportedInSoftFail(string kind)
    {
        string path = WriteBad(kind);
        PeerPolicy policy = RevocationPair.Policy(
            _pki.Root, r => { r.Mode = RevocationMode.SoftFail; r.CrlFiles.Add(path); }, _pki.Issuing.IssueCrl());

        PeerVerdict verdict = new PeerPolicyEngine().Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client));

        Assert.Single(policy.CrlProblems);
        Assert.True(verdict.IsAccepted);
        Assert.Equal(1, Assert.Single(verdict.Warnings).Depth);
    }

    [Fact]
    public void Create_NothingSaidOrContradictory_IsAnError()
    {
        Assert.Contains("Revocation", Error(_ => { }));
        Assert.Contains("CRLs or places to ask are given", Error(p => p.WithoutRevocation().Options.Revocation.CrlFiles.Add("a.crl")), StringComparison.Ordinal);
        Assert.Contains(
            "CRLs or places to ask are given",
            Error(p => p.WithoutRevocation().Options.Revocation.Places.Add(new RevocationPlace(RevocationSource.Crl, new Uri("http://crl.test/")))), StringComparison.Ordinal);
        Assert.Contains("StaleGrace", Error(p => p.CheckRevocation(r => r.StaleGrace = TimeSpan.FromDays(8))));
        Assert.Contains("StaleGrace", Error(p => p.CheckRevocation(r => r.StaleGrace = TimeSpan.FromTicks(-1))));
        Assert.Contains("Depth", Error(p => p.CheckRevocation(r => r.Depth = (RevocationDepth)9)));
        Assert.Contains("OnStale", Error(p => p.CheckRevocation(r => r.OnStale = (RevocationOutcome)9)));

        string Error(Action<PeerPolicyBuilder> configure) => string.Join(' ', Assert.Throws<MutualTlsConfigurationException>(
            () => PeerPolicy.Create("test", p => configure(p.TrustPemText(_pki.Root.ToPem())))).Errors);
    }

    [Fact]
    public void Configuration_WordOrObject_SetsTheMode()
    {
        Write("root.crl", _pki.Root.IssueCrl().Der.ToArray());
        Write("issuing.crl", _pki.Issuing.IssueCrl(c => c.Revoke(_pki.Client)).Der.ToArray());
        File.WriteAllText(Path.Combine(_folder, "root.pem"), _pki.Root.ToPem());
        PeerPolicy word = Policy(("Revocation", "SoftFail"));
        PeerPolicy full = Policy(("Revocation:Mode", "HardFail"), ("Revocation:Depth", "EndEntity"), ("Revocation:StaleGrace", "01:00:00"), ("Revocation:CrlFiles:0", Path.Combine(_folder, "issuing.crl")));

        Assert.Equal(RevocationMode.SoftFail, word.Revocation);
        Assert.Equal(TimeSpan.FromHours(1), full.RevocationChecker!.Rules.StaleGrace);
        Assert.Equal(ValidationReason.CertificateRevoked, new PeerPolicyEngine().Judge(full, PeerRole.Client, Pair.Presented(_pki.Client)).Primary!.Value.Reason);
        Assert.Throws<MutualTlsConfigurationException>(() => Policy(("Revocation", "Sometimes")));
        Assert.Throws<MutualTlsConfigurationException>(() => Policy(("Revocation:Mode", "HardFail"), ("Revocation:Dept", "Chain")));
        Assert.Throws<MutualTlsConfigurationException>(() => Policy(("Revocation:Mode", "1")));
    }

    private PeerPolicy Policy(params (string Key, string Value)[] settings)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create($"Policies:p:{s.Key}", (string?)s.Value)).Append(new("Policies:p:TrustFiles:0", Path.Combine(_folder, "root.pem")))).Build();
        using ServiceProvider provider = new ServiceCollection().AddMutualTls(configuration).BuildServiceProvider();
        return provider.GetRequiredService<MutualTlsEndpoints>().Policy("p").Current;
    }

    private PeerVerdict Judge(params string[] paths) => RevocationPair.Judge(_pki.Root, _pki.Client, r =>
    {
        foreach (string path in paths)
        {
            r.CrlFiles.Add(path);
        }
    });

    private string WriteBad(string kind)
    {
        byte[] der = _pki.Root.IssueCrl().Der.ToArray();
        return kind switch
        {
            "missing" => Path.Combine(_folder, "nowhere.crl"),
            "garbage" => Write("bad.crl", [0x30, 0x82, 1, 2, 3]),
            "truncated" => Write("bad.crl", der[..^1]),
            "empty" => Write("bad.crl", []),
            "pem without a CRL" => Write("bad.crl", Bytes(_pki.Client.ToPem())),
            "broken pem" => Write("bad.crl", Bytes("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")),
            _ => Write("bad.crl", _pki.Root.IssueCrl(c => c.SignedByWrongKey()).Der.ToArray()),
        };
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
