using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <content>The extensions that say who the subject is, what its key is for and where to learn more.</content>
public sealed partial class TestCertificateSpec
{
    private readonly List<byte[]> _accessDescriptions = [];
    private byte[]? _subjectKeyId;
    private byte[] _issuerKeyId = [];

    /// <summary>Sets the subjectAltName; not critical unless the subject is empty.</summary>
    /// <param name="configure">Adds the names; what was there before is dropped.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="configure"/> is null.</exception>
    /// <remarks><rfc>5280 4.2.1.6</rfc></remarks>
    public TestCertificateSpec WithSan(Action<TestGeneralNames> configure)
    {
        byte[] value = Der.Tlv(0x30, TestGeneralNames.From(configure).Content());
        _extensions.Set(TestOids.SubjectAlternativeName, () => _subject.IsEmpty, () => value);
        return this;
    }

    /// <summary>Leaves out the subjectAltName: nobody can be identified by this certificate (RFC 9525 2).</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithoutSan() => WithoutExtension(TestOids.SubjectAlternativeName);

    /// <summary>Sets the purposes the key is for (extKeyUsage); not critical.</summary>
    /// <param name="oids">The purposes, such as <see cref="TestOids.ClientAuthentication"/>; none makes an empty sequence, which is no valid one.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oids"/> is null.</exception>
    /// <exception cref="ArgumentException">One of them is not an OID.</exception>
    /// <remarks><rfc>5280 4.2.1.12</rfc></remarks>
    public TestCertificateSpec WithEku(params string[] oids)
    {
        ArgumentNullException.ThrowIfNull(oids);
        return WithExtension(TestOids.ExtendedKeyUsage, critical: false, Sequence(oids, (writer, oid) => writer.WriteObjectIdentifier(oid)));
    }

    /// <summary>Leaves out the purposes: by RFC 5280 4.2.1.12 any purpose, by stricter policies none.</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithoutEku() => WithoutExtension(TestOids.ExtendedKeyUsage);

    /// <summary>Sets what the key may do (keyUsage); critical.</summary>
    /// <param name="usages">The bits; none makes an empty bit string, against RFC 5280 4.2.1.3.</param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>5280 4.2.1.3</rfc></remarks>
    public TestCertificateSpec WithKeyUsage(X509KeyUsageFlags usages) =>
        WithExtension(TestOids.KeyUsage, critical: true, Der.NamedBits((byte)usages, (byte)((int)usages >> 8)));

    /// <summary>Leaves out the key usage: an authority then violates RFC 5280 4.2.1.3.</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithoutKeyUsage() => WithoutExtension(TestOids.KeyUsage);

    /// <summary>Says whether the subject is an authority, and how many intermediates may follow; critical.</summary>
    /// <param name="isCa">The CA flag; false is left out, as DER wants it.</param>
    /// <param name="pathLength">The path length, 0 or more by RFC 5280; null leaves it out.</param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>5280 4.2.1.9</rfc></remarks>
    public TestCertificateSpec WithBasicConstraints(bool isCa, int? pathLength = null) =>
        WithExtension(TestOids.BasicConstraints, critical: true, Der.Write(writer =>
        {
            using (writer.PushSequence())
            {
                if (isCa)
                {
                    writer.WriteBoolean(true);
                }

                if (pathLength is { } length)
                {
                    writer.WriteInteger(length);
                }
            }
        }));

    /// <summary>Leaves out basic constraints: an authority then may not issue (RFC 5280 6.1.4 (k)).</summary>
    /// <returns>This description.</returns>
    public TestCertificateSpec WithoutBasicConstraints() => WithoutExtension(TestOids.BasicConstraints);

    /// <summary>Sets the subject key identifier.</summary>
    /// <param name="keyIdentifier">The identifier. The default is made from the public key as in RFC 7093 2 (1).</param>
    /// <returns>This description.</returns>
    /// <remarks>Certificates issued under this one repeat it in their authority key identifier. <rfc>5280 4.2.1.2</rfc></remarks>
    public TestCertificateSpec WithSubjectKeyIdentifier(ReadOnlySpan<byte> keyIdentifier)
    {
        _subjectKeyId = keyIdentifier.ToArray();
        return WithDefaultSubjectKeyIdentifier();
    }

