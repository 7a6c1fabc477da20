using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;

namespace MutualTls.Benchmarks;

/// <summary>A verdict that rests on the CRL of the peer's issuer, which is at hand: no fetch is measured.</summary>
[MemoryDiagnoser]
[GcForce(false)] // The platform forgets a CRL that two collections found unused, and reads it anew.
public class RevocationBenchmarks : IDisposable
{
    // More than the smallest cache holds: whoever comes round again has been forgotten.
    private const int Peers = 5_000;

    private readonly PeerPolicyEngine _engine = new();
    private PlatformCrlScene _platform = null!;
    private PeerPolicy _policy = null!;
    private PresentedChain _known = null!;
    private PresentedChain[] _newcomers = null!;
    private int _next;

    /// <summary>Gets or sets how many entries the CRL has.</summary>
    [Params(2_000, 100_000, 1_000_000)]
    public int Entries { get; set; }

    /// <summary>Publishes the CRL, and has the platform fetch it.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _platform = new PlatformCrlScene(Entries);
        _policy = PeerPolicy.Create("benchmark", p =>
        {
            p.TrustPemText(_platform.Pki.Root.ToPem()).CheckRevocation(r =>
            {
                r.Depth = RevocationDepth.EndEntity;
                r.CrlFiles.Add(_platform.File);
            });
            p.Options.VerdictCacheLimit = 1 << 20;
        });
        _known = new PresentedChain(_platform.Client.Der, _platform.Pki.Issuing.Der);
        _newcomers = [.. Leaves.Make(_platform.Pki.Issuing, _platform.Client, Peers).Select(leaf => new PresentedChain(leaf, _platform.Pki.Issuing.Der))];
        PeerVerdict first = Judge(_newcomers[0]);
        Array.ForEach(_newcomers[1..], newcomer => Judge(newcomer));
        if (ReferenceEquals(first, Judge(_newcomers[0])))
        {
            throw new InvalidOperationException("The cache holds all of them.");
        }

        Judge(_known);
    }

    /// <summary>Takes the CRL down.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _platform.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The platform builds the chain with the CRL in memory, which it verifies each time.</summary>
    [Benchmark(Baseline = true)]
    public bool PlatformWithWarmCrl() => _platform.Build(X509RevocationMode.Online);

    /// <summary>The platform builds the chain and asks nothing about revocation.</summary>
    [Benchmark]
    public bool PlatformWithoutRevocation() => _platform.Build(X509RevocationMode.NoCheck);

    /// <summary>A peer that was judged before.</summary>
    [Benchmark]
    public PeerVerdict KnownPeer() => Judge(_known);

    /// <summary>A peer never seen, of a known issuer: one verification and one look-up.</summary>
    [Benchmark]
    public PeerVerdict NewLeaf() => Judge(_newcomers[_next++ % Peers]);

    private PeerVerdict Judge(PresentedChain peer)
    {
        PeerVerdict verdict = _engine.Judge(_policy, PeerRole.Client, peer);
        return verdict.IsAccepted ? verdict : throw new InvalidOperationException(verdict.ToString());
    }
}
