using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Revocation.Crl;
using MutualTls.Testing;

namespace MutualTls.Tests.Revocation.Crl;

/// <summary>Budget B4: a CRL of 1,000,000 entries. Times are printed; the bounds asserted leave room for a busy machine.</summary>
[Collection(nameof(CrlIndexBudgetTests))]
[CollectionDefinition(nameof(CrlIndexBudgetTests), DisableParallelization = true)]
public class CrlIndexBudgetTests
{
    private const int Entries = 1_000_000;
    private const int Probes = 100_000;

    [Theory]
    [InlineData(16)]
    [InlineData(20)]
    public void MillionEntries_LoadAndLookup_StayWithinTheBudget(int serialLength)
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        byte[][] serials = BigCrl.Serials(Entries * 2, serialLength, seed: serialLength);
        byte[] der = BigCrl.Write(root, serials[..Entries]);
        ParsedCrl crl = Load(der, out _);

        Assert.Equal(Entries, crl.Entries.Count);
        Assert.InRange(crl.Entries.Size, 0, 28_000_000);
        Assert.All(serials[..Entries], serial => Assert.True(crl.Entries.TryFind(serial, 0, out CrlEntry entry) && entry.Reason == X509RevocationReason.KeyCompromise));
        Assert.All(serials[Entries..], serial => Assert.False(crl.Entries.TryFind(serial, 0, out _)));

        TimeSpan load = Enumerable.Range(0, 5).Select(_ => { Load(der, out TimeSpan took); return took; }).Min();
        (double lookup, long allocated) = Lookup(crl.Entries, serials);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{serialLength}-octet serials: file {der.Length / 1e6:F1} MB, index {crl.Entries.Size / 1e6:F2} MB, load {load.TotalMilliseconds:F0} ms, lookup {lookup:F0} ns, {allocated} B");
        Assert.Equal(0, allocated);
        Assert.InRange(lookup, 0, 1_000);
        Assert.InRange(load.TotalMilliseconds, 0, 3_000);
    }

    private static ParsedCrl Load(byte[] der, out TimeSpan took)
    {
        long start = Stopwatch.GetTimestamp();
        Assert.True(CrlParser.TryParse(der, out ParsedCrl? crl, out string? error), error);
        took = Stopwatch.GetElapsedTime(start);
        return crl;
    }

    // Half present, half absent, in random order; each timed in batches of 100, the median batch counts.
    private static (double Nanoseconds, long Allocated) Lookup(CrlIndex index, byte[][] serials)
    {
        byte[][] probes = [.. RandomNumberGenerator.GetItems<byte[]>(serials.AsSpan(0, Entries), Probes / 2), .. RandomNumberGenerator.GetItems<byte[]>(serials.AsSpan(Entries), Probes / 2)];
        RandomNumberGenerator.Shuffle(probes.AsSpan());

        // One behind the other: the serial number of a certificate that was just verified is in the cache, the index is not.
        byte[] all = [.. probes.SelectMany(serial => serial)];
        int length = probes[0].Length;
        double[] batches = new double[Probes / 100];
        int found = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int batch = 0; batch < batches.Length; batch++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int probe = batch * 100; probe < (batch + 1) * 100; probe++)
            {
                found += index.TryFind(all.AsSpan(probe * length, length), 0, out _) ? 1 : 0;
            }

            batches[batch] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / 100;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Probes / 2, found);
        Array.Sort(batches);
        return (batches[batches.Length / 2], allocated);
    }
}
