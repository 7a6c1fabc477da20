using System.Security.Cryptography;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <summary>Describes a certificate to be issued, sound or with any defect.</summary>
/// <remarks>
/// Reaches you filled in with what the kind of certificate calls for; every method changes one thing and leaves the rest sound.
/// The order of calls matters only where two set the same thing: the last one holds. Nothing is checked for sense.
/// <rfc>5280 4.1</rfc>
/// </remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed partial class TestCertificateSpec
{
    private readonly SigningPlan _signing = new();
    private readonly ExtensionList _extensions = new();
    private TestName _subject = TestName.Empty;
    private TestName? _issuerName;
    private TestKey? _key;
    private TestKeyKind _keyKind = TestKeyKind.P256;
    private byte[]? _publicKey;
    private byte[] _serial = NewSerial();
    private byte[] _uniqueIds = [];
    private byte[]? _rawValidity;
    private int _version = 3;
    private DateTimeOffset _notBefore;
    private DateTimeOffset _notAfter;

    internal TestCertificateSpec(TimeProvider timeProvider)
    {
        Now = Der.WholeSeconds(timeProvider.GetUtcNow());
    }

    /// <summary>Gets the time that validity is counted from: now by the issuing authority's clock, in whole seconds.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Sets the subject to a common name alone.</summary>
    /// <param name="commonName">The common name.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="commonName"/> is null.</exception>
    public TestCertificateSpec WithSubject(string commonName) => WithSubject(TestName.Cn(commonName));

    /// <summary>Sets the subject.</summary>
    /// <param name="subject">The name; <see cref="TestName.Empty"/> makes a subjectAltName critical by default (RFC 5280 4.2.1.6).</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="subject"/> is null.</exception>
    public TestCertificateSpec WithSubject(TestName subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        _subject = subject;
        return this;
    }

    /// <summary>Sets the issuer to a name that need not be the issuer's: breaks the name chaining of RFC 5280 6.1.3 (a)(4).</summary>
    /// <param name="issuer">The name. The default is the subject of whoever issues.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="issuer"/> is null.</exception>
    public TestCertificateSpec WithIssuerName(TestName issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        _issuerName = issuer;
        return this;
    }

    /// <summary>Sets the validity period.</summary>
    /// <param name="notBefore">The first second of it. The default is one hour before <see cref="Now"/>, for authorities one day.</param>
    /// <param name="notAfter">The last second. The default is 90 days after <see cref="Now"/>, for intermediates 5 years, for roots 10.</param>
    /// <returns>This description.</returns>
    public TestCertificateSpec Validity(DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        (_notBefore, _notAfter) = (Der.WholeSeconds(notBefore), Der.WholeSeconds(notAfter));
        _rawValidity = null;
        return this;
    }

    /// <summary>Gives the certificate this key.</summary>
    /// <param name="key">The key; several certificates may share one.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TestCertificateSpec WithKey(TestKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        (_key, _publicKey) = (key, null);
        return this;
    }

    /// <summary>Gives the certificate a new key.</summary>
    /// <param name="kind">Which key. The default is <see cref="TestKeyKind.P256"/>.</param>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithKey(TestKeyKind kind)
    {
        (_key, _keyKind, _publicKey) = (null, kind, null);
        return this;
    }

    /// <summary>Gives the certificate a public key whose private key is elsewhere, or a key that is none at all.</summary>
    /// <param name="subjectPublicKeyInfo">The DER SubjectPublicKeyInfo, unchecked (RFC 5280 4.1.2.7).</param>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithPublicKey(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        (_key, _publicKey) = (null, subjectPublicKeyInfo.ToArray());
        return this;
    }

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

    internal TestName Subject => _subject;

    internal byte[] Serial => _serial;

    internal TestKey? Key => _key;

    internal byte[] SubjectKeyId => _subjectKeyId ?? KeyIdentifier(_publicKey ?? _key!.SubjectPublicKeyInfo.Span);

    /// <summary>Writes the certificate.</summary>
    /// <param name="issuer">Who signs it; null signs it with its own key.</param>
    internal byte[] Write(TestCertificate? issuer)
    {
        if (_publicKey is null)
        {
            _key ??= TestKey.Generate(_keyKind);
        }

        _issuerKeyId = issuer?.SubjectKeyId ?? SubjectKeyId;
        TestKey signer = issuer?.Key ?? _key ?? throw new InvalidOperationException("A self-signed certificate needs its private key.");
        TestName issuerName = _issuerName ?? issuer?.Subject ?? _subject;
        return _signing.Sign(signer, algorithm => WriteTbs(algorithm, issuerName));
    }

    // RFC 5280 4.1: TBSCertificate.
    private byte[] WriteTbs(byte[] algorithm, TestName issuer)
    {
        byte[] version = _version == 1 ? [] : Der.Tlv(0xA0, Der.Write(writer => writer.WriteInteger(_version - 1)));
        byte[] validity = _rawValidity ?? Der.Write(writer =>
        {
            using (writer.PushSequence())
            {
                Der.WriteTime(writer, _notBefore);
                Der.WriteTime(writer, _notAfter);
            }
        });
        byte[] extensions = _extensions.IsEmpty ? [] : Der.Tlv(0xA3, Der.Write(_extensions.Write));
        return Der.Tlv(
            0x30,
            [
                .. version,
                .. Der.Tlv(0x02, _serial),
                .. algorithm,
                .. issuer.Encoded.Span,
                .. validity,
                .. _subject.Encoded.Span,
                .. _publicKey ?? _key!.SubjectPublicKeyInfo.Span,
                .. _uniqueIds,
                .. extensions,
            ]);
    }

    // RFC 5280 4.1.2.2: positive and at most 20 octets. 16 random ones, the first from 0x40 to 0x7F.
    private static byte[] NewSerial()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)(0x40 | (serial[0] & 0x3F));
        return serial;
    }

    // RFC 7093 2 (1): the leftmost 160 bits of the SHA-256 of the public key's bit string.
    private static byte[] KeyIdentifier(ReadOnlySpan<byte> subjectPublicKeyInfo) => SHA256.HashData(SubjectPublicKey.Bits(subjectPublicKeyInfo))[..20];
}
