using Org.BouncyCastle.Pkix;
using Org.BouncyCastle.Utilities.Collections;
using Org.BouncyCastle.X509;
using Org.BouncyCastle.X509.Store;

namespace MutualTls.Benchmarks;

/// <summary>Builds paths with BouncyCastle as its users do: certificates are read before, anchors given, no revocation.</summary>
internal sealed class BouncyCastlePaths
{
    private readonly HashSet<TrustAnchor> _anchors;
    private readonly X509Certificate _endEntity;
    private readonly IStore<X509Certificate> _certificates;

    public BouncyCastlePaths(ReadOnlyMemory<byte> anchor, ReadOnlyMemory<byte> endEntity, params IEnumerable<ReadOnlyMemory<byte>> others)
    {
        _anchors = [new TrustAnchor(Read(anchor), null)];
        _endEntity = Read(endEntity);
        _certificates = CollectionUtilities.CreateStore(others.Select(Read).Append(_endEntity).ToList());
    }

    public PkixCertPathBuilderResult Build()
    {
        PkixBuilderParameters parameters = new(_anchors, new X509CertStoreSelector { Certificate = _endEntity }) { IsRevocationEnabled = false };
        parameters.AddStoreCert(_certificates);
        return new PkixCertPathBuilder().Build(parameters);
    }

    public static X509Certificate Read(ReadOnlyMemory<byte> der) => new X509CertificateParser().ReadCertificate(der.ToArray());
}
