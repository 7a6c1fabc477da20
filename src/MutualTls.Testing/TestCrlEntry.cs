using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <summary>Describes one entry of a CRL: a certificate that is revoked, and why.</summary>
/// <remarks>By default revoked one hour ago, without any entry extension. <rfc>5280 5.3</rfc></remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class TestCrlEntry
{
    private readonly byte[] _serial;
    private readonly ExtensionList _extensions = new();
    private DateTimeOffset _revokedAt;

    internal TestCrlEntry(ReadOnlySpan<byte> serial, DateTimeOffset revokedAt)
    {
        _serial = serial.ToArray();
        _revokedAt = revokedAt;
    }

    /// <summary>Sets when the certificate was revoked.</summary>
    /// <param name="time">The time; written in whole seconds.</param>
    /// <returns>This entry.</returns>
    public TestCrlEntry RevokedAt(DateTimeOffset time)
    {
        _revokedAt = time;
        return this;
    }

    /// <summary>Says why; not critical.</summary>
    /// <param name="reason">
    /// The reason. <see cref="X509RevocationReason.RemoveFromCrl"/> belongs in a delta CRL only;
    /// <see cref="X509RevocationReason.Unspecified"/> should not be written at all (RFC 5280 5.3.1). Numbers that are no reason are written as they are.
    /// </param>
    /// <returns>This entry.</returns>
    /// <remarks><rfc>5280 5.3.1</rfc></remarks>
    public TestCrlEntry Reason(X509RevocationReason reason) =>
        WithExtension(TestOids.CrlReason, critical: false, Der.Tlv(0x0A, [(byte)reason]));

    /// <summary>Says since when the key is suspect; not critical.</summary>
    /// <param name="time">The time; written in whole seconds, as GeneralizedTime.</param>
    /// <returns>This entry.</returns>
    /// <remarks><rfc>5280 5.3.2</rfc></remarks>
    public TestCrlEntry InvalidSince(DateTimeOffset time) =>
        WithExtension(
            TestOids.InvalidityDate,
            critical: false,
            Der.Write(writer => writer.WriteGeneralizedTime(time, omitFractionalSeconds: true)));

    /// <summary>Says who issued the certificate, in an indirect CRL, for this entry and those after it; critical.</summary>
    /// <param name="issuer">The certificate's issuer.</param>
    /// <returns>This entry.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="issuer"/> is null.</exception>
    /// <remarks><rfc>5280 5.3.3</rfc></remarks>
    public TestCrlEntry CertificateIssuer(TestName issuer) =>
        WithExtension(
            TestOids.CertificateIssuer,
            critical: true,
            Der.Tlv(0x30, TestGeneralNames.From(names => names.Directory(issuer)).Content()));

    /// <summary>Sets any entry extension, known or not.</summary>
    /// <param name="oid">The extension.</param>
    /// <param name="critical">Whether it is critical.</param>
    /// <param name="value">The content of extnValue, unchecked.</param>
    /// <returns>This entry.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestCrlEntry WithExtension(string oid, bool critical, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.Set(oid, critical, value.ToArray());
        return this;
    }

    /// <summary>Adds a critical extension that nobody knows: the CRL must not be used (RFC 5280 5.3).</summary>
    /// <returns>This entry.</returns>
    /// <remarks>Its OID is <see cref="TestOids.Unknown"/>, its value an ASN.1 NULL.</remarks>
    public TestCrlEntry WithUnknownCriticalExtension() => WithExtension(TestOids.Unknown, critical: true, [0x05, 0x00]);

    /// <summary>Changes whether an entry extension is critical, whatever RFC 5280 5.3 says about that one.</summary>
    /// <param name="oid">The extension. Revoking throws <see cref="InvalidOperationException"/> if it is not there.</param>
    /// <param name="critical">Whether it is critical.</param>
    /// <returns>This entry.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestCrlEntry ExtensionCritical(string oid, bool critical)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.SetCriticality(oid, critical);
        return this;
    }

    /// <summary>Writes an entry extension twice.</summary>
    /// <param name="oid">The extension. Revoking throws <see cref="InvalidOperationException"/> if it is not there.</param>
    /// <returns>This entry.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestCrlEntry ExtensionDuplicated(string oid)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.Duplicate(oid);
        return this;
    }

    /// <summary>Writes one element of revokedCertificates (RFC 5280 5.1).</summary>
    internal byte[] Encode()
    {
        var time = new AsnWriter(AsnEncodingRules.DER);
        Der.WriteTime(time, _revokedAt);
        byte[] extensions = _extensions.HasNothingToWrite ? [] : Der.Write(_extensions.Write);
        return Der.Tlv(0x30, [.. Der.Tlv(0x02, _serial), .. time.Encode(), .. extensions]);
    }
}
