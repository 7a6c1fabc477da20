using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using MutualTls.Identities;
using MutualTls.Paths;
using MutualTls.Pinning;
using MutualTls.Policies.Lists;
using MutualTls.Testing;

namespace MutualTls.Benchmarks;

/// <summary>Looking a peer up among names, pins and denied certificates, on its verified path. A remembered peer costs none of it until they change.</summary>
[MemoryDiagnoser]
public class DemandBenchmarks
{
    private const int Peers = 10;

    private VerifiedPath[] _paths = null!;
    private HashSet<string> _thumbprints = null!;
    private SanMatcher _names = null!;
    private SpkiPinSet _pins = null!;
    private CertificateDenyList _denied = null!;
    private int _next;

    /// <summary>Gets or sets how many entries there are.</summary>
    [Params(10, 1_000, 100_000)]
    public int Entries { get; set; }

    /// <summary>Makes the peers and the entries.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _paths = DemandLists.Paths(new Scene(TestKeyKind.P256), Peers);
        _thumbprints = [.. _paths.Select(path => path.EndEntity.Sha256Fingerprint), .. Enumerable.Range(Peers, Entries - Peers).Select(_ => RandomNumberGenerator.GetHexString(64))];
        _names = SanMatcher.AnyOf(DemandLists.Names(Entries));
        _pins = new SpkiPinSet(DemandLists.Pins(_paths, Entries));
        _denied = CertificateDenyList.Parse(DemandLists.Denied(_paths[0], Entries));
    }

    /// <summary>What a callback written by hand does: the certificate's hash as text, in a set of texts.</summary>
    [Benchmark(Baseline = true)]
    public bool Thumbprints() => _thumbprints.Contains(Convert.ToHexString(SHA256.HashData(Path().EndEntity.Der.Span)));

    /// <summary>An allowed name, DNS or URI.</summary>
    [Benchmark]
    public bool Names() => _names.Matches(Path().EndEntity);

    /// <summary>A pinned key.</summary>
    [Benchmark]
    public bool Pins() => _pins.Matches(Path());

    /// <summary>Every certificate of the path, by hash, key and serial number; none is denied.</summary>
    [Benchmark]
    public bool Denied() => _denied.Contains(Path(), out _, out _);

    private VerifiedPath Path() => _paths[_next++ % Peers];
}
