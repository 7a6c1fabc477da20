using BenchmarkDotNet.Attributes;
using MutualTls.Testing;

namespace MutualTls.Benchmarks;

/// <summary>Finding a path where there is more than one way to go.</summary>
[MemoryDiagnoser]
public class PathShapeBenchmarks
{
    private const int Candidates = 50;

    private PathScene _scene = null!;

    /// <summary>Gets or sets what makes it hard.</summary>
    [Params(PathShape.CrossSigned, PathShape.FiftyCandidates, PathShape.FiftyWithoutKeyIdentifiers)]
    public PathShape Shape { get; set; }

    /// <summary>Makes the certificates.</summary>
    [GlobalSetup]
    public void Setup() => _scene = Shape switch
    {
        PathShape.CrossSigned => CrossSigned(),
        PathShape.FiftyCandidates => Fifty(_ => { }, _ => { }),
        _ => Fifty(c => c.WithoutSubjectKeyIdentifier(), c => c.WithoutAuthorityKeyIdentifier()),
    };

    /// <summary>BouncyCastle's builder, which finds each of these; the platform's does not.</summary>
    [Benchmark(Baseline = true)]
    public object BouncyCastle() => _scene.BouncyCastle();

    /// <summary>Ours, every signature verified.</summary>
    [Benchmark]
    public object Ours() => _scene.Ours();

    /// <summary>The platform's. On Linux it takes the first issuer that fits by name and key identifier and gives up where that one leads nowhere.</summary>
    /// <returns>Whether it found the path.</returns>
    [Benchmark]
    public bool PlatformTries() => _scene.PlatformTries();

    private static PathScene CrossSigned()
    {
        TestCertificateAuthority unknown = TestCertificateAuthority.CreateRoot("Unknown"), trusted = TestCertificateAuthority.CreateRoot("Trusted");
        TestCertificateAuthority issuing = unknown.IssueIntermediate("Issuing");
        return new PathScene(trusted, issuing.IssueClient("client.test"), issuing, trusted.CrossSign(issuing));
    }

    private static PathScene Fifty(Action<TestCertificateSpec> issuer, Action<TestCertificateSpec> endEntity)
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestCertificateAuthority[] candidates = [.. Enumerable.Range(0, Candidates).Select(_ => root.IssueIntermediate("Issuing", issuer))];
        return new PathScene(root, candidates[^1].IssueClient("client.test", endEntity), candidates);
    }
}
