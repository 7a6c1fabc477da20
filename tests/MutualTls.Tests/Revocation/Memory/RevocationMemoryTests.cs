using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Revocation.Crl;
using MutualTls.Revocation.Memory;
using MutualTls.Revocation.Ocsp;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Memory;

/// <summary>Memory is bounded, and those who make authorities without end push out their own.</summary>
public class RevocationMemoryTests
{
    private const int Max = 64;

    private readonly TestCertificateAuthority _root = TestCertificateAuthority.CreateRoot();

    [Fact]
    public void FindOrAdd_FloodOfOneHostileBranch_KnownIssuersStay()
    {
        int evicted = 0;
        RevocationMemory memory = new(count => evicted += count, Max);
        VerifiedPath[] known = [.. Enumerable.Range(0, 10).Select(_ => PathUnder(_root.IssueIntermediate()))];
        RevocationAuthority[] held = [.. known.Select(path => memory.FindOrAdd(path, 0))];
        RevocationAuthority ofRoot = memory.FindOrAdd(known[0], 1);

        TestCertificateAuthority hostile = _root.IssueIntermediate();
        foreach (VerifiedPath path in Enumerable.Range(0, 4 * Max).Select(_ => PathUnder(hostile.IssueIntermediate())))
        {
            memory.FindOrAdd(path, 0);
            memory.FindOrAdd(path, 1);
            memory.FindOrAdd(path, 2);
        }

        Assert.Equal(held, known.Select(path => memory.Find(path, 0)));
        Assert.Same(ofRoot, memory.Find(known[0], 1));
        Assert.InRange(memory.Authorities.Count(), 1, Max);
        Assert.InRange(evicted, Max, int.MaxValue);
    }

    // One that is trusted outright, and makes a new branch each time.
    [Fact]
    public void FindOrAdd_FloodUnderAnotherAnchor_KnownIssuersStay()
    {
        RevocationMemory memory = new(maxAuthorities: Max);
        VerifiedPath[] known = [.. Enumerable.Range(0, 10).Select(_ => PathUnder(_root.IssueIntermediate()))];
        RevocationAuthority[] held = [.. known.Select(path => memory.FindOrAdd(path, 0))];

        TestCertificateAuthority hostile = TestCertificateAuthority.CreateRoot();
        foreach (VerifiedPath path in Enumerable.Range(0, 3 * Max).Select(_ => PathUnder(hostile.IssueIntermediate())))
        {
            memory.FindOrAdd(path, 0);
        }

        Assert.Equal(held, known.Select(path => memory.Find(path, 0)));
    }

    // A CA that answers about many, or whose CRLs are long.
    [Fact]
    public void Add_OneBranchGrowsWithoutEnd_OthersStay()
    {
        RevocationMemory memory = new(maxOctets: 1 << 20);
        VerifiedPath[] known = [.. Enumerable.Range(0, 10).Select(_ => PathUnder(_root.IssueIntermediate()))];
        RevocationAuthority[] held = [.. known.Select(path => memory.FindOrAdd(path, 0))];
        Array.ForEach(held, authority => Answer(memory, authority, 1));

        TestCertificateAuthority hostile = _root.IssueIntermediate();
        for (int i = 0; i < 20; i++)
        {
            RevocationAuthority authority = memory.FindOrAdd(PathUnder(hostile.IssueIntermediate()), 0);
            for (int serial = 0; serial < 1_000; serial++)
            {
                Answer(memory, authority, serial);
                Assert.InRange(memory.Authorities.Sum(a => a.Weigh()), 0, 1 << 20);
            }
        }

        Assert.Equal(held, known.Select(path => memory.Find(path, 0)));
        Assert.All(held, authority => Assert.NotNull(authority.PeekAnswer([1, 0, 1])));
    }

    [Fact]
    public void TryKeep_CrlsOfScopesWithoutEnd_AreBounded()
    {
        TestPki pki = new();
        RevocationAuthority authority = new RevocationMemory().FindOrAdd(Pair.JudgeClient(pki).Path!, 0);
        ParsedCrl? last = null;
        for (int i = 0; i < RevocationAuthority.MaxCrls + 100; i++)
        {
            Assert.True(CrlParser.TryParse(pki.Issuing.IssueCrl(c => c.WithIssuingDistributionPoint(p => p.Url($"http://ca.test/{i}.crl"))).Der.Span, out last, out _));
            Assert.True(authority.TryKeep(last));
        }

        Assert.InRange(authority.Crls.All.Count, 1, RevocationAuthority.MaxCrls);
        Assert.Contains(last, authority.Crls.All);
    }

    [Fact]
    public void FindOrAdd_FullOfEquals_TheLeastRecentlyUsedGo()
    {
        RevocationMemory memory = new(maxAuthorities: Max);
        VerifiedPath[] paths = [.. Enumerable.Range(0, 2 * Max).Select(_ => PathUnder(_root.IssueIntermediate()))];
        RevocationAuthority used = memory.FindOrAdd(paths[0], 0);
        long version = memory.Version;
        foreach (VerifiedPath path in paths)
        {
            memory.FindOrAdd(path, 0);
            Assert.Same(used, memory.Find(paths[0], 0));
        }

        Assert.Null(memory.Find(paths[1], 0));
        Assert.NotNull(memory.Find(paths[^1], 0));

        // Verdicts that rest on what is gone are judged again.
        Assert.NotEqual(version, memory.Version);
    }

    private static void Answer(RevocationMemory memory, RevocationAuthority authority, int serial)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        authority.TryKeep([1, (byte)(serial >> 8), (byte)serial], new OcspAnswer(new OcspResult(RevocationStatus.Good) { ThisUpdate = now, Until = now.AddDays(1) }, now), now);
        memory.Add(RevocationAuthority.EntryOctets);
    }

    private static VerifiedPath PathUnder(TestCertificateAuthority issuer)
    {
        TestCertificate client = issuer.IssueClient("client.test");
        TestCertificateAuthority root = (TestCertificateAuthority)(client.Chain.Count > 0 ? client.Chain[^1].Issuer! : client.Issuer!);
        return new PeerPolicyEngine().Judge(Pair.Trusting(root), PeerRole.Client, Pair.Presented(client)).Path!;
    }
}
