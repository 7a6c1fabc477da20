using System.Security.Cryptography;

#pragma warning disable SYSLIB5006 // ML-DSA is marked experimental in .NET 10; this is the only file that touches it.

namespace MutualTls.Certificates;

/// <summary>Verifies ML-DSA signatures (FIPS 204, RFC 9881) where the platform has them.</summary>
internal sealed class MlDsaVerificationKey : VerificationKey
{
    private readonly MLDsa _key;

    private MlDsaVerificationKey(MLDsa key) => _key = key;

    public static MlDsaVerificationKey? Import(ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        MLDsa.IsSupported ? new MlDsaVerificationKey(MLDsa.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo)) : null;

    public override bool Supports(SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.MlDsa44 => _key.Algorithm == MLDsaAlgorithm.MLDsa44,
        SignatureAlgorithm.MlDsa65 => _key.Algorithm == MLDsaAlgorithm.MLDsa65,
        SignatureAlgorithm.MlDsa87 => _key.Algorithm == MLDsaAlgorithm.MLDsa87,
        _ => false,
    };

    public override bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        lock (_key)
        {
            return _key.VerifyData(data, signature);
        }
    }

    public override bool VerifyHash(SignatureAlgorithm algorithm, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) => false;
}
