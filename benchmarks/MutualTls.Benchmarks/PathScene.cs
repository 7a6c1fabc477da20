using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Testing;
using MutualTls.Trust;

namespace MutualTls.Benchmarks;

/// <summary>One end-entity, what came along with it, and one anchor, for three builders of paths.</summary>
internal sealed class PathScene
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    private readonly SignatureMemo _memo = new();
    private readonly CandidatePool _pool = new();
    private readonly ParsedCertificate _endEntity;
    private readonly ParsedCertificate[] _others;
    private readonly PathParameters _parameters;
    private readonly PathFinder _knowing;
    private readonly PathFinder _unknowing;
    private readonly BouncyCastlePaths _bouncyCastle;
    private readonly X509Certificate2 _platformLeaf;
    private readonly X509ChainPolicy _platform;

    public PathScene(TestCertificate anchor, TestCertificate endEntity, params IEnumerable<TestCertificate> others)
    {
        ReadOnlyMemory<byte>[] ders = [.. others.Select(other => other.Der)];
        _endEntity = Read(endEntity.Der);
        _others = [.. ders.Select(Read)];
        _parameters = new PathParameters { Anchors = new TrustAnchorSet([TrustAnchor.FromCertificate(anchor.Der.Span)]) };
        _knowing = new PathFinder(_memo, _pool);
        _unknowing = new PathFinder(new SignatureMemo(), new CandidatePool());
        _bouncyCastle = new BouncyCastlePaths(anchor.Der, endEntity.Der, ders);
        _platformLeaf = X509CertificateLoader.LoadCertificate(endEntity.Der.Span);
        _platform = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        _platform.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(anchor.Der.Span));
        foreach (ReadOnlyMemory<byte> der in ders)
        {
            _platform.ExtraStore.Add(X509CertificateLoader.LoadCertificate(der.Span));
        }

        _memo.Remember(Find(_knowing));
    }

    public bool Platform() => Scene.Build(_platform, _platformLeaf);

    public bool PlatformTries() => Scene.TryBuild(_platform, _platformLeaf);

    /// <summary>Finds the path anew, every signature included.</summary>
    public object Ours() => Find(_unknowing);

    /// <summary>Finds the path with its signatures known to be good.</summary>
    public object OursKnowingSignatures() => Find(_knowing);

    public object BouncyCastle() => _bouncyCastle.Build();

    private VerifiedPath Find(PathFinder finder)
    {
        finder.Begin(_endEntity, _others, _parameters, PathPurpose.ClientAuth, s_now);
        VerifiedPath? path = finder.Next();
        if (path is null)
        {
            throw new InvalidOperationException(finder.Explain().ToString());
        }

        finder.End();
        return path;
    }

    private static ParsedCertificate Read(ReadOnlyMemory<byte> der) =>
        CertificateParser.TryParse(der, out ParsedCertificate? certificate, out Finding finding) ? certificate : throw new InvalidOperationException(finding.ToString());
}
