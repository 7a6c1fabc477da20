using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <summary>Describes what a CRL covers: its issuing distribution point.</summary>
/// <remarks>Fields may be combined against the RFC, which allows one of the three <c>Only...Certificates</c>. <rfc>5280 5.2.5</rfc></remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class TestIssuingDistributionPoint
{
    private readonly SortedDictionary<int, byte[]> _fields = [];

    internal TestIssuingDistributionPoint()
    {
    }

    /// <summary>Names the place of the CRL by URLs; replaces any other name.</summary>
    /// <param name="urls">The URLs.</param>
    /// <returns>This distribution point.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="urls"/> or one of them is null.</exception>
    public TestIssuingDistributionPoint Url(params string[] urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        return FullName(names => Array.ForEach(urls, url => names.Uri(url)));
    }

    /// <summary>Names the place of the CRL by general names; replaces any other name.</summary>
    /// <param name="configure">Adds the names.</param>
    /// <returns>This distribution point.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="configure"/> is null.</exception>
    public TestIssuingDistributionPoint FullName(Action<TestGeneralNames> configure) =>
        Set(0, Der.Tlv(0xA0, DistributionPointName.FullName(configure)));

    /// <summary>Names the place relative to the CRL issuer's name; replaces any other name.</summary>
    /// <param name="oid">The type of the one attribute that the name is longer by.</param>
    /// <param name="value">Its value, in the string type that <see cref="TestName.And"/> picks.</param>
    /// <returns>This distribution point.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="oid"/> is not an OID.</exception>
    public TestIssuingDistributionPoint RelativeName(string oid, string value) =>
        Set(0, Der.Tlv(0xA0, DistributionPointName.RelativeName(oid, value)));

    /// <summary>Covers end-entity certificates only (onlyContainsUserCerts).</summary>
    /// <returns>This distribution point.</returns>
    public TestIssuingDistributionPoint OnlyEndEntityCertificates() => Set(1, True(1));

    /// <summary>Covers certificates of authorities only (onlyContainsCACerts).</summary>
    /// <returns>This distribution point.</returns>
    public TestIssuingDistributionPoint OnlyAuthorityCertificates() => Set(2, True(2));

    /// <summary>Covers some reasons only.</summary>
    /// <param name="reasons">The reasons; <see cref="X509RevocationReason.Unspecified"/> and RemoveFromCrl are no reason flags.</param>
    /// <returns>This distribution point.</returns>
    /// <exception cref="ArgumentException">One of the reasons has no flag (RFC 5280 4.2.1.13).</exception>
    public TestIssuingDistributionPoint OnlySomeReasons(params ReadOnlySpan<X509RevocationReason> reasons) =>
        Set(3, DistributionPointName.Reasons(reasons, contextTag: 3));

    /// <summary>Covers certificates of other issuers too (indirectCRL); entries name them by <see cref="TestCrlEntry.CertificateIssuer"/>.</summary>
    /// <returns>This distribution point.</returns>
    public TestIssuingDistributionPoint Indirect() => Set(4, True(4));

    /// <summary>Covers attribute certificates only (onlyContainsAttributeCerts).</summary>
    /// <returns>This distribution point.</returns>
    public TestIssuingDistributionPoint OnlyAttributeCertificates() => Set(5, True(5));

    internal byte[] Encode() => Der.Tlv(0x30, [.. _fields.Values.SelectMany(field => field)]);

    private TestIssuingDistributionPoint Set(int tag, byte[] encoded)
    {
        _fields[tag] = encoded;
        return this;
    }

    // All flags are FALSE by default, which DER leaves out.
    private static byte[] True(int tag) => Der.Tlv((byte)(0x80 | tag), [0xFF]);
}
