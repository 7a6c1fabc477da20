using System.Runtime.CompilerServices;
using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Testing;
using MutualTls.Trust;

namespace MutualTls.Tests.Paths;

/// <summary>A finder that is kept for the next search.</summary>
public class PathFinderTests
{
    // Intermediates that a trusted key has signed are kept elsewhere, and on purpose; end-entities are not.
    [Fact]
    public void End_AfterASearch_KeepsNoEndEntityAlive()
    {
        PathFinder finder = new(new SignatureMemo(), new CandidatePool());
        WeakReference searched = Search(finder);
        for (int i = 0; i < 10 && searched.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(searched.IsAlive);
        GC.KeepAlive(finder);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Search(PathFinder finder)
    {
        TestPki pki = new();
        ParsedCertificate endEntity = Parsed(pki.Client.Der);
        PathParameters parameters = new() { Anchors = new TrustAnchorSet([TrustAnchor.FromCertificate(pki.Root.Der.Span)]) };
        finder.Begin(endEntity, [Parsed(pki.Issuing.Der)], parameters, PathPurpose.ClientAuth, DateTimeOffset.UtcNow);
        Assert.NotNull(finder.Next());
        finder.End();
        return new WeakReference(endEntity);
    }

    private static ParsedCertificate Parsed(ReadOnlyMemory<byte> der) => ParsedCertificate.TryParse(der.Span, out ParsedCertificate? certificate, out _) ? certificate : throw new InvalidOperationException();
}