    /// <summary>Sets the authority key identifier to something else than the issuer's.</summary>
    /// <param name="keyIdentifier">The key identifier; null leaves the field out.</param>
    /// <param name="issuer">Adds the names of the issuer's issuer; null leaves the field out.</param>
    /// <param name="serial">The issuer's serial number, as content octets; null leaves the field out.</param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>5280 4.2.1.1</rfc></remarks>
    public TestCertificateSpec WithAuthorityKeyIdentifier(byte[]? keyIdentifier, Action<TestGeneralNames>? issuer = null, byte[]? serial = null) =>
        WithExtension(TestOids.AuthorityKeyIdentifier, critical: false, Der.Tlv(
            0x30,
            [
                .. keyIdentifier is null ? [] : Der.Tlv(0x80, keyIdentifier),
                .. issuer is null ? [] : Der.Tlv(0xA1, TestGeneralNames.From(issuer).Content()),
                .. serial is null ? [] : Der.Tlv(0x82, serial),
            ]));

    /// <summary>Says where the CRLs are, one distribution point for each URL.</summary>
    /// <param name="urls">The URLs.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="urls"/> or one of them is null.</exception>
    /// <remarks><rfc>5280 4.2.1.13</rfc></remarks>
    public TestCertificateSpec WithCrlDistributionPoints(params string[] urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        return WithExtension(TestOids.CrlDistributionPoints, critical: false, TestDistributionPoint.EncodeAll(urls));
    }

    /// <summary>Says where the CRLs are, with reasons and CRL issuers.</summary>
    /// <param name="points">The distribution points.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="points"/> is null.</exception>
    /// <remarks><rfc>5280 4.2.1.13</rfc></remarks>
    public TestCertificateSpec WithCrlDistributionPoints(params TestDistributionPoint[] points)
    {
        ArgumentNullException.ThrowIfNull(points);
        return WithExtension(TestOids.CrlDistributionPoints, critical: false, TestDistributionPoint.EncodeAll(points));
    }

    /// <summary>Says where the delta CRLs are (freshestCRL).</summary>
    /// <param name="urls">The URLs.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="urls"/> or one of them is null.</exception>
    /// <remarks><rfc>5280 4.2.1.15</rfc></remarks>
    public TestCertificateSpec WithFreshestCrl(params string[] urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        return WithExtension(TestOids.FreshestCrl, critical: false, TestDistributionPoint.EncodeAll(urls));
    }

    /// <summary>Adds an OCSP responder to authorityInfoAccess.</summary>
    /// <param name="url">The responder's URL.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="url"/> is null.</exception>
    /// <remarks><rfc>5280 4.2.2.1</rfc></remarks>
    public TestCertificateSpec WithOcsp(string url) => WithAccess(TestOids.Ocsp, url);

    /// <summary>Adds a place of the issuer's certificate to authorityInfoAccess.</summary>
    /// <param name="url">The certificate's URL.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="url"/> is null.</exception>
    /// <remarks><rfc>5280 4.2.2.1</rfc></remarks>
    public TestCertificateSpec WithCaIssuers(string url) => WithAccess(TestOids.CaIssuers, url);

    /// <summary>Demands a stapled OCSP response in the handshake (TLS feature 5, status_request).</summary>
    /// <returns>This description.</returns>
    /// <remarks><rfc>7633 4.2.3.1</rfc></remarks>
    public TestCertificateSpec WithMustStaple() =>
        WithExtension(TestOids.TlsFeatures, critical: false, Sequence([5], (writer, feature) => writer.WriteInteger(feature)));

    internal TestCertificateSpec WithDefaultSubjectKeyIdentifier()
    {
        _extensions.Set(TestOids.SubjectKeyIdentifier, () => false, () => Der.Tlv(0x04, SubjectKeyId));
        return this;
    }

    internal TestCertificateSpec WithDefaultAuthorityKeyIdentifier()
    {
        _extensions.Set(TestOids.AuthorityKeyIdentifier, () => false, () => Der.Tlv(0x30, Der.Tlv(0x80, _issuerKeyId)));
        return this;
    }

    private TestCertificateSpec WithAccess(string method, string url)
    {
        byte[] oid = Der.Write(writer => writer.WriteObjectIdentifier(method));
        _accessDescriptions.Add(Der.Tlv(0x30, [.. oid, .. TestGeneralNames.From(names => names.Uri(url)).Content()]));
        return WithExtension(TestOids.AuthorityInformationAccess, critical: false, Der.Tlv(0x30, [.. _accessDescriptions.SelectMany(d => d)]));
    }

    private static byte[] Sequence<T>(IEnumerable<T> items, Action<AsnWriter, T> write) => Der.Write(writer =>
    {
        using (writer.PushSequence())
        {
            foreach (T item in items)
            {
                write(writer, item);
            }
        }
    });
}
