using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.Benchmarks;

/// <summary>What a verdict costs on a known peer, a refused one and one never seen, beside other builders of the same chain.</summary>
[MemoryDiagnoser]
public class VerdictBenchmarks
{
    private Scene _scene = null!;
    private PresentedChain _known = null!;
    private PresentedChain _expired = null!;
    private X509ChainPolicy _platform = null!;
    private X509Certificate2 _leaf = null!;
    private BouncyCastlePaths _bouncyCastle = null!;

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
        _bouncyCastle = new BouncyCastlePaths(_scene.Pki.Root.Der, _scene.Pki.Client.Der, _scene.Pki.Issuing.Der);
        _scene.Judge(_known);
    }

    /// <summary>The platform builds the chain; certificates and anchor are loaded.</summary>
    [Benchmark(Baseline = true)]
    public bool PlatformBuild() => Scene.Build(_platform, _leaf);

    /// <summary>The platform loads the two certificates that a peer presents and builds the chain.</summary>
    [Benchmark]
    public bool PlatformLoadAndBuild()
    {
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(_scene.Pki.Client.Der.Span);
        using X509Certificate2 issuing = X509CertificateLoader.LoadCertificate(_scene.Pki.Issuing.Der.Span);
        return Scene.Build(_platform, leaf);
    }

    /// <summary>BouncyCastle builds the path; certificates and anchor are loaded.</summary>
    [Benchmark]
    public object BouncyCastleBuild() => _bouncyCastle.Build();

    /// <summary>A peer that was judged before.</summary>
    [Benchmark]
    public PeerVerdict KnownPeer() => _scene.Judge(_known);

    /// <summary>A peer that is refused each time, by a rule that costs no signature.</summary>
    [Benchmark]
    public PeerVerdict RefusedPeer() => _scene.Engine.Judge(_scene.Policy, PeerRole.Client, _expired);

    /// <summary>A peer never seen, by an engine and a policy that know nothing: two verifications, a key import, and making both.</summary>
    [Benchmark]
    public PeerVerdict NothingKnown() => new Scene(_scene.Pki).Judge(_known);
}
