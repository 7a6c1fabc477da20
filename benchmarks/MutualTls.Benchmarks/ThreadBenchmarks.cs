using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.Benchmarks;

/// <summary>Verdicts on known peers by several threads at once. The time is the wall clock's by verdict: with no lock between them, two threads on two cores halve it.</summary>
[MemoryDiagnoser]
public class ThreadBenchmarks
{
    private const int Hits = 200_000, Builds = 400, Peers = 100;

    private Scene _scene = null!;
    private PresentedChain[] _known = null!;
    private X509ChainPolicy _platform = null!;
    private X509Certificate2 _leaf = null!;

    /// <summary>Gets or sets how many threads share the work.</summary>
    [Params(1, 2, 4)]
    public int Threads { get; set; }

    /// <summary>Makes the peers and judges each once.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _scene = new Scene(TestKeyKind.P256);
        _known = [.. Leaves.Make(_scene.Pki.Issuing, _scene.Pki.Client, Peers).Select(_scene.Presented)];
        _platform = _scene.PlatformPolicy();
        _leaf = X509CertificateLoader.LoadCertificate(_scene.Pki.Client.Der.Span);
        foreach (PresentedChain known in _known)
        {
            _scene.Judge(known);
        }
    }

    /// <summary>The platform builds the chain; certificates and anchor are loaded.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Builds)]
    public void PlatformBuild() => Share(Builds, _ => Scene.Build(_platform, _leaf));

    /// <summary>Peers that were judged before.</summary>
    [Benchmark(OperationsPerInvoke = Hits)]
    public void KnownPeers() => Share(Hits, i => _scene.Judge(_known[i % Peers]));

    private void Share(int calls, Action<int> call)
    {
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < calls / Threads; i++)
            {
                call(i);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }
}
