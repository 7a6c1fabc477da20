using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Revocation.Memory;
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

    private static VerifiedPath PathUnder(TestCertificateAuthority issuer)
    {
        TestCertificate client = issuer.IssueClient("client.test");
        TestCertificateAuthority root = (TestCertificateAuthority)(client.Chain.Count > 0 ? client.Chain[^1].Issuer! : client.Issuer!);
        return new PeerPolicyEngine().Judge(Pair.Trusting(root), PeerRole.Client, Pair.Presented(client)).Path!;
    }
}
