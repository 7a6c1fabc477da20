using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Testing;
using MutualTls.Trust;

namespace MutualTls.Tests.Paths;

/// <summary>Which signatures are remembered, and what that saves.</summary>
public class SignatureMemoTests
{
    private readonly TestPki _pki = new();
    private readonly SignatureMemo _memo = new();

    [Fact]
    public void Remember_Path_KeepsTheSignatureOnTheIntermediateAlone()
    {
        (VerifiedPath path, int checks) = Find();
        Assert.Equal(2, checks);
        _memo.Remember(path);
        Assert.Equal(1, Find().Checks);
    }

    [Fact]
    public void RememberWhole_Path_KeepsTheSignatureOnTheEndEntityToo()
    {
        _memo.RememberWhole(Find().Path);
        Assert.Equal(0, Find().Checks);
    }

    // Exactly this key over exactly these octets.
    [Fact]
    public void Knows_OtherKeyOrCertificate_IsFalse()
    {
        VerifiedPath path = Find().Path;
        _memo.RememberWhole(path);
        ParsedCertificate endEntity = path.EndEntity, other = Parsed(_pki.Server.Der);
        Assert.True(_memo.Knows(endEntity, path.Span[1].SubjectPublicKeyInfo));
        Assert.False(_memo.Knows(endEntity, path.Anchor.EncodedKey));
        Assert.False(_memo.Knows(other, path.Span[1].SubjectPublicKeyInfo));
    }

    private (VerifiedPath Path, int Checks) Find()
    {
        PathFinder finder = new(_memo, new CandidatePool());
        PathParameters parameters = new() { Anchors = new TrustAnchorSet([TrustAnchor.FromCertificate(_pki.Root.Der.Span)]) };
        finder.Begin(Parsed(_pki.Client.Der), [Parsed(_pki.Issuing.Der)], parameters, PathPurpose.ClientAuth, DateTimeOffset.UtcNow);
        VerifiedPath path = finder.Next()!;
        return (path, finder.Checked.Good);
    }

    private static ParsedCertificate Parsed(ReadOnlyMemory<byte> der) => ParsedCertificate.TryParse(der.Span, out ParsedCertificate? certificate, out _) ? certificate : throw new InvalidOperationException();
}
