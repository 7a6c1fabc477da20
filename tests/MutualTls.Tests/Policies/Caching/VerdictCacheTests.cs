using Microsoft.Extensions.Time.Testing;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Policies.Caching;
using MutualTls.Policies.Lists;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies.Caching;

/// <summary>Design section 2, rule 11: what is remembered, for whom, and for how long.</summary>
public class VerdictCacheTests
{
    private static readonly PeerRole Client = PeerRole.Client;

    [Fact]
    public void Judge_SameAgain_IsTheSameVerdictAndAllocatesNothing()
    {
        TestPki pki = new();
        PeerPolicyEngine engine = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        PresentedChain presented = Pair.Presented(pki.Client);
        PeerVerdict first = engine.Judge(policy, Client, presented);
        Assert.Same(first, engine.Judge(policy, Client, presented));

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            engine.Judge(policy, Client, presented);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // The key is everything the verdict depends on.
    [Fact]
    public void Judge_AnythingElseDiffers_IsJudgedAnew()
    {
        TestPki pki = new();
        PeerPolicyEngine engine = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.Options.Rules = MutualTls.Paths.RulePreset.Rfc5280);
        TestCertificate both = pki.Issuing.Issue(c => c.WithSan(n => n.Dns("localhost").Dns("other")).WithEku(TestOids.ServerAuthentication, TestOids.ClientAuthentication));
        PresentedChain presented = Pair.Presented(both);
        PeerVerdict asServer = engine.Judge(policy, PeerRole.Server, presented, ReferenceIdentity.ForHost("localhost"));
        Assert.True(asServer.IsAccepted);

        PeerVerdict[] others =
        [
            engine.Judge(policy, PeerRole.Server, presented, ReferenceIdentity.ForHost("other")),
            engine.Judge(policy, PeerRole.Client, presented),
            engine.Judge(policy, PeerRole.Server, new PresentedChain(both.Der, pki.Issuing.Der, pki.Client.Der), ReferenceIdentity.ForHost("localhost")),
            engine.Judge(Pair.Trusting(pki.Root), PeerRole.Server, presented, ReferenceIdentity.ForHost("localhost")),
        ];
        Assert.All(others, verdict => Assert.NotSame(asServer, verdict));
        Assert.Equal(ValidationReason.NameMismatch, engine.Judge(policy, PeerRole.Server, presented, ReferenceIdentity.ForHost("third")).Primary!.Value.Reason);
        Assert.Same(asServer, engine.Judge(policy, PeerRole.Server, presented, ReferenceIdentity.ForHost("localhost")));
    }

    // Pitfall 15: a failure is never cached.
    [Fact]
    public void Judge_Refused_IsNotKept()
    {
        TestPki pki = new(), stranger = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        PeerPolicyEngine engine = new();
        for (int i = 0; i < 10; i++)
        {
            Assert.False(engine.Judge(policy, Client, Pair.Presented(stranger.Client)).IsAccepted);
        }

        Assert.Equal(0, policy.Cache.Count);
    }

    // Pitfall 23: the clock is stepped both ways.
    [Fact]
    public void Judge_ClockSteppedBothWays_NeverAcceptsOutsideTheDates()
    {
        DateTimeOffset start = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
        FakeTimeProvider clock = new(start);
        TestPki pki = new(new TestPkiOptions { TimeProvider = clock, Client = c => c.Validity(start, start.AddHours(1)) });
        PeerPolicyEngine engine = new(new Shifting(clock));
        PeerPolicy policy = Pair.Trusting(pki.Root);
        PresentedChain presented = Pair.Presented(pki.Client);
        foreach ((int minutes, bool accepted) in ((int, bool)[])[(0, true), (59, true), (61, false), (30, true), (-1, false), (0, true), (60, true), (61, false), (10, true)])
        {
            Shifting.Minutes = minutes;
            Assert.Equal(accepted, engine.Judge(policy, Client, presented).IsAccepted);
        }
    }

