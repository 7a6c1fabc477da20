using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.Benchmarks.Budgets;

/// <summary>B1, B2, B3, B8 and B9: what a verdict costs, in time and memory.</summary>
internal static class VerdictBudgets
{
    private const int ManyPeers = 100_000, Hot = 100;

    /// <summary>Gets what is measured together, and the numbers of the budgets it is about.</summary>
    public static (string Ids, Func<IEnumerable<BudgetRow>> Run)[] Groups => [("B1 B9", KnownPeer), ("B2", NewLeaf), ("B3", NothingKnown), ("B8", Memory)];

    private static IEnumerable<BudgetRow> KnownPeer()
    {
        Scene scene = new(new TestPki(new TestPkiOptions { KeyKind = TestKeyKind.P256 }), cacheLimit: 1L << 30, demanding: true);
        ReadOnlyMemory<byte>[] leaves = Leaves.Make(scene.Pki.Issuing, scene.Pki.Client, ManyPeers);
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(leaves[0].Span);
        X509ChainPolicy platform = scene.PlatformPolicy();
        PresentedChain[] presented = [.. leaves.Take(Hot).Select(scene.Presented)];
        Action<int> build = _ => Scene.Build(platform, leaf);

        // The same hundred peers, hot, in turn where a hundred are cached and where a hundred thousand are.
        // As in a handshake, the octets are allocated when they come.
        Scene ofFew = new(scene.Pki, demanding: true);
        void Come(Scene to, ReadOnlySpan<ReadOnlyMemory<byte>> peers)
        {
            foreach (ReadOnlyMemory<byte> peer in peers)
            {
                to.Judge(to.Presented(peer.ToArray()));
            }
        }

        Measure.WarmUp(() => Come(ofFew, leaves.AsSpan(0, Hot)));
        Come(scene, leaves);

        var (many, few, growth) = Measure.Compare(31, i => scene.Judge(presented[i % Hot]), 20_000, i => ofFew.Judge(presented[i % Hot]), 20_000);
        var (hot, built, ratio) = Measure.Compare(31, _ => scene.Judge(presented[0]), 20_000, build, 50);
        yield return new BudgetRow("B1", "hot peer vs Build", ratio, 800, BudgetSide.AtLeast, "x", Figures(hot, built));

        // A handshake brings the peer's octets along, just read; what is remembered of it lies where it was put long ago.
        const int AtOnce = 200;
        Random random = new(1);
        PresentedChain[] arrived = new PresentedChain[AtOnce];
        void Arrive()
        {
            for (int i = 0; i < AtOnce; i++)
            {
                arrived[i] = scene.Presented(leaves[random.Next(ManyPeers)].ToArray());
            }
        }

        var (any, built2, anyRatio) = Measure.Compare(201, i => scene.Judge(arrived[i % AtOnce]), AtOnce, build, 5, before: Arrive);
        yield return new BudgetRow(
            "B1", $"random of {ManyPeers} peers vs Build", anyRatio, 300, BudgetSide.AtLeast, "x",
            string.Create(CultureInfo.InvariantCulture, $"{Figures(any, built2)}; one read of memory that waits for another {Measure.MemoryLatency(200 << 20):0} ns"));
        yield return new BudgetRow("B1", "allocated by a hit", Measure.Allocated(_ => scene.Judge(presented[0]), 1_000), 0, BudgetSide.AtMost, " B", "1,000 calls");
        yield return new BudgetRow(
            "B9", $"hit with {ManyPeers} cached vs {Hot}", 1 / growth, 1.3, BudgetSide.AtMost, "x", string.Create(CultureInfo.InvariantCulture, $"{many:0} ns, {few:0} ns"));
    }

    private static IEnumerable<BudgetRow> NewLeaf()
    {
        foreach ((TestKeyKind kind, double limit) in ((TestKeyKind, double)[])[(TestKeyKind.P256, 1.10), (TestKeyKind.Rsa2048, 1.25)])
        {
            const int PerRound = 20, Rounds = 505;
            TestPki pki = new(new TestPkiOptions { KeyKind = kind });
            Scene scene = new(pki);
            ReadOnlyMemory<byte>[] leaves = Leaves.Make(pki.Issuing, pki.Client, PerRound * Rounds);
            PresentedChain[] arrived = new PresentedChain[PerRound];
            int next = 0;

            // As in a handshake: the octets have just been read.
            void Arrive()
            {
                for (int i = 0; i < PerRound; i++)
                {
                    arrived[i] = scene.Presented(leaves[next++ % leaves.Length].ToArray());
                }
            }

            // By engines that judge some of the leaves and are dropped. The one that is measured knows the issuer.
            Measure.WarmUp(() =>
            {
                Arrive();
                Warm(new Scene(pki), arrived);
            });

            next = 0;
            Warm(scene, [scene.Presented(pki.Client.Der)]);
            var (ours, verified, ratio) = Measure.Compare(Rounds, i => scene.Judge(arrived[i % PerRound]), PerRound, Verification(pki, leaves[..PerRound]), PerRound, before: Arrive);
            yield return new BudgetRow("B2", $"new leaf vs one verification, {kind}", 1 / ratio, limit, BudgetSide.AtMost, "x", Figures(ours, verified));

            // What is not kept. The octets were there before.
            scene = new Scene(pki);
            PresentedChain[] fresh = [.. leaves[..5_000].Select(scene.Presented)];
            Warm(scene, [scene.Presented(pki.Client.Der)]);
            long kept = GC.GetTotalMemory(forceFullCollection: true);
            double allocated = Measure.Allocated(i => scene.Judge(fresh[i]), fresh.Length);
            double perLeaf = (GC.GetTotalMemory(forceFullCollection: true) - kept) / (double)fresh.Length;
            GC.KeepAlive(fresh);
            yield return new BudgetRow(
                "B2", $"allocated by a new leaf beyond what is kept of it, {kind}", allocated - perLeaf, 128, BudgetSide.AtMost, " B",
                string.Create(CultureInfo.InvariantCulture, $"{allocated:0} B, of which {perLeaf:0} B are kept"));
        }
    }

