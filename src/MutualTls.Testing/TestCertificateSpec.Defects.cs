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
