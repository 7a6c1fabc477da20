using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using MutualTls.Revocation.Crl;
using MutualTls.Testing;
using MutualTls.Tests.Revocation.Crl;

namespace MutualTls.Benchmarks;

/// <summary>Reading a CRL from its octets, ready to be asked.</summary>
[MemoryDiagnoser]
public class CrlLoadBenchmarks
{
    private byte[] _der = null!;

    /// <summary>Gets or sets how many entries there are.</summary>
    [Params(2_000, 100_000, 1_000_000)]
    public int Entries { get; set; }

    /// <summary>Writes the CRL.</summary>
    [GlobalSetup]
    public void Setup() => _der = BigCrl.Write(TestCertificateAuthority.CreateRoot(), BigCrl.Serials(Entries, length: 16, seed: 1));

    /// <summary>The platform's reader, which lists the entries and indexes nothing. What it does within a chain is measured by budget B4.</summary>
    [Benchmark(Baseline = true)]
    public object PlatformReader() => CertificateRevocationListBuilder.Load(_der, out _);

    /// <summary>Ours: every entry is checked and indexed.</summary>
    [Benchmark]
    public object Ours() => CrlParser.TryParse(_der, out ParsedCrl? crl, out string? error) ? crl : throw new InvalidOperationException(error);
}
