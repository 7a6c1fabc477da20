using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Handshakes;
using MutualTls.Policies;
using MutualTls.Revocation.Crl;
using MutualTls.Testing;
using MutualTls.Tests.Revocation.Crl;

namespace MutualTls.Benchmarks.Budgets;

/// <summary>B4: a CRL of a million entries, ours from a file against the platform's first use of the same octets.</summary>
/// <remarks>
/// The platform takes a CRL only from a URL and keeps it in the user's home, so it runs as a child process with a home of its own. The child has used another
/// CRL before, and what it takes to fetch the octets alone is taken off its time.
/// </remarks>
internal static class CrlBudgets
{
    public const string ChildCommand = "platform-crl";

    private const int Entries = 1_000_000, Probes = 100_000, Loads = 7, PlatformRuns = 3, LookupRounds = 21;

    public static IEnumerable<BudgetRow> Run()
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        byte[][] serials = BigCrl.Serials(Entries * 2, length: 16, seed: 1);
        byte[] der = BigCrl.Write(root, serials[..Entries]);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mutualtls-");
        try
        {
            string file = Path.Combine(folder.FullName, "ca.crl");
            File.WriteAllBytes(file, der);
            List<double> ours = [.. Enumerable.Range(0, Loads).Select(_ => Load(root, file))];
            List<double> platform = [.. Enumerable.Range(0, PlatformRuns).Select(run => Platform(root, der, folder.CreateSubdirectory($"home-{run}")))];
            double our = Measure.Median(ours[1..]), other = Measure.Median(platform);
            yield return new BudgetRow(
                "B4", $"load a CRL of {Entries} entries vs the platform's first use", other / our, 8, BudgetSide.AtLeast, "x",
                string.Create(CultureInfo.InvariantCulture, $"{our:0} ms, {other:0} ms, file of {der.Length / 1e6:0.0} MB"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        if (!CrlParser.TryParse(der, out ParsedCrl? crl, out string? error))
        {
            throw new InvalidOperationException(error);
        }

        // A virtual machine's share of cache and memory changes from second to second: the median of some.
        List<double> lookups = [];
        long allocated = 0;
        for (int round = 0; round < LookupRounds; round++)
        {
            (double lookup, allocated) = Lookup(crl.Entries, serials);
            lookups.Add(lookup);
            Thread.Sleep(100);
        }

        yield return new BudgetRow("B4", $"lookup among {Entries}", Measure.Median(lookups), 200, BudgetSide.AtMost, " ns", $"median of {LookupRounds} times {Probes} lookups, half of them found");
        yield return new BudgetRow("B4", "allocated by a lookup", allocated, 0, BudgetSide.AtMost, " B", $"{Probes} lookups");
        yield return new BudgetRow("B4", "index in memory", crl.Entries.Size / 1e6, 28, BudgetSide.AtMost, " MB", $"{Entries} entries of 16-octet serial numbers");
    }

    /// <summary>The child: builds one chain with another CRL, then fetches the big one bare, then builds the chain that needs it. Writes both times.</summary>
    public static async Task<int> RunChildAsync(string folder)
    {
        using X509Certificate2 root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "root.cer"));
        using X509Certificate2 warm = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "warm.cer"));
        using X509Certificate2 warmRoot = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "warm-root.cer"));
        using X509Certificate2 client = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "client.cer"));
        Build(warmRoot, warm);
        using HttpClient http = new();
        Uri url = new(await File.ReadAllTextAsync(Path.Combine(folder, "url.txt")).ConfigureAwait(false));
        await http.GetByteArrayAsync(url).ConfigureAwait(false);
        double fetch = await TimeAsync(() => http.GetByteArrayAsync(url)).ConfigureAwait(false);
        double first = await TimeAsync(() => Task.FromResult(Build(root, client))).ConfigureAwait(false);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{first} {fetch}"));
        return 0;
    }

    private static async Task<double> TimeAsync<T>(Func<Task<T>> action)
    {
        long start = Stopwatch.GetTimestamp();
        await action().ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static bool Build(X509Certificate2 root, X509Certificate2 certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.Online;
        chain.ChainPolicy.RevocationFlag = X509RevocationFlag.EndCertificateOnly;
        chain.ChainPolicy.UrlRetrievalTimeout = TimeSpan.FromMinutes(1);
        return chain.Build(certificate) ? true : throw new InvalidOperationException(string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation)));
    }

    // What a policy does with a file when it is compiled: read, parse, verify by the anchor's key, index.
    private static double Load(TestCertificateAuthority root, string file)
    {
        GC.Collect();
        long start = Stopwatch.GetTimestamp();
        PeerPolicy policy = PeerPolicy.Create("benchmark", p => p.TrustPemText(root.ToPem()).CheckRevocation(r => r.CrlFiles.Add(file)));
        double took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        GC.KeepAlive(policy);
        return took;
    }

    private static double Platform(TestCertificateAuthority root, byte[] der, DirectoryInfo home)
    {
        TestRevocationServer server = TestRevocationServer.Start(), warmServer = TestRevocationServer.Start();
        try
        {
            server.ConfigureCrl = crl => crl.MutateDer(_ => der);
            TestCertificateAuthority warmRoot = TestCertificateAuthority.CreateRoot();
            Write("root.cer", root.Der);
            Write("warm-root.cer", warmRoot.Der);
            Write("warm.cer", warmRoot.IssueClient("client.test", c => c.WithCrlDistributionPoints(warmServer.CrlUrl(warmRoot))).Der);
            Write("client.cer", root.IssueClient("client.test", c => c.WithCrlDistributionPoints(server.CrlUrl(root))).Der);
            File.WriteAllText(Path.Combine(home.FullName, "url.txt"), server.CrlUrl(root));
            ProcessStartInfo start = new(Environment.ProcessPath!, [ChildCommand, home.FullName]) { RedirectStandardOutput = true };
            start.Environment["HOME"] = home.FullName;
            using Process child = Process.Start(start)!;
            string[] times = child.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.TrimEntries);
            child.WaitForExit();
            return times.Length == 2
                ? double.Parse(times[0], CultureInfo.InvariantCulture) - double.Parse(times[1], CultureInfo.InvariantCulture)
                : throw new InvalidOperationException($"The child ended with {child.ExitCode}.");
        }
        finally
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
            warmServer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        void Write(string name, ReadOnlyMemory<byte> content) => File.WriteAllBytes(Path.Combine(home.FullName, name), content.Span);
    }

    // In random order, each batch of a hundred timed for itself. One behind the other: the number of a certificate just verified is in the cache, the index is not.
    private static (double Nanoseconds, long Allocated) Lookup(CrlIndex index, byte[][] serials)
    {
        byte[][] probes = [.. RandomNumberGenerator.GetItems<byte[]>(serials.AsSpan(0, Entries), Probes / 2), .. RandomNumberGenerator.GetItems<byte[]>(serials.AsSpan(Entries), Probes / 2)];
        RandomNumberGenerator.Shuffle(probes.AsSpan());
        byte[] all = [.. probes.SelectMany(serial => serial)];
        int length = probes[0].Length, found = 0;
        double[] batches = new double[Probes / 100];
        long before = 0;
        for (int round = 0; round < 2; round++)
        {
            found = 0;
            before = GC.GetAllocatedBytesForCurrentThread();
            for (int batch = 0; batch < batches.Length; batch++)
            {
                long start = ThreadClock.Now();
                for (int probe = batch * 100; probe < (batch + 1) * 100; probe++)
                {
                    found += index.TryFind(all.AsSpan(probe * length, length), 0, out _) ? 1 : 0;
                }

                batches[batch] = (ThreadClock.Now() - start) / 100.0;
            }
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return found == Probes / 2 ? (Measure.Median([.. batches]), allocated) : throw new InvalidOperationException($"{found} of {Probes / 2} were found.");
    }
}
