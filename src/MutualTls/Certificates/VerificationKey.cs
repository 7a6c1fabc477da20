using System.Security.Cryptography;
using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Verifies signatures with one public key, imported once.</summary>
/// <threadsafety>Safe from any thread: see <see cref="PlatformKeys"/>.</threadsafety>
internal abstract class VerificationKey
{
    // The largest hash: SHA-512.
    private const int MaxHashLength = 64;

    /// <summary>Imports a key; null if the platform cannot use it. Costs several verifications: do it once per key.</summary>
    public static VerificationKey? Import(SubjectPublicKeyInfo info, ReadOnlySpan<byte> certificate)
    {
        try
        {
            return info.Algorithm switch
            {
                PublicKeyAlgorithm.Rsa => new RsaVerificationKey(info.Key.Of(certificate)),
                PublicKeyAlgorithm.EcP256 or PublicKeyAlgorithm.EcP384 or PublicKeyAlgorithm.EcP521 =>
                    new EcdsaVerificationKey(info.Algorithm, info.Key.Of(certificate)),
                PublicKeyAlgorithm.MlDsa => MlDsaVerificationKey.Import(info.Encoded.Of(certificate)),
                _ => null,
            };
        }
        catch (CryptographicException)
        {
            // A point off the curve, or a number that is no key: what a certificate holds is data.
            return null;
        }
        catch (PlatformNotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Tells whether this kind of key makes this kind of signature.</summary>
    public abstract bool Supports(SignatureAlgorithm algorithm);

    /// <summary>Tells whether <paramref name="signature"/> is this key's over <paramref name="data"/>. Allocates nothing for RSA and ECDSA on Linux, but once for each thread.</summary>
    public virtual bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> hash = stackalloc byte[MaxHashLength];
        int length = SignedHash.Compute(SignatureAlgorithms.Hash(algorithm), data, hash);
        return VerifyHash(algorithm, hash[..length], signature);
    }

    /// <summary>Tells whether <paramref name="signature"/> is this key's over data with this hash; false for an algorithm that takes no hash.</summary>
    public abstract bool VerifyHash(SignatureAlgorithm algorithm, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature);
}

internal sealed class RsaVerificationKey(ReadOnlySpan<byte> rsaPublicKey) : VerificationKey
{
    private readonly PlatformKeys<RSA> _keys = PlatformKeys.ImportRsa(rsaPublicKey.ToArray());

    public override bool Supports(SignatureAlgorithm algorithm) => algorithm is >= SignatureAlgorithm.RsaSha1 and <= SignatureAlgorithm.RsaPssSha512;

    public override bool VerifyHash(SignatureAlgorithm algorithm, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        RSASignaturePadding padding = algorithm >= SignatureAlgorithm.RsaPssSha256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        RSA key = _keys.Rent();
        try
        {
            return key.VerifyHash(hash, signature, SignatureAlgorithms.Hash(algorithm), padding);
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            _keys.Return(key);
        }
    }
}

internal sealed class EcdsaVerificationKey(PublicKeyAlgorithm algorithm, ReadOnlySpan<byte> point) : VerificationKey
{
    private readonly PlatformKeys<ECDsa> _keys = PlatformKeys.ImportEcdsa(algorithm, point.ToArray());

    public override bool Supports(SignatureAlgorithm algorithm) => algorithm is >= SignatureAlgorithm.EcdsaSha1 and <= SignatureAlgorithm.EcdsaSha512;

    public override bool VerifyHash(SignatureAlgorithm algorithm, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        ECDsa key = _keys.Rent();
        try
        {
            return key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            _keys.Return(key);
        }
    }
}
