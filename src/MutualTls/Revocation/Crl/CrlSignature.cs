using System.Security.Cryptography;
using MutualTls.Certificates;
using MutualTls.Paths;

namespace MutualTls.Revocation.Crl;

/// <summary>Verifies the signature of one CRL, once for each key, without keeping the CRL's octets.</summary>
/// <threadsafety>Safe from any thread; takes no lock.</threadsafety>
internal sealed class CrlSignature
{
    // One key signs a CRL; others are tried where several authorities share a name.
    private const int MaxRemembered = 8;

    private readonly SignatureAlgorithm _algorithm;
    private readonly byte[] _signature;

    // The hash of the signed octets, or those themselves for an algorithm that takes no hash.
    private readonly byte[] _signed;
    private KeyCheck[] _checks = [];

    public CrlSignature(SignatureAlgorithm algorithm, ReadOnlySpan<byte> tbs, ReadOnlySpan<byte> signature)
    {
        _algorithm = algorithm;
        _signature = signature.ToArray();
        _signed = !TakesHash ? tbs.ToArray() : CryptographicOperations.HashData(SignatureAlgorithms.Hash(algorithm), tbs);
    }

    /// <summary>Tells whether exactly this key signed the CRL, by an algorithm that is strong enough.</summary>
    public bool IsBy(CrlSigner signer)
    {
        KeyCheck[] checks = Volatile.Read(ref _checks);
        foreach (KeyCheck check in checks)
        {
            if (signer.EncodedKey.SequenceEqual(check.Key))
            {
                return check.IsGood;
            }
        }

        bool good = Verify(signer);
        KeyCheck[] kept = checks.Length < MaxRemembered ? checks : checks[1..];
        Volatile.Write(ref _checks, [.. kept, new KeyCheck(signer.EncodedKey.ToArray(), good)]);
        return good;
    }

    private bool TakesHash => _algorithm is not (SignatureAlgorithm.Unsupported or SignatureAlgorithm.MlDsa44 or SignatureAlgorithm.MlDsa65 or SignatureAlgorithm.MlDsa87);

    private bool Verify(CrlSigner signer) =>
        _algorithm != SignatureAlgorithm.Unsupported && !AlgorithmRules.IsWeak(_algorithm)
        && signer.GetVerificationKey() is { } key && key.Supports(_algorithm)
        && (TakesHash ? key.VerifyHash(_algorithm, _signed, _signature) : key.Verify(_algorithm, _signed, _signature));

    private sealed record KeyCheck(byte[] Key, bool IsGood);
}
