using BenchmarkDotNet.Attributes;
using MutualTls.Revocation.Crl;
using MutualTls.Testing;
using MutualTls.Tests.Revocation.Crl;

namespace MutualTls.Benchmarks;

/// <summary>Looking a serial number up in a CRL, at random; half of them are there. The time is that of one.</summary>
[MemoryDiagnoser]
public class CrlLookupBenchmarks
{
    private const int Probes = 1_000, SerialLength = 16;

    private CrlIndex _index = null!;
    private HashSet<string> _texts = null!;
    private byte[] _probes = null!;

    /// <summary>Gets or sets how many entries there are.</summary>
    [Params(2_000, 100_000, 1_000_000)]
    public int Entries { get; set; }

    /// <summary>Reads the CRL and chooses what to ask for.</summary>
    [GlobalSetup]
    public void Setup()
    {
        byte[][] serials = BigCrl.Serials(Entries * 2, SerialLength, seed: 1);
        _index = CrlParser.TryParse(BigCrl.Write(TestCertificateAuthority.CreateRoot(), serials[..Entries]), out ParsedCrl? crl, out string? error)
            ? crl.Entries
            : throw new InvalidOperationException(error);
        _texts = [.. serials[..Entries].Select(Convert.ToHexString)];
        Random random = new(1);
        _probes = [.. Enumerable.Range(0, Probes).SelectMany(probe => serials[random.Next(Entries) + (probe % 2 * Entries)])];
    }

    /// <summary>A set of serial numbers as text, as X509Certificate2 tells them.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Probes)]
    public int SetOfTexts()
    {
        int found = 0;
        for (int i = 0; i < Probes; i++)
        {
            found += _texts.Contains(Convert.ToHexString(_probes.AsSpan(i * SerialLength, SerialLength))) ? 1 : 0;
        }

        return found;
    }

    /// <summary>Our index.</summary>
    [Benchmark(OperationsPerInvoke = Probes)]
    public int Ours()
    {
        int found = 0;
        for (int i = 0; i < Probes; i++)
        {
            found += _index.TryFind(_probes.AsSpan(i * SerialLength, SerialLength), 0, out _) ? 1 : 0;
        }

        return found;
    }
}
