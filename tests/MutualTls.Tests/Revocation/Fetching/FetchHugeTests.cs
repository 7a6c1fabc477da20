using System.Diagnostics;
using MutualTls.Revocation.Fetching;
using MutualTls.Testing;

namespace MutualTls.Tests.Revocation.Fetching;

/// <summary>Pitfall 14: an answer that does not end is not taken in. What is allocated belongs to the whole process, so nothing runs beside it.</summary>
[CollectionDefinition(nameof(FetchHugeTests), DisableParallelization = true)]
[Collection(nameof(FetchHugeTests))]
public class FetchHugeTests
{
    [Fact]
    public async Task FetchCrl_OneGigabyte_StopsAtTheLimit()
    {
        await using FetchSite site = new(new FetchOptions { LocalAddresses = LocalAddresses.Allowed, MaxCrlBytes = 1 << 20 });
        site.Server.Fault = TestRevocationFault.Huge;
        Stopwatch watch = Stopwatch.StartNew();
        long before = GC.GetTotalAllocatedBytes();

        FetchResult crl = await site.CrlAsync(), ocsp = await site.OcspAsync();

        Assert.Equal((FetchOutcome.TooLarge, FetchOutcome.TooLarge), (crl.Outcome, ocsp.Outcome));
        Assert.Equal(2, site.Server.Requests.Count);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
        Assert.True(GC.GetTotalAllocatedBytes() - before < 100_000_000);
    }
}
