using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <content>The ways in which a certificate can be wrong.</content>
public sealed partial class TestCertificateSpec
{
    /// <summary>Ends the validity one hour before <see cref="Now"/>: fails RFC 5280 6.1.3 (a)(2).</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec Expired() => Validity(Now.AddDays(-30), Now.AddHours(-1));

    /// <summary>Starts the validity one hour after <see cref="Now"/>: fails RFC 5280 6.1.3 (a)(2).</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec NotYetValid() => Validity(Now.AddHours(1), Now.AddDays(30));

    /// <summary>Writes these bytes in the place of the validity, for times against RFC 5280 4.1.2.5.</summary>
    /// <param name="der">The whole element, tag and length included; unchecked.</param>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithRawValidity(ReadOnlySpan<byte> der)
    {
        _rawValidity = der.ToArray();
        return this;
    }

    /// <summary>Gives the certificate a public key on NIST P-192: a point on the curve, too weak for any sane policy.</summary>
    /// <returns>This description.</returns>
    /// <remarks>The private key is not here; it is 1, so nothing may ever rely on it.</remarks>
    public TestCertificateSpec WithP192Key() => WithPublicKey(SubjectPublicKey.P192);

    /// <summary>Gives the certificate a public key of an algorithm that nobody knows: <see cref="TestOids.Unknown"/>.</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithUnknownKeyAlgorithm() => WithPublicKey(SubjectPublicKey.OfUnknownAlgorithm);

    /// <summary>Sets the serial number to these octets as they are, for serials against RFC 5280 4.1.2.2.</summary>
    /// <param name="octets">
    /// The content of the INTEGER, big-endian two's complement: a first octet of 0x80 or more is negative, one 0x00 is zero, more than
    /// 20 octets are too long. The default is 16 random octets of a positive number.
    /// </param>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithSerial(params ReadOnlySpan<byte> octets)
    {
        _serial = octets.ToArray();
        return this;
    }

    /// <summary>Makes the serial number negative, against RFC 5280 4.1.2.2.</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithNegativeSerial() => WithSerial(0x80, 0x01, 0x02, 0x03);

    /// <summary>Makes the serial number zero, against RFC 5280 4.1.2.2.</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithZeroSerial() => WithSerial(0x00);

    /// <summary>Makes the serial number 21 octets long, one more than RFC 5280 4.1.2.2 allows.</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithTooLongSerial() => WithSerial([0x40, .. new byte[20]]);

    /// <summary>Sets the version.</summary>
    /// <param name="version">
    /// 3 is the default. 1 leaves the field out; 1 and 2 keep the extensions, against RFC 5280 4.1.2.9, unless
    /// <see cref="WithoutExtensions"/> drops them. Any other number is no version that exists.
    /// </param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>5280 4.1.2.1</rfc></remarks>
    public TestCertificateSpec Version(int version)
    {
        _version = version;
        return this;
    }

    /// <summary>Adds issuer and subject unique identifiers, which RFC 5280 4.1.2.8 tells authorities not to write.</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithUniqueIds()
    {
        _uniqueIds = [.. Der.Tlv(0x81, [0x00, 0x01]), .. Der.Tlv(0x82, [0x00, 0x02])];
        return this;
    }

    /// <summary>Sets any extension, known or not.</summary>
    /// <param name="oid">The extension. An unknown critical one must be refused (RFC 5280 6.1.4 (o), 6.1.5 (f)).</param>
    /// <param name="critical">Whether it is critical.</param>
    /// <param name="value">The content of extnValue, unchecked; what it should be is DER.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestCertificateSpec WithExtension(string oid, bool critical, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.Set(oid, critical, value.ToArray());
        return this;
    }

    /// <summary>Adds a critical extension that nobody knows: must be refused (RFC 5280 6.1.4 (o), 6.1.5 (f)).</summary>
    /// <returns>This description.</returns>
    /// <remarks>Its OID is <see cref="TestOids.Unknown"/>, its value an ASN.1 NULL.</remarks>
    public TestCertificateSpec WithUnknownCriticalExtension() => WithExtension(TestOids.Unknown, critical: true, [0x05, 0x00]);

    /// <summary>Leaves out an extension; nothing happens if it is not there.</summary>
    /// <param name="oid">The extension.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestCertificateSpec WithoutExtension(string oid)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.Remove(oid);
        if (oid == TestOids.AuthorityInformationAccess)
        {
            _accessDescriptions.Clear();
        }

        return this;
    }

    /// <summary>Leaves out all extensions.</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithoutExtensions()
    {
        _extensions.Clear();
        _accessDescriptions.Clear();
        return this;
    }

    /// <summary>Writes an extension twice, against RFC 5280 4.2.</summary>
    /// <param name="oid">The extension. Issuing throws <see cref="InvalidOperationException"/> if it is not there.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestCertificateSpec ExtensionDuplicated(string oid)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.Duplicate(oid);
        return this;
    }

    /// <summary>Changes whether an extension is critical, whatever RFC 5280 4.2 says about that one.</summary>
    /// <param name="oid">The extension. Issuing throws <see cref="InvalidOperationException"/> if it is not there.</param>
    /// <param name="critical">Whether it is critical.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestCertificateSpec ExtensionCritical(string oid, bool critical)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.SetCriticality(oid, critical);
        return this;
    }
}
