using System.Security.Cryptography;
using MutualTls.Certificates;
using MutualTls.Paths;

namespace MutualTls.Revocation.Crl;

/// <summary>Verifies the signature of one CRL, once for each key, without keeping the CRL's octets.</summary>
/// <threadsafety>Safe from any thread; takes no lock.</threadsafety>
internal sealed class CrlSignature
{
    // One key signs a CRL; others are tried where several authorities share a name.
    private const int MaxRefused = 8;

    private readonly SignatureAlgorithm _algorithm;
    private readonly byte[] _signature;

    // The hash of the signed octets, or those themselves for an algorithm that takes no hash.
    private readonly byte[] _signed;
    private Signer? _signer;
    private byte[][] _refused = [];

    public CrlSignature(SignatureAlgorithm algorithm, ReadOnlySpan<byte> tbs, ReadOnlySpan<byte> signature)
    {
        _algorithm = algorithm;
        _signature = signature.ToArray();
        _signed = !TakesHash ? tbs.ToArray() : CryptographicOperations.HashData(SignatureAlgorithms.Hash(algorithm), tbs);
    }

    /// <summary>Gets whether a key is known that signed the CRL.</summary>
    public bool IsProven => Volatile.Read(ref _signer) is not null;

    /// <summary>Tells whether exactly this key signed the CRL, by an algorithm that is strong enough.</summary>
    public bool IsBy(CrlSigner signer) => IsKnown(signer.EncodedKey, out bool good) ? good : Check(signer.EncodedKey.ToArray(), signer.GetVerificationKey());

    /// <summary>Tells whether the key signed this CRL that is known to have signed another one.</summary>
    public bool IsBySignerOf(CrlSignature other) =>
        Volatile.Read(ref other._signer) is { } signer && (IsKnown(signer.EncodedKey, out bool good) ? good : Check(signer.EncodedKey, signer.Key));

    /// <summary>Tells whether the two are of the same octets.</summary>
    public bool IsSame(CrlSignature other) => _signature.AsSpan().SequenceEqual(other._signature) && _signed.AsSpan().SequenceEqual(other._signed);

    private bool TakesHash => _algorithm is not (SignatureAlgorithm.Unsupported or SignatureAlgorithm.MlDsa44 or SignatureAlgorithm.MlDsa65 or SignatureAlgorithm.MlDsa87);

    private bool IsKnown(ReadOnlySpan<byte> encodedKey, out bool good)
    {
        good = Volatile.Read(ref _signer) is { } signer && encodedKey.SequenceEqual(signer.EncodedKey);
        if (good)
        {
            return true;
        }

        foreach (byte[] refused in Volatile.Read(ref _refused))
        {
            if (encodedKey.SequenceEqual(refused))
            {
                return true;
            }
        }

        return false;
    }

    private bool Check(byte[] encodedKey, VerificationKey? key)
    {
        if (key is not null && Verify(key))
        {
            Volatile.Write(ref _signer, new Signer(encodedKey, key));
            return true;
        }

        byte[][] refused = Volatile.Read(ref _refused);
        Volatile.Write(ref _refused, [.. refused.Length < MaxRefused ? refused : refused[1..], encodedKey]);
        return false;
    }

    private bool Verify(VerificationKey key) =>
        _algorithm != SignatureAlgorithm.Unsupported && !AlgorithmRules.IsWeak(_algorithm) && key.Supports(_algorithm)
        && (TakesHash ? key.VerifyHash(_algorithm, _signed, _signature) : key.Verify(_algorithm, _signed, _signature));

    private sealed record Signer(byte[] EncodedKey, VerificationKey Key);
}
