using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <summary>Describes where a CRL is: one distribution point of a certificate.</summary>
/// <remarks><rfc>5280 4.2.1.13</rfc></remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class TestDistributionPoint
{
    private byte[] _name = [];
    private byte[] _reasons = [];
    private byte[] _crlIssuer = [];

    /// <summary>Names the place by a URL; several calls or names together say where the same CRL is.</summary>
    /// <param name="urls">The URLs.</param>
    /// <returns>This distribution point.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="urls"/> or one of them is null.</exception>
    public TestDistributionPoint Url(params string[] urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        return FullName(names => Array.ForEach(urls, url => names.Uri(url)));
    }

    /// <summary>Names the place by general names.</summary>
    /// <param name="configure">Adds the names.</param>
    /// <returns>This distribution point.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="configure"/> is null.</exception>
    public TestDistributionPoint FullName(Action<TestGeneralNames> configure)
    {
        _name = DistributionPointName.FullName(configure);
        return this;
    }

    /// <summary>Names the place relative to the CRL issuer's name.</summary>
    /// <param name="oid">The type of the one attribute that the name is longer by.</param>
    /// <param name="value">Its value, as UTF8String.</param>
    /// <returns>This distribution point.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="oid"/> is not an OID.</exception>
    public TestDistributionPoint RelativeName(string oid, string value)
    {
        _name = DistributionPointName.RelativeName(oid, value);
        return this;
    }

    /// <summary>Says that the CRL found here covers only some reasons.</summary>
    /// <param name="reasons">The reasons; <see cref="X509RevocationReason.Unspecified"/> and RemoveFromCrl are no reason flags.</param>
    /// <returns>This distribution point.</returns>
    /// <exception cref="ArgumentException">One of the reasons has no flag (RFC 5280 4.2.1.13).</exception>
    public TestDistributionPoint Reasons(params ReadOnlySpan<X509RevocationReason> reasons)
    {
        _reasons = DistributionPointName.Reasons(reasons, contextTag: 1);
        return this;
    }

    /// <summary>Says that somebody else than the certificate's issuer signs the CRL.</summary>
    /// <param name="name">The CRL issuer's name.</param>
    /// <returns>This distribution point.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public TestDistributionPoint CrlIssuer(TestName name)
    {
        _crlIssuer = Der.Tlv(0xA2, TestGeneralNames.From(names => names.Directory(name)).Content());
        return this;
    }

    internal byte[] Encode() => Der.Tlv(0x30, [.. _name.Length == 0 ? [] : Der.Tlv(0xA0, _name), .. _reasons, .. _crlIssuer]);

    internal static byte[] EncodeAll(IEnumerable<TestDistributionPoint> points) =>
        Der.Tlv(0x30, [.. points.SelectMany(point => point.Encode())]);

    internal static byte[] EncodeAll(IEnumerable<string> urls) => EncodeAll(urls.Select(url => new TestDistributionPoint().Url(url)));
}
