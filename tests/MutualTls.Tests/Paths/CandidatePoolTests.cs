using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Testing;
using MutualTls.Trust;

namespace MutualTls.Tests.Paths;

/// <summary>What the holder of a trusted CA can have kept.</summary>
public class CandidatePoolTests
{
    private readonly TestCertificateAuthority _root = TestCertificateAuthority.CreateRoot();

    // One more than is kept of a name, over and over: each pushes out one that comes back.
    [Fact]
    public void Add_NamesakesThatComeBack_StaysBoundedAndLeavesTheOthers()
    {
        const int Capacity = 20;
        CandidatePool pool = new(Capacity);
        VerifiedPath other = PathBelow(_root.IssueIntermediate("Other"));
        VerifiedPath[] namesakes = [.. Enumerable.Range(0, CandidatePool.MaxNamesakes + 1).Select(_ => PathBelow(_root.IssueIntermediate("Namesake")))];
        pool.Add(other);
        for (int i = 0; i < 50; i++)
        {
            Array.ForEach(namesakes, pool.Add);
            Assert.InRange(pool.Queued, 0, (Capacity * 2) + 1);
        }

        Assert.Equal(CandidatePool.MaxNamesakes + 1, pool.Count);
        Assert.Equal(CandidatePool.MaxNamesakes, pool.Named(namesakes[0].Span[1].SubjectNameHash).Length);
        Assert.NotNull(pool.Find(other.Span[1].Bytes));
    }

    private VerifiedPath PathBelow(TestCertificateAuthority ca)
    {
        PathFinder finder = new(new SignatureMemo(), new CandidatePool());
        PathParameters parameters = new() { Anchors = new TrustAnchorSet([TrustAnchor.FromCertificate(_root.Der.Span)]) };
        finder.Begin(Parsed(ca.IssueClient("client.test").Der), [Parsed(ca.Der)], parameters, PathPurpose.ClientAuth, DateTimeOffset.UtcNow);
        return finder.Next()!;
    }

    private static ParsedCertificate Parsed(ReadOnlyMemory<byte> der) => ParsedCertificate.TryParse(der.Span, out ParsedCertificate? certificate, out _) ? certificate : throw new InvalidOperationException();
}
