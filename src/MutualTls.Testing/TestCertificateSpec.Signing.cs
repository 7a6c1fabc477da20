using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <content>How the certificate is signed, and what is wrong with that.</content>
public sealed partial class TestCertificateSpec
{
    private readonly SigningPlan _signing = new();

    /// <summary>Sets how the issuer signs this certificate.</summary>
    /// <param name="kind">
    /// The algorithm. The default follows the issuer's key: ECDSA with the hash of the curve's strength, RSA PKCS#1 with SHA-256.
    /// One that does not fit the issuer's key makes the issuing throw <see cref="ArgumentException"/>.
    /// </param>
    /// <returns>This description.</returns>
    public TestCertificateSpec SignedWith(TestSignatureKind kind)
    {
        _signing.Kind = kind;
        return this;
    }

    /// <summary>Flips the last bit of the signature: well-formed, but fails RFC 5280 6.1.3 (a)(1).</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec SignatureTampered()
    {
        _signing.Tampered = true;
        return this;
    }

    /// <summary>Signs with a key that is like the issuer's but not it: fails RFC 5280 6.1.3 (a)(1).</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec SignedByWrongKey()
    {
        _signing.WrongKey = true;
        return this;
    }

    /// <summary>Names another algorithm inside than outside, against RFC 5280 4.1.1.2; the signature matches the outer one.</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec SignatureAlgorithmMismatch()
    {
        _signing.AlgorithmsDiffer = true;
        return this;
    }

    /// <summary>Names an algorithm that nobody knows, inside and outside; the signature itself is sound.</summary>
    /// <returns>This description.</returns>
    /// <remarks>Its OID is <see cref="TestOids.Unknown"/>. For SHA-1, use <see cref="SignedWith"/>.</remarks>
    public TestCertificateSpec SignedWithUnknownAlgorithm()
    {
        _signing.UnknownAlgorithm = true;
        return this;
    }

    /// <summary>Changes the to-be-signed bytes before they are signed, so that the signature still matches.</summary>
    /// <param name="mutation">Gets the TBSCertificate and gives what to sign and write instead; several run in the order added.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="mutation"/> is null.</exception>
    public TestCertificateSpec MutateTbs(Func<byte[], byte[]> mutation)
    {
        ArgumentNullException.ThrowIfNull(mutation);
        _signing.MutateTbs(mutation);
        return this;
    }

    /// <summary>Changes the finished certificate.</summary>
    /// <param name="mutation">Gets the certificate and gives what to use instead; several run in the order added.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="mutation"/> is null.</exception>
    public TestCertificateSpec MutateDer(Func<byte[], byte[]> mutation)
    {
        ArgumentNullException.ThrowIfNull(mutation);
        _signing.MutateDer(mutation);
        return this;
    }

    /// <summary>Adds two octets (an ASN.1 NULL) after the end of the certificate.</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec TrailingData() => MutateDer(der => [.. der, 0x05, 0x00]);
}
