using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <summary>Describes a CRL to be issued, sound or with any defect.</summary>
/// <remarks>
/// Reaches you filled in: version 2, issued one hour ago, next due in 7 days, nothing revoked, a CRL number one above the authority's last, and
/// the authority's key identifier. Every method changes one thing and leaves the rest sound. Nothing is checked for sense.
/// <rfc>5280 5.1</rfc>
/// </remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed partial class TestCrlSpec
{
    private readonly ArrayBufferWriter<byte> _entries = new();
    private readonly TestCertificateAuthority _issuer;
    private TestName? _issuerName;
    private int _version = 2;
    private DateTimeOffset _thisUpdate;
    private DateTimeOffset? _nextUpdate;
    private bool _writeEmptyList;

    internal TestCrlSpec(TestCertificateAuthority issuer, long number, TimeProvider timeProvider)
    {
        _issuer = issuer;
        Now = Der.WholeSeconds(timeProvider.GetUtcNow());
        Validity(Now.AddHours(-1), Now.AddDays(7));
        WithAuthorityKeyIdentifier(issuer.SubjectKeyId);
        WithNumber(number);
    }

    /// <summary>Gets the time that the dates are counted from: now by the authority's clock, in whole seconds.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Revokes a certificate, for the reason keyCompromise unless told otherwise.</summary>
    /// <param name="certificate">The certificate; only its serial number counts.</param>
    /// <param name="configure">Changes the entry.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="certificate"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A defect names an entry extension that is not there.</exception>
    public TestCrlSpec Revoke(TestCertificate certificate, Action<TestCrlEntry>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return RevokeSerial(certificate.SerialNumber.Span, entry =>
        {
            entry.Reason(X509RevocationReason.KeyCompromise);
            configure?.Invoke(entry);
        });
    }

    /// <summary>Revokes whatever has a serial number, without a reason unless told otherwise. Meant for long lists too.</summary>
    /// <param name="serial">The content octets of the serial number, unchecked.</param>
    /// <param name="configure">Changes the entry.</param>
    /// <returns>This description.</returns>
    /// <exception cref="InvalidOperationException">A defect names an entry extension that is not there.</exception>
    public TestCrlSpec RevokeSerial(ReadOnlySpan<byte> serial, Action<TestCrlEntry>? configure = null)
    {
        var entry = new TestCrlEntry(serial, Now.AddHours(-1));
        configure?.Invoke(entry);
        _entries.Write(entry.Encode());
        return this;
    }

    /// <summary>Writes an empty list where nothing is revoked, against RFC 5280 5.1.2.6, which wants none at all.</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec WithEmptyList()
    {
        _writeEmptyList = true;
        return this;
    }

    /// <summary>Sets when the CRL was issued and when the next one is due.</summary>
    /// <param name="thisUpdate">The issue date. The default is one hour before <see cref="Now"/>.</param>
    /// <param name="nextUpdate">The next date; null leaves it out, against RFC 5280 5.1.2.5. The default is 7 days after <see cref="Now"/>.</param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>5280 5.1.2.4</rfc></remarks>
    public TestCrlSpec Validity(DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate)
    {
        (_thisUpdate, _nextUpdate) = (thisUpdate, nextUpdate);
        return this;
    }

    /// <summary>Makes the next CRL due one hour before <see cref="Now"/>: this one is too old.</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec Expired() => Validity(Now.AddDays(-7), Now.AddHours(-1));

    /// <summary>Makes the issue date one hour after <see cref="Now"/>.</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec NotYetValid() => Validity(Now.AddHours(1), Now.AddDays(7));

    /// <summary>Leaves out when the next CRL is due, against RFC 5280 5.1.2.5.</summary>
    /// <returns>This description.</returns>
    public TestCrlSpec WithoutNextUpdate() => Validity(_thisUpdate, nextUpdate: null);

    /// <summary>Sets the issuer to a name that need not be the authority's.</summary>
    /// <param name="issuer">The name.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="issuer"/> is null.</exception>
    public TestCrlSpec WithIssuerName(TestName issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        _issuerName = issuer;
        return this;
    }

    /// <summary>Sets the version.</summary>
    /// <param name="version">
    /// 2 is the default. 1 leaves the field out but keeps the extensions, against RFC 5280 5.1.2.1, unless <see cref="WithoutExtensions"/>
    /// drops them and no entry has any. Any other number is no version that exists.
    /// </param>
    /// <returns>This description.</returns>
    public TestCrlSpec Version(int version)
    {
        _version = version;
        return this;
    }

    /// <summary>Writes and signs the CRL.</summary>
    internal byte[] Write() => _signing.Sign(_signer ?? _issuer.Key, WriteTbs);

    // RFC 5280 5.1: TBSCertList.
    private byte[] WriteTbs(byte[] algorithm)
    {
        byte[] version = _version == 1 ? [] : Der.Write(writer => writer.WriteInteger(_version - 1));
        byte[] dates = [.. Time(_thisUpdate), .. _nextUpdate is { } nextUpdate ? Time(nextUpdate) : []];
        byte[] list = _entries.WrittenCount > 0 || _writeEmptyList ? Der.Tlv(0x30, _entries.WrittenSpan) : [];
        byte[] extensions = _extensions.HasNothingToWrite ? [] : Der.Tlv(0xA0, Der.Write(_extensions.Write));
        ReadOnlySpan<byte> issuer = (_issuerName ?? _issuer.Subject).Encoded.Span;
        return Der.Tlv(0x30, [.. version, .. algorithm, .. issuer, .. dates, .. list, .. extensions]);
    }

    private static byte[] Time(DateTimeOffset time) => Der.Write(writer => Der.WriteTime(writer, time));
}
