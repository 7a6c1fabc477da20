using System.Security.Cryptography;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <summary>Holds a private key for test certificates, so that several can share one.</summary>
/// <remarks>
/// Nothing is cached behind the scenes: RSA keys are slow to make, so make one and pass it to
/// <see cref="TestCertificateSpec.WithKey(TestKey)"/> as often as needed. The key is released when it is collected.
/// </remarks>
/// <threadsafety>Safe from any thread: signing takes turns.</threadsafety>
public sealed class TestKey
{
    private readonly Lock _turn = new();
    private readonly byte[] _subjectPublicKeyInfo;

    private TestKey(AsymmetricAlgorithm algorithm)
    {
        Algorithm = algorithm;
        _subjectPublicKeyInfo = algorithm.ExportSubjectPublicKeyInfo();
    }

    /// <summary>Gets the platform's key: an <see cref="ECDsa"/> or an <see cref="RSA"/>. Do not dispose it.</summary>
    public AsymmetricAlgorithm Algorithm { get; }

    /// <summary>Gets the public key as a DER SubjectPublicKeyInfo (RFC 5280 4.1.2.7), the input of an SPKI pin.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _subjectPublicKeyInfo;

    /// <summary>Makes a new key.</summary>
    /// <param name="kind">Which key. The default is <see cref="TestKeyKind.P256"/>.</param>
    /// <returns>The new key.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is not a key kind.</exception>
    public static TestKey Generate(TestKeyKind kind = TestKeyKind.P256) => new(kind switch
    {
        TestKeyKind.P256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        TestKeyKind.P384 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        TestKeyKind.P521 => ECDsa.Create(ECCurve.NamedCurves.nistP521),
        TestKeyKind.Rsa1024 => NewRsa(1024),
        TestKeyKind.Rsa2048 => NewRsa(2048),
        TestKeyKind.Rsa3072 => NewRsa(3072),
        TestKeyKind.Rsa4096 => NewRsa(4096),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a key kind."),
    });

    /// <summary>Takes over a key made elsewhere.</summary>
    /// <param name="key">A key with its private part, exportable; owned by the result from now on.</param>
    /// <returns>The key.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public static TestKey From(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new TestKey(key);
    }

    /// <inheritdoc cref="From(ECDsa)"/>
    public static TestKey From(RSA key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new TestKey(key);
    }

    /// <summary>Exports the private key, unencrypted.</summary>
    /// <returns>A DER PrivateKeyInfo (RFC 5208 5).</returns>
    /// <exception cref="CryptographicException">The key cannot be exported.</exception>
    public byte[] ExportPkcs8() => Algorithm.ExportPkcs8PrivateKey();

    /// <summary>Signs data.</summary>
    /// <param name="data">What to sign; it is hashed here.</param>
    /// <param name="kind">How to sign it.</param>
    /// <returns>The signature as X.509 carries it: for ECDSA a DER SEQUENCE of r and s (RFC 3279 2.2.3).</returns>
    /// <exception cref="ArgumentException"><paramref name="kind"/> does not fit this key: ECDSA with an RSA key or the other way round.</exception>
    public byte[] Sign(ReadOnlySpan<byte> data, TestSignatureKind kind)
    {
        SignatureAlgorithm algorithm = SignatureAlgorithm.Of(kind);
        lock (_turn)
        {
            return (Algorithm, algorithm.IsEcdsa) switch
            {
                (ECDsa ecdsa, true) => ecdsa.SignData(data, algorithm.Hash, DSASignatureFormat.Rfc3279DerSequence),
                (RSA rsa, false) => rsa.SignData(data, algorithm.Hash, algorithm.Padding!),
                _ => throw new ArgumentException($"A key of type {Algorithm.GetType().Name} cannot sign with {kind}.", nameof(kind)),
            };
        }
    }

    internal TestSignatureKind DefaultSignatureKind => Algorithm switch
    {
        ECDsa { KeySize: <= 256 } => TestSignatureKind.EcdsaSha256,
        ECDsa { KeySize: <= 384 } => TestSignatureKind.EcdsaSha384,
        ECDsa => TestSignatureKind.EcdsaSha512,
        _ => TestSignatureKind.RsaPkcs1Sha256,
    };

    /// <summary>Makes another key of the same type and size.</summary>
    internal TestKey GenerateAlike() => Algorithm switch
    {
        ECDsa ecdsa => new TestKey(ECDsa.Create(ecdsa.ExportParameters(includePrivateParameters: false).Curve)),
        _ => new TestKey(NewRsa(Algorithm.KeySize)),
    };

    // RSA.Create(int) leaves the making to the first use; a key that several threads share must exist before.
    private static RSA NewRsa(int bits)
    {
        var rsa = RSA.Create(bits);
        _ = rsa.ExportParameters(includePrivateParameters: false);
        return rsa;
    }
}
