using System.Numerics;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <content>The extensions of the CRL as a whole: its number, what it covers, where its deltas are.</content>
public sealed partial class TestCrlSpec
{
    private readonly ExtensionList _extensions = new();

    /// <summary>Sets the CRL number; not critical.</summary>
    /// <param name="number">The number, 0 or more and at most 20 octets by RFC 5280.</param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>5280 5.2.3</rfc></remarks>
    public TestCrlSpec WithNumber(BigInteger number) =>
        WithExtension(TestOids.CrlNumber, critical: false, Der.Write(writer => writer.WriteInteger(number)));

    /// <summary>Leaves out the CRL number, against RFC 5280 5.2.3.</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec WithoutNumber() => WithoutExtension(TestOids.CrlNumber);

    /// <summary>Makes this a delta CRL: what has changed since a full one; critical.</summary>
    /// <param name="baseNumber">The number of the full CRL it starts from.</param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>5280 5.2.4</rfc></remarks>
    public TestCrlSpec DeltaTo(BigInteger baseNumber) =>
        WithExtension(TestOids.DeltaCrlIndicator, critical: true, Der.Write(writer => writer.WriteInteger(baseNumber)));

    /// <summary>Limits what the CRL covers; critical.</summary>
    /// <param name="configure">Sets the limits; none makes an empty sequence, against RFC 5280 5.2.5.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="configure"/> is null.</exception>
    /// <remarks><rfc>5280 5.2.5</rfc></remarks>
    public TestCrlSpec WithIssuingDistributionPoint(Action<TestIssuingDistributionPoint> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var point = new TestIssuingDistributionPoint();
        configure(point);
        return WithExtension(TestOids.IssuingDistributionPoint, critical: true, point.Encode());
    }

    /// <summary>Says where the delta CRLs to this one are (freshestCRL); not critical.</summary>
    /// <param name="urls">The URLs.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="urls"/> or one of them is null.</exception>
    /// <remarks><rfc>5280 5.2.6</rfc></remarks>
    public TestCrlSpec WithFreshestCrl(params string[] urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        return WithExtension(TestOids.FreshestCrl, critical: false, TestDistributionPoint.EncodeAll(urls));
    }

    /// <summary>Sets the authority key identifier to something else than the authority's.</summary>
    /// <param name="keyIdentifier">The key identifier; null leaves the field out.</param>
    /// <param name="issuer">Adds the names of the authority's issuer; null leaves the field out.</param>
    /// <param name="serial">The authority's serial number, as content octets; null leaves the field out.</param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>5280 5.2.1</rfc></remarks>
    public TestCrlSpec WithAuthorityKeyIdentifier(byte[]? keyIdentifier, Action<TestGeneralNames>? issuer = null, byte[]? serial = null) =>
        WithExtension(TestOids.AuthorityKeyIdentifier, critical: false, AuthorityKeyIdentifier.Encode(keyIdentifier, issuer, serial));

    /// <summary>Leaves out the authority key identifier, against RFC 5280 5.2.1.</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec WithoutAuthorityKeyIdentifier() => WithoutExtension(TestOids.AuthorityKeyIdentifier);

    /// <summary>Sets any extension of the CRL, known or not.</summary>
    /// <param name="oid">The extension.</param>
    /// <param name="critical">Whether it is critical.</param>
    /// <param name="value">The content of extnValue, unchecked.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestCrlSpec WithExtension(string oid, bool critical, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.Set(oid, critical, value.ToArray());
        return this;
    }

    /// <summary>Adds a critical extension that nobody knows: the CRL must not be used (RFC 5280 5.2).</summary>
    /// <returns>This description.</returns>
    /// <remarks>Its OID is <see cref="TestOids.Unknown"/>, its value an ASN.1 NULL.</remarks>
    public TestCrlSpec WithUnknownCriticalExtension() => WithExtension(TestOids.Unknown, critical: true, [0x05, 0x00]);

    /// <summary>Leaves out an extension; nothing happens if it is not there.</summary>
    /// <param name="oid">The extension.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestCrlSpec WithoutExtension(string oid)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.Remove(oid);
        return this;
    }

    /// <summary>Leaves out all extensions of the CRL; those of its entries stay.</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec WithoutExtensions()
    {
        _extensions.Clear();
        return this;
    }

    /// <summary>Writes an extension twice.</summary>
    /// <param name="oid">The extension. Issuing throws <see cref="InvalidOperationException"/> if it is not there.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestCrlSpec ExtensionDuplicated(string oid)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.Duplicate(oid);
        return this;
    }

    /// <summary>Changes whether an extension is critical, whatever RFC 5280 5.2 says about that one.</summary>
    /// <param name="oid">The extension. Issuing throws <see cref="InvalidOperationException"/> if it is not there.</param>
    /// <param name="critical">Whether it is critical.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestCrlSpec ExtensionCritical(string oid, bool critical)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.SetCriticality(oid, critical);
        return this;
    }
}
