using MutualTls.Certificates;
using MutualTls.Encoding;

namespace MutualTls.Revocation.Crl;

/// <summary>Says which certificates and which reasons a CRL covers: its issuing distribution point. RFC 5280 section 5.2.5.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class CrlScope
{
    /// <summary>The scope of a CRL without the extension: every certificate of its issuer, for every reason.</summary>
    public static readonly CrlScope Everything = new();

    private byte[] _generalNames = [];
    private byte[] _directoryName = [];
    private bool _onlyEndEntities;
    private bool _onlyAuthorities;
    private bool _onlyAttributeCertificates;

    /// <summary>Gets the extension's value; empty if the CRL has none. A delta CRL goes with a base of the same octets.</summary>
    public ReadOnlyMemory<byte> Encoded { get; private init; }

    /// <summary>Gets the reasons covered, or null for all.</summary>
    public RevocationReasons? Reasons { get; private set; }

    /// <summary>Gets whether entries may be about certificates of other issuers.</summary>
    public bool IsIndirect { get; private set; }

    /// <summary>Reads the value of the extension. False: it is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, ReadOnlySpan<byte> crlIssuer, out CrlScope scope)
    {
        scope = new CrlScope { Encoded = value.ToArray() };
        DerReader outer = new(value);
        if (!outer.TryOpen(DerTag.Sequence, out DerReader fields) || !outer.IsEmpty)
        {
            return false;
        }

        if (fields.NextIs(DerTag.ContextConstructed(0)) && !(fields.TryOpen(DerTag.ContextConstructed(0), out DerReader name) && scope.TryReadName(name, value, crlIssuer)))
        {
            return false;
        }

        if (!TryReadFlag(ref fields, 1, out scope._onlyEndEntities) || !TryReadFlag(ref fields, 2, out scope._onlyAuthorities)
            || !fields.TryReadOptional(DerTag.Context(3), out DerRange reasons, out bool hasReasons))
        {
            return false;
        }

        if (hasReasons)
        {
            if (!DerValue.TryReadNamedBits(fields.Bytes(reasons), out ushort bits))
            {
                return false;
            }

            scope.Reasons = (RevocationReasons)bits & RevocationReasons.All;
        }

        bool read = TryReadFlag(ref fields, 4, out bool indirect) && TryReadFlag(ref fields, 5, out scope._onlyAttributeCertificates);
        scope.IsIndirect = indirect;
        return read && fields.IsEmpty;
    }

    /// <summary>Tells whether the CRL covers a certificate that one of its distribution points led to. RFC 5280 section 6.3.3 (b)(2).</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="point">The names of the distribution point; where it has none, those of its cRLIssuer.</param>
    public bool Covers(ParsedCertificate certificate, PointNames point)
    {
        PointNames own = new(_generalNames, _directoryName);
        return (own.IsEmpty || own.Matches(point))
            && !(_onlyEndEntities && certificate.IsCa)
            && !(_onlyAuthorities && !certificate.IsCa)
            && !_onlyAttributeCertificates;
    }

    /// <summary>Gets the reasons that the CRL covers for certificates of a distribution point. RFC 5280 section 6.3.3 (d).</summary>
    public RevocationReasons ReasonsFor(RevocationReasons? point) => (Reasons ?? RevocationReasons.All) & (point ?? RevocationReasons.All);

    private bool TryReadName(DerReader field, ReadOnlySpan<byte> value, ReadOnlySpan<byte> crlIssuer)
    {
        if (!PointNames.TryRead(field, out DerRange fullName, out DerRange relativeName))
        {
            return false;
        }

        _generalNames = fullName.Of(value).ToArray();
        if (relativeName.IsEmpty)
        {
            return true;
        }

        byte[] buffer = new byte[crlIssuer.Length + relativeName.Length + 8];
        bool expanded = PointNames.TryExpand(crlIssuer, relativeName.Of(value), buffer, out int written);
        _directoryName = buffer[..written];
        return expanded;
    }

    // BOOLEAN DEFAULT FALSE: DER leaves the default out, but CAs in use write it.
    private static bool TryReadFlag(ref DerReader fields, int number, out bool value)
    {
        value = false;
        return fields.TryReadOptional(DerTag.Context(number), out DerRange content, out bool present)
            && (!present || DerValue.TryReadBoolean(fields.Bytes(content), out value));
    }
}
