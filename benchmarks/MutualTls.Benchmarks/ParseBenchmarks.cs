using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using MutualTls.Certificates;
using MutualTls.Testing;

namespace MutualTls.Benchmarks;

/// <summary>Reading one certificate from DER.</summary>
[MemoryDiagnoser]
public class ParseBenchmarks
{
    private ReadOnlyMemory<byte> _der;

    /// <summary>Gets or sets the kind of every key.</summary>
    [Params(TestKeyKind.P256, TestKeyKind.P384, TestKeyKind.Rsa2048)]
    public TestKeyKind Keys { get; set; }

    /// <summary>Makes the certificate.</summary>
    [GlobalSetup]
    public void Setup() => _der = new TestPki(new TestPkiOptions { KeyKind = Keys }).Client.Der;

    /// <summary>The platform loads it.</summary>
    [Benchmark(Baseline = true)]
    public nint Platform()
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(_der.Span);
        return certificate.Handle;
    }

    /// <summary>This library reads all of it, every extension included.</summary>
    [Benchmark]
    public object Ours() => CertificateParser.TryParse(_der, out ParsedCertificate? certificate, out _) ? certificate : throw new InvalidOperationException("Not read.");

    /// <summary>BouncyCastle reads it.</summary>
    [Benchmark]
    public object BouncyCastle() => BouncyCastlePaths.Read(_der);
}
