using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.Benchmarks;

/// <summary>What a verdict costs on a known peer, a refused one and one never seen, beside the platform's chain building of the same chain.</summary>
[MemoryDiagnoser]
public class VerdictBenchmarks
{
    private Scene _scene = null!;
    private PresentedChain _known = null!;
    private PresentedChain _expired = null!;
    private X509ChainPolicy _platform = null!;
    private X509Certificate2 _leaf = null!;

    /// <summary>Gets or sets the kind of every key.</summary>
    [Params(TestKeyKind.P256, TestKeyKind.P384, TestKeyKind.Rsa2048)]
    public TestKeyKind Keys { get; set; }

    /// <summary>Makes a PKI, and judges its client once.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _scene = new Scene(Keys);
        _known = _scene.Presented(_scene.Pki.Client.Der);
        _expired = _scene.Presented(_scene.Pki.Issuing.IssueClient("expired", c => c.Expired()).Der);
        _platform = _scene.PlatformPolicy();
        _leaf = X509CertificateLoader.LoadCertificate(_scene.Pki.Client.Der.Span);
        _scene.Judge(_known);
    }

    /// <summary>The platform builds the chain; certificates and anchor are loaded.</summary>
    [Benchmark(Baseline = true)]
    public bool PlatformBuild() => Scene.Build(_platform, _leaf);

    /// <summary>A peer that was judged before.</summary>
    [Benchmark]
    public PeerVerdict KnownPeer() => _scene.Judge(_known);

    /// <summary>A peer that is refused each time, by a rule that costs no signature.</summary>
    [Benchmark]
    public PeerVerdict RefusedPeer() => _scene.Engine.Judge(_scene.Policy, PeerRole.Client, _expired);

    /// <summary>A peer never seen, by an engine and a policy that know nothing: two verifications and a key import.</summary>
    [Benchmark]
    public PeerVerdict NothingKnown() => new PeerPolicyEngine().Judge(new Scene(_scene.Pki).Policy, PeerRole.Client, _known);
}
