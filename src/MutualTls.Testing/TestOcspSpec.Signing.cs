using System.Security.Cryptography;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <content>Who signs the response and how, and what is wrong with that.</content>
public sealed partial class TestOcspSpec
{
    private readonly SigningPlan _signing = new();
    private readonly List<Func<byte[], byte[]>> _derMutations = [];
    private readonly List<TestCertificate> _certificates = [];
    private TestCertificate? _signer;
    private TestName? _responderName;
    private bool _byName;

    /// <summary>Lets a delegate sign: its key signs, its certificate comes along, and the response names it.</summary>
    /// <param name="signer">The delegate, such as one of <see cref="TestCertificateAuthority.IssueOcspSigner"/>.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="signer"/> is null.</exception>
    /// <remarks><rfc>6960 4.2.2.2</rfc></remarks>
    public TestOcspSpec SignedBy(TestCertificate signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        _signer = signer;
        return WithCertificate(signer);
    }

    /// <summary>Names the signer by its subject instead of its key.</summary>
    /// <param name="name">The name. The default is null: the signer's own.</param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>6960 4.2.2.3</rfc></remarks>
    public TestOcspSpec ResponderByName(TestName? name = null)
    {
        (_byName, _responderName) = (true, name);
        return this;
    }

    /// <summary>Sends a certificate along.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="certificate"/> is null.</exception>
    public TestOcspSpec WithCertificate(TestCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        _certificates.Add(certificate);
        return this;
    }

    /// <summary>Sends no certificate along, not even a delegate's.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec WithoutCertificates()
    {
        _certificates.Clear();
        return this;
    }

    /// <summary>Sets how the response is signed.</summary>
    /// <param name="kind">The algorithm. The default follows the key. One that does not fit makes the issuing throw <see cref="ArgumentException"/>.</param>
    /// <returns>This description.</returns>
    public TestOcspSpec SignedWith(TestSignatureKind kind)
    {
        _signing.Kind = kind;
        return this;
    }

    /// <summary>Signs with a key that is like the signer's but not it.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec SignedByWrongKey()
    {
        _signing.WrongKey = true;
        return this;
    }

    /// <summary>Flips the last bit of the signature.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec SignatureTampered()
    {
        _signing.Tampered = true;
        return this;
    }

    /// <summary>Names an algorithm that nobody knows; the signature itself is sound.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec SignedWithUnknownAlgorithm()
    {
        _signing.UnknownAlgorithm = true;
        return this;
    }

    /// <summary>Leaves the signature empty.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec Unsigned()
    {
        _signing.Unsigned = true;
        return this;
    }

    /// <summary>Changes the to-be-signed bytes before they are signed, so that the signature still matches.</summary>
    /// <param name="mutation">Gets the ResponseData and gives what to sign and write instead; several run in the order added.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="mutation"/> is null.</exception>
    public TestOcspSpec MutateTbs(Func<byte[], byte[]> mutation)
    {
        ArgumentNullException.ThrowIfNull(mutation);
        _signing.MutateTbs(mutation);
        return this;
    }

    /// <summary>Changes the finished response.</summary>
    /// <param name="mutation">Gets the OCSPResponse and gives what to use instead; several run in the order added.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="mutation"/> is null.</exception>
    public TestOcspSpec MutateDer(Func<byte[], byte[]> mutation)
    {
        ArgumentNullException.ThrowIfNull(mutation);
        _derMutations.Add(mutation);
        return this;
    }

    /// <summary>Cuts the finished response in half.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec Truncated() => MutateDer(der => der[..(der.Length / 2)]);

    /// <summary>Adds two octets (an ASN.1 NULL) after the end of the response.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec TrailingData() => MutateDer(der => [.. der, 0x05, 0x00]);

    private byte[] WriteBasic()
    {
        byte[] certificates = _certificates.Count == 0 ? [] : Der.Tlv(0xA0, Der.Tlv(0x30, [.. _certificates.SelectMany(c => c.Der.ToArray())]));
        return _signing.Sign((_signer ?? _issuer).Key, _ => WriteTbs(), certificates);
    }

    // RFC 6960 4.2.1: ResponderID ::= CHOICE { byName [1] Name, byKey [2] KeyHash }, a SHA-1.
    private byte[] ResponderId()
    {
        TestCertificate signer = _signer ?? _issuer;
        return _byName
            ? Der.Tlv(0xA1, (_responderName ?? signer.Subject).Encoded.Span)
            : Der.Tlv(0xA2, Der.Tlv(0x04, OcspCertId.Hash(HashAlgorithmName.SHA1, SubjectPublicKey.Bits(signer.Key.SubjectPublicKeyInfo.Span))));
    }
}
