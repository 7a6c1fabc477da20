using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <content>How the CRL is signed, and what is wrong with that.</content>
public sealed partial class TestCrlSpec
{
    private readonly SigningPlan _signing = new();
    private TestKey? _signer;

    /// <summary>Sets how the CRL is signed.</summary>
    /// <param name="kind">
    /// The algorithm. The default follows the key: ECDSA with the hash of the curve's strength, RSA PKCS#1 with SHA-256.
    /// One that does not fit the key makes the issuing throw <see cref="ArgumentException"/>.
    /// </param>
    /// <returns>This description.</returns>
    public TestCrlSpec SignedWith(TestSignatureKind kind)
    {
        _signing.Kind = kind;
        return this;
    }

    /// <summary>Signs with a given key instead of the authority's; issuer and key identifier stay the authority's.</summary>
    /// <param name="key">The key, such as that of another authority.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TestCrlSpec SignedBy(TestKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _signer = key;
        return this;
    }

    /// <summary>Signs with a key that is like the authority's but not it: fails RFC 5280 6.3.3 (g).</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec SignedByWrongKey()
    {
        _signing.WrongKey = true;
        return this;
    }

    /// <summary>Flips the last bit of the signature: well-formed, but fails RFC 5280 6.3.3 (g).</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec SignatureTampered()
    {
        _signing.Tampered = true;
        return this;
    }

    /// <summary>Leaves the signature empty.</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec Unsigned()
    {
        _signing.Unsigned = true;
        return this;
    }

    /// <summary>Names another algorithm inside than outside, against RFC 5280 5.1.1.2; the signature matches the outer one.</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec SignatureAlgorithmMismatch()
    {
        _signing.AlgorithmsDiffer = true;
        return this;
    }

    /// <summary>Names an algorithm that nobody knows, inside and outside; the signature itself is sound.</summary>
    /// <returns>This description.</returns>
    /// <remarks>Its OID is <see cref="TestOids.Unknown"/>. For SHA-1, use <see cref="SignedWith"/>.</remarks>
    public TestCrlSpec SignedWithUnknownAlgorithm()
    {
        _signing.UnknownAlgorithm = true;
        return this;
    }

    /// <summary>Changes the to-be-signed bytes before they are signed, so that the signature still matches.</summary>
    /// <param name="mutation">Gets the TBSCertList and gives what to sign and write instead; several run in the order added.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="mutation"/> is null.</exception>
    public TestCrlSpec MutateTbs(Func<byte[], byte[]> mutation)
    {
        ArgumentNullException.ThrowIfNull(mutation);
        _signing.MutateTbs(mutation);
        return this;
    }

    /// <summary>Changes the finished CRL.</summary>
    /// <param name="mutation">Gets the CRL and gives what to use instead; several run in the order added.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="mutation"/> is null.</exception>
    public TestCrlSpec MutateDer(Func<byte[], byte[]> mutation)
    {
        ArgumentNullException.ThrowIfNull(mutation);
        _signing.MutateDer(mutation);
        return this;
    }

    /// <summary>Adds two octets (an ASN.1 NULL) after the end of the CRL.</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec TrailingData() => MutateDer(der => [.. der, 0x05, 0x00]);
}