    private static IEnumerable<BudgetRow> NothingKnown()
    {
        const int PerRound = 20, Rounds = 31;
        foreach (TestKeyKind kind in (TestKeyKind[])[TestKeyKind.P256, TestKeyKind.Rsa2048])
        {
            // An engine and a policy of its own for each call: no verdict and no intermediate is known. The anchor's key is imported when the policy is made.
            TestPki pki = new(new TestPkiOptions { KeyKind = kind });
            Scene[] scenes = [.. Enumerable.Range(0, PerRound * (Rounds + 1)).Select(_ => new Scene(pki))];
            PresentedChain presented = scenes[0].Presented(pki.Client.Der);
            X509ChainPolicy platform = scenes[0].PlatformPolicy();
            for (int i = 0; i < PerRound; i++)
            {
                scenes[i].Judge(presented);
            }

            var (ours, platformTime, ratio) = Measure.Compare(
                Rounds, i => scenes[PerRound + i].Judge(presented), PerRound,
                _ =>
                {
                    using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(pki.Client.Der.Span);
                    using X509Certificate2 issuing = X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span);
                    Scene.Build(platform, leaf);
                },
                PerRound);
            yield return new BudgetRow("B3", $"nothing known vs load two and Build, {kind}", 1 / ratio, 0.6, BudgetSide.AtMost, "x", Figures(ours, platformTime));
        }
    }

    private static IEnumerable<BudgetRow> Memory()
    {
        const int Peers = 10_000;
        TestPki pki = new();
        Scene scene = new(pki, cacheLimit: 1L << 30);
        ReadOnlyMemory<byte>[] leaves = Leaves.Make(pki.Issuing, pki.Client, Peers);
        scene.Judge(scene.Presented(pki.Client.Der));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (ReadOnlyMemory<byte> leaf in leaves)
        {
            scene.Judge(scene.Presented(leaf));
        }

        // The octets of the leaves were there before and stay with us: what is measured comes on top of the DER.
        double perPeer = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Peers;
        GC.KeepAlive(leaves);
        GC.KeepAlive(scene);
        yield return new BudgetRow("B8", "memory per cached peer beyond its DER", perPeer, 2048, BudgetSide.AtMost, " B", $"{Peers} peers");

        Scene bounded = new(pki, cacheLimit: 2 << 20);
        Flood(bounded, pki, seed: 0);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Flood(bounded, pki, seed: 1);
        double growth = (GC.GetTotalMemory(forceFullCollection: true) - after) / 1024.0;
        GC.KeepAlive(bounded);
        yield return new BudgetRow("B8", $"growth after {ManyPeers / 2} more peers through a full cache", growth, 512, BudgetSide.AtMost, " KiB", "cache of 2 MiB");
    }

    private static void Flood(Scene scene, TestPki pki, int seed)
    {
        TestCertificate like = pki.Issuing.IssueClient($"flood-{seed}");
        for (int i = 0; i < 10; i++)
        {
            foreach (ReadOnlyMemory<byte> leaf in Leaves.Make(pki.Issuing, like, ManyPeers / 20, first: i * (ManyPeers / 20)))
            {
                scene.Judge(scene.Presented(leaf));
            }
        }
    }

    private static void Warm(Scene scene, ReadOnlySpan<PresentedChain> presented)
    {
        foreach (PresentedChain chain in presented)
        {
            scene.Judge(chain);
        }
    }

    // What nobody can do without: the signature on such a leaf, verified with the issuer's imported key, over spans, in the DER form of RFC 3279.
    private static Action<int> Verification(TestPki pki, ReadOnlyMemory<byte>[] leaves)
    {
        using X509Certificate2 issuing = X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span);
        ParsedCertificate[] parsed = [.. leaves.Select(leaf => ParsedCertificate.TryParse(leaf.Span, out ParsedCertificate? certificate, out _) ? certificate : throw new InvalidOperationException())];
        ParsedCertificate Of(int i) => parsed[i % parsed.Length];
        if (issuing.GetECDsaPublicKey() is { } ecdsa)
        {
            return i => Require(ecdsa.VerifyData(Of(i).Tbs, Of(i).Signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        RSA rsa = issuing.GetRSAPublicKey()!;
        return i => Require(rsa.VerifyData(Of(i).Tbs, Of(i).Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>Gets one verification on P-256 that fails.</summary>
    public static Action<int> FailedVerification(Scene scene)
    {
        using X509Certificate2 issuing = X509CertificateLoader.LoadCertificate(scene.Pki.Issuing.Der.Span);
        ECDsa key = issuing.GetECDsaPublicKey()!;
        byte[] signature = scene.Pki.Issuing.Key.Sign(RandomNumberGenerator.GetBytes(400), TestSignatureKind.EcdsaSha256), hash = RandomNumberGenerator.GetBytes(32);
        return _ => Require(!key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence));
    }

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new InvalidOperationException("A signature did not verify as it should.");
        }
    }

    private static string Figures(double ours, double other) =>
        string.Create(CultureInfo.InvariantCulture, $"{ours / 1000:0.00} us, {other / 1000:0.00} us");
}
