using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <summary>Describes an OCSP response to be made, sound or with any defect.</summary>
/// <remarks>
/// Reaches you filled in: successful, signed by the authority, which is named by its key, produced now; about one certificate, which is good, as of one
/// hour ago, with more to come in 12 hours, identified by SHA-1. Every method changes one thing and leaves the rest sound. Those about a certificate
/// change what is said of the one added last: see <see cref="AlsoAbout"/>. Nothing is checked for sense.
/// <rfc>6960 4.2.1</rfc>
/// </remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed partial class TestOcspSpec
{
    private readonly List<OcspEntry> _entries = [];
    private readonly TestCertificateAuthority _issuer;
    private TestOcspStatus _status;
    private DateTimeOffset _producedAt;
    private bool _writeVersion;

    internal TestOcspSpec(TestCertificateAuthority issuer, ReadOnlySpan<byte> serial, TimeProvider timeProvider)
    {
        _issuer = issuer;
        Now = Der.WholeSeconds(timeProvider.GetUtcNow());
        _producedAt = Now;
        Add(serial);
    }

    /// <summary>Gets the time that the dates are counted from: now by the authority's clock, in whole seconds.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Answers with a status; any but <see cref="TestOcspStatus.Successful"/> leaves out all else, the signature too.</summary>
    /// <param name="status">The status. Numbers that are no status are written as they are.</param>
    /// <returns>This description.</returns>
    public TestOcspSpec Status(TestOcspStatus status)
    {
        _status = status;
        return this;
    }

    /// <summary>Says that the certificate is revoked.</summary>
    /// <param name="reason">Why; null leaves the reason out.</param>
    /// <param name="at">Since when. The default is one hour before <see cref="Now"/>.</param>
    /// <returns>This description.</returns>
    public TestOcspSpec Revoked(X509RevocationReason? reason = X509RevocationReason.KeyCompromise, DateTimeOffset? at = null)
    {
        _entries[^1].Revoked(reason, at ?? Now.AddHours(-1));
        return this;
    }

    /// <summary>Says that the responder does not know the certificate.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec StatusUnknown()
    {
        _entries[^1].StatusUnknown();
        return this;
    }

    /// <summary>Sets for when the status was right, and when more is to come.</summary>
    /// <param name="thisUpdate">The time of the status. The default is one hour before <see cref="Now"/>.</param>
    /// <param name="nextUpdate">The next time; null leaves it out. The default is 12 hours after <see cref="Now"/>.</param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>6960 2.4</rfc></remarks>
    public TestOcspSpec Validity(DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate)
    {
        (_entries[^1].ThisUpdate, _entries[^1].NextUpdate) = (thisUpdate, nextUpdate);
        return this;
    }

    /// <summary>Makes the next update due one hour before <see cref="Now"/>: this answer is too old.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec Expired() => Validity(Now.AddDays(-7), Now.AddHours(-1));

    /// <summary>Makes the status one of an hour after <see cref="Now"/>.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec NotYetValid() => Validity(Now.AddHours(1), Now.AddHours(12));

    /// <summary>Leaves out when more is to come.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec WithoutNextUpdate() => Validity(_entries[^1].ThisUpdate, nextUpdate: null);

    /// <summary>Sets when the answer was signed.</summary>
    /// <param name="time">The time. The default is <see cref="Now"/>.</param>
    /// <returns>This description.</returns>
    public TestOcspSpec ProducedAt(DateTimeOffset time)
    {
        _producedAt = time;
        return this;
    }

    /// <summary>Adds what is said of another certificate of the same authority: good, until changed.</summary>
    /// <param name="certificate">The certificate; only its serial number counts.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="certificate"/> is null.</exception>
    public TestOcspSpec AlsoAbout(TestCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Add(certificate.SerialNumber.Span);
        return this;
    }

    /// <summary>Says nothing of any certificate: an empty list.</summary>
    /// <returns>This description.</returns>
    /// <remarks>Call it last: the methods about one certificate have none to change any more.</remarks>
    public TestOcspSpec AboutNothing()
    {
        _entries.Clear();
        return this;
    }

    /// <summary>Writes the version, against DER, which leaves out a default.</summary>
    /// <returns>This description.</returns>
    public TestOcspSpec WithVersion()
    {
        _writeVersion = true;
        return this;
    }

    /// <summary>Identifies the certificate by another hash.</summary>
    /// <param name="hash">SHA-1, SHA-256, SHA-384 or SHA-512. The default is SHA-1.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentException"><paramref name="hash"/> is none of them.</exception>
    /// <remarks><rfc>6960 4.1.1</rfc></remarks>
    public TestOcspSpec WithHash(HashAlgorithmName hash)
    {
        _entries[^1].Hash = OcspCertId.Known(hash);
        return this;
    }

    /// <summary>Identifies the certificate as one of another authority.</summary>
    /// <param name="issuer">The authority, of which name and key count.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="issuer"/> is null.</exception>
    public TestOcspSpec OfIssuer(TestCertificateAuthority issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        return OfIssuer(issuer.Subject, issuer.Key);
    }

    /// <summary>Identifies the certificate as one of another issuer.</summary>
    /// <param name="name">The issuer's name.</param>
    /// <param name="key">The issuer's key.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public TestOcspSpec OfIssuer(TestName name, TestKey key)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(key);
        (_entries[^1].IssuerName, _entries[^1].IssuerKey) = (name, key);
        return this;
    }

    /// <summary>Identifies the certificate by another serial number.</summary>
    /// <param name="serial">The content octets of the serial number, unchecked.</param>
    /// <returns>This description.</returns>
    public TestOcspSpec OfSerial(ReadOnlySpan<byte> serial)
    {
        _entries[^1].Serial = serial.ToArray();
        return this;
    }

    /// <summary>Writes and signs the answer.</summary>
    internal byte[] Write()
    {
        byte[] status = Der.Tlv(0x0A, [(byte)_status]);
        byte[] body = _status == TestOcspStatus.Successful ? Der.Tlv(0xA0, Der.Tlv(0x30, [.. OcspBasic, .. Der.Tlv(0x04, WriteBasic())])) : [];
        return _derMutations.Aggregate(Der.Tlv(0x30, [.. status, .. body]), (bytes, mutate) => mutate(bytes));
    }

    // RFC 6960 4.2.1: id-pkix-ocsp-basic.
    private static byte[] OcspBasic { get; } = Der.Write(writer => writer.WriteObjectIdentifier("1.3.6.1.5.5.7.48.1.1"));

    // RFC 6960 4.2.1: ResponseData.
    private byte[] WriteTbs()
    {
        byte[] version = _writeVersion ? Der.Tlv(0xA0, [0x02, 0x01, 0x00]) : [];
        byte[] producedAt = Der.Write(writer => writer.WriteGeneralizedTime(_producedAt, omitFractionalSeconds: true));
        byte[] entries = Der.Tlv(0x30, [.. _entries.SelectMany(entry => entry.Encode())]);
        byte[] extensions = _extensions.HasNothingToWrite ? [] : Der.Tlv(0xA1, Der.Write(_extensions.Write));
        return Der.Tlv(0x30, [.. version, .. ResponderId(), .. producedAt, .. entries, .. extensions]);
    }

    internal void Add(ReadOnlySpan<byte> serial) => _entries.Add(new OcspEntry
    {
        IssuerName = _issuer.Subject,
        IssuerKey = _issuer.Key,
        Serial = serial.ToArray(),
        ThisUpdate = Now.AddHours(-1),
        NextUpdate = Now.AddHours(12),
    });
}
