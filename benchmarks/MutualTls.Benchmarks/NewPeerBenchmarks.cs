using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.Benchmarks;

/// <summary>Peers that were never seen: good ones of a known issuer, and a flood of strangers that look like them. The time is that of one peer.</summary>
[MemoryDiagnoser]
public class NewPeerBenchmarks
{
    private const int Peers = 500;

    private TestPki _pki = null!;
    private Scene _scene = null!;
    private PresentedChain[] _newcomers = null!;
    private PresentedChain[] _strangers = null!;
    private PresentedChain[] _impostors = null!;
    private X509ChainPolicy _platform = null!;
    private X509Certificate2[] _leaves = null!;

    /// <summary>Gets or sets the kind of every key.</summary>
    [Params(TestKeyKind.P256, TestKeyKind.P384, TestKeyKind.Rsa2048)]
    public TestKeyKind Keys { get; set; }

    /// <summary>Makes the peers.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _pki = new TestPki(new TestPkiOptions { KeyKind = Keys });
        _scene = new Scene(_pki);
        ReadOnlyMemory<byte>[] leaves = Leaves.Make(_pki.Issuing, _pki.Client, Peers);
        _newcomers = [.. leaves.Select(_scene.Presented)];
        _platform = _scene.PlatformPolicy();
        _leaves = [.. leaves.Select(leaf => X509CertificateLoader.LoadCertificate(leaf.Span))];

        // Strangers have a CA of their own. Impostors name ours as the issuer, and only the signature shows that it is not.
        TestPki others = new(new TestPkiOptions { KeyKind = Keys });
        _strangers = [.. Leaves.Make(others.Issuing, others.Client, Peers).Select(leaf => new PresentedChain(leaf, others.Issuing.Der))];
        _impostors = [.. Leaves.Make(others.Issuing, _pki.Client, Peers).Select(_scene.Presented)];
    }

    /// <summary>Forgets all peers but one, by which the issuer is known.</summary>
    [IterationSetup]
    public void Forget()
    {
        _scene = new Scene(_pki);
        _scene.Judge(_scene.Presented(_pki.Client.Der));
    }

    /// <summary>The platform builds the chain of each newcomer; certificates and anchor are loaded.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Peers)]
    public void PlatformBuild()
    {
        foreach (X509Certificate2 leaf in _leaves)
        {
            Scene.Build(_platform, leaf);
        }
    }

    /// <summary>Each newcomer is accepted and remembered: one verification.</summary>
    [Benchmark(OperationsPerInvoke = Peers)]
    public void NewLeaf() => JudgeAll(_newcomers, VerdictOutcome.Accepted);

    /// <summary>Strangers of an unknown CA are refused before any signature.</summary>
    [Benchmark(OperationsPerInvoke = Peers)]
    public void FloodOfStrangers() => JudgeAll(_strangers, VerdictOutcome.Refused);

    /// <summary>Strangers that claim the known issuer cost one signature check each.</summary>
    [Benchmark(OperationsPerInvoke = Peers)]
    public void FloodOfImpostors() => JudgeAll(_impostors, VerdictOutcome.Refused);

    private void JudgeAll(PresentedChain[] peers, VerdictOutcome expected)
    {
        foreach (PresentedChain peer in peers)
        {
            PeerVerdict verdict = _scene.Engine.Judge(_scene.Policy, PeerRole.Client, peer);
            if (verdict.Outcome != expected)
            {
                throw new InvalidOperationException(verdict.ToString());
            }
        }
    }
}