    // Pitfall 23, in a loop: whoever judges after a change has returned sees it, whatever judgements on the old data are under way.
    [Fact]
    public async Task Judge_RacedByChangesOfTheDenyList_NeverAcceptsStale()
    {
        TestPki pki = new();
        CertificateDenyList denied = CertificateDenyList.Parse($"certificate:{pki.Client.Sha256Fingerprint}");
        SnapshotSource<CertificateDenyList> source = CertificateDenyList.Empty;
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.DenyFrom(source));
        PeerPolicyEngine engine = new();
        PresentedChain presented = Pair.Presented(pki.Client);
        using CancellationTokenSource stop = new();
        Task[] others = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    engine.Judge(policy, Client, presented);
                }
            },
            Pair.Stop))];
        for (int i = 0; i < 2_000; i++)
        {
            source.Change(denied);
            Assert.False(engine.Judge(policy, Client, presented).IsAccepted);
            source.Change(CertificateDenyList.Empty);
            Assert.True(engine.Judge(policy, Client, presented).IsAccepted);
        }

        await stop.CancelAsync();
        await Task.WhenAll(others);
    }

    [Fact]
    public void Add_ManyDistinctPeers_StaysWithinItsBytes()
    {
        TestPki pki = new();
        PeerVerdict verdict = Pair.JudgeClient(pki);
        VerdictCache cache = new(limit: 1 << 20);
        for (int i = 0; i < 5_000; i++)
        {
            AddOne(cache, verdict, i);
            Assert.InRange(cache.Bytes, 0, 1 << 20);
        }

        Assert.InRange(cache.Count, 500, 1400);
    }

    // A flood of peers that come once leaves those that come often where they are.
    [Fact]
    public void Find_FloodOfStrangersOnceEach_KnownPeersStay()
    {
        TestPki pki = new();
        PeerVerdict verdict = Pair.JudgeClient(pki);
        VerdictCache cache = new(limit: 2_000_000);
        const int Known = 500;
        for (int i = 0; i < Known; i++)
        {
            AddOne(cache, verdict, i);
            Assert.True(Has(cache, i));
        }

        int asked = 0, found = 0;
        for (int stranger = 0; stranger < 50_000; stranger++)
        {
            AddOne(cache, verdict, 1_000_000 + stranger);
            asked++;
            if (Has(cache, stranger % Known))
            {
                found++;
            }
            else
            {
                AddOne(cache, verdict, stranger % Known);
            }
        }

        Assert.InRange((double)found / asked, 0.99, 1);
    }

    // The same peer judged again and again (its answers end early): what was replaced leaves no trace.
    [Fact]
    public void Add_SameKeyOverAndOver_DoesNotGrow()
    {
        TestPki pki = new();
        PeerVerdict verdict = Pair.JudgeClient(pki);
        VerdictCache cache = new(limit: 1 << 20);
        for (int i = 0; i < 10_000; i++)
        {
            AddOne(cache, verdict, 7);
        }

        Assert.Equal(1, cache.Count);
        Assert.InRange(cache.Bytes, 1, 3_000);
        Assert.InRange(cache.Queued, 1, 32);
    }

    // The hash is of the signature alone: that a certificate ends like one that is remembered makes it nobody.
    [Fact]
    public void Judge_SignatureOfAnAcceptedCertificate_IsJudgedAnew()
    {
        TestPki pki = new();
        PeerPolicyEngine engine = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        Assert.True(engine.Judge(policy, Client, Pair.Presented(pki.Client)).IsAccepted);
        byte[] forged = pki.Client.Der.ToArray();
        int serial = forged.AsSpan().IndexOf(pki.Client.SerialNumber.Span);
        forged[serial + pki.Client.SerialNumber.Length - 1] ^= 1;
        PeerVerdict verdict = engine.Judge(policy, Client, new PresentedChain(forged, pki.Issuing.Der));
        Assert.Equal(ValidationReason.SignatureInvalid, verdict.Primary!.Value.Reason);
    }

    // What comes along is not hashed, so its sender could make others wait in one long bucket.
    [Fact]
    public void Judge_OtherCertificatesInManyVariants_FewAreKeptAndOthersStay()
    {
        TestPki pki = new();
        PeerPolicyEngine engine = new();
        PeerPolicy policy = Pair.Trusting(pki.Root);
        PresentedChain neighbour = Pair.Presented(pki.Issuing.IssueClient("neighbour"));
        PeerVerdict known = engine.Judge(policy, Client, neighbour);
        for (int i = 0; i < 100; i++)
        {
            PresentedChain variant = new(pki.Client.Der, pki.Issuing.Der, (byte[])[0x30, 1, (byte)i]);
            PeerVerdict verdict = engine.Judge(policy, Client, variant);
            Assert.True(verdict.IsAccepted);
            Assert.Same(verdict, engine.Judge(policy, Client, variant));
        }

        Assert.InRange(policy.Cache.Count, 2, 5);
        Assert.Same(known, engine.Judge(policy, Client, neighbour));
    }

    [Fact]
    public async Task Find_WhileTheTableGrowsAndShrinks_NeverFindsAnothersEntry()
    {
        TestPki pki = new();
        PeerVerdict verdict = Pair.JudgeClient(pki);
        VerdictCache cache = new(limit: 1 << 20);
        using CancellationTokenSource stop = new();
        Task writer = Task.Run(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                AddOne(cache, verdict, i % 3_000);
            }
        }, Pair.Stop);
        for (int i = 0; i < 200_000; i++)
        {
            int wanted = i % 3_000;
            if (Find(cache, wanted) is { } entry)
            {
                Assert.True(entry.IsFor(KeyOf(wanted)));
            }
        }

        await stop.CancelAsync();
        await writer;
    }

    private static PresentedKey KeyOf(int number) => new(new PresentedChain((ReadOnlyMemory<byte>)BitConverter.GetBytes(number)), Client, expected: null);

    private static CachedVerdict? Find(VerdictCache cache, int number) => cache.Find(KeyOf(number));

    private static bool Has(VerdictCache cache, int number) => Find(cache, number) is not null;

    private static void AddOne(VerdictCache cache, PeerVerdict verdict, int number)
    {
        PresentedKey key = KeyOf(number);
        cache.Add(new CachedVerdict(key, [], verdict, epoch: 0), key);
    }

    // FakeTimeProvider does not go back.
    private sealed class Shifting(TimeProvider inner) : TimeProvider
    {
        public static int Minutes { get; set; }

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow().AddMinutes(Minutes);
    }
}
