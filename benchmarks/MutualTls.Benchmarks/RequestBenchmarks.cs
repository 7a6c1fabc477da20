using BenchmarkDotNet.Attributes;

namespace MutualTls.Benchmarks;

/// <summary>Authenticating one request: the platform's AddCertificate judges the certificate for each, ours goes by the connection's verdict.</summary>
[MemoryDiagnoser]
public class RequestBenchmarks : IDisposable
{
    private RequestScene _scene = null!;
    private RequestScene _caching = null!;

    /// <summary>Starts a server and keeps what one connection to it had.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _scene = new RequestScene();
        _caching = new RequestScene(cachesCertificates: true);
    }

    /// <summary>Disposes of the services.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _scene.Dispose();
        _caching.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>AddCertificate, as its documentation shows it first, with a custom root and no revocation.</summary>
    [Benchmark(Baseline = true)]
    public void AddCertificate() => _scene.Authenticate(RequestScene.Certificate);

    /// <summary>The same with AddCertificateCache.</summary>
    [Benchmark]
    public void AddCertificateWithCache() => _caching.Authenticate(RequestScene.Certificate);

    /// <summary>AddMutualTls.</summary>
    [Benchmark]
    public void AddMutualTls() => _scene.Authenticate(RequestScene.Ours);

    /// <summary>A handler that answers with what it has: what ASP.NET Core itself costs.</summary>
    [Benchmark]
    public void Nothing() => _scene.Authenticate(RequestScene.Nothing);
}
