using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <content>The extensions that say where to learn more: CRLs, OCSP responders, the issuer's certificate, stapling.</content>
public sealed partial class TestCertificateSpec
{
    private readonly List<byte[]> _accessDescriptions = [];

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
    public TestCertificateSpec WithMustStaple() => WithTlsFeatures(5);

    /// <summary>Demands features of the handshake; not critical.</summary>
    /// <param name="features">The numbers of the TLS extensions, such as 5 for status_request and 17 for status_request_v2.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="features"/> is null.</exception>
    /// <remarks><rfc>7633 4.1</rfc></remarks>
    public TestCertificateSpec WithTlsFeatures(params int[] features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return WithExtension(TestOids.TlsFeatures, critical: false, Sequence(features, (writer, feature) => writer.WriteInteger(feature)));
    }

    private TestCertificateSpec WithAccess(string method, string url)
    {
        byte[] oid = Der.Write(writer => writer.WriteObjectIdentifier(method));
        _accessDescriptions.Add(Der.Tlv(0x30, [.. oid, .. TestGeneralNames.From(names => names.Uri(url)).Content()]));
        return WithExtension(TestOids.AuthorityInformationAccess, critical: false, Der.Tlv(0x30, [.. _accessDescriptions.SelectMany(d => d)]));
    }
}
