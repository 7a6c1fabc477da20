using BenchmarkDotNet.Attributes;
using MutualTls.Testing;

namespace MutualTls.Benchmarks;

/// <summary>Building and verifying a path of some certificates, which are loaded.</summary>
[MemoryDiagnoser]
public class PathLengthBenchmarks
{
    private PathScene _scene = null!;

    /// <summary>Gets or sets how many certificates the path has, the root's included.</summary>
    [Params(2, 3, 4, 5)]
    public int Certificates { get; set; }

    /// <summary>Makes them.</summary>
    [GlobalSetup]
    public void Setup()
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), issuer = root;
        List<TestCertificate> others = [];
        for (int i = 2; i < Certificates; i++)
        {
            others.Add(issuer = issuer.IssueIntermediate());
        }

        _scene = new PathScene(root, issuer.IssueClient("client.test"), others);
    }

    /// <summary>The platform's builder.</summary>
    [Benchmark(Baseline = true)]
    public bool Platform() => _scene.Platform();

    /// <summary>Ours, every signature verified.</summary>
    [Benchmark]
    public object Ours() => _scene.Ours();

    /// <summary>Ours, where each signature was verified before.</summary>
    [Benchmark]
    public object OursKnowingSignatures() => _scene.OursKnowingSignatures();

    /// <summary>BouncyCastle's.</summary>
    [Benchmark]
    public object BouncyCastle() => _scene.BouncyCastle();
}
