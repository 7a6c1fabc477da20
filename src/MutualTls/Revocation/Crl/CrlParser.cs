using System.Diagnostics.CodeAnalysis;
using MutualTls.Certificates;
using MutualTls.Encoding;

namespace MutualTls.Revocation.Crl;

/// <summary>Reads a CRL from DER. RFC 5280 section 5.1.</summary>
internal static class CrlParser
{
    /// <summary>The list of entries and room for a header.</summary>
    public const int MaxLength = CrlIndexBuilder.MaxListLength + (1 << 20);

    /// <summary>Reads one CRL; its octets are not needed afterwards.</summary>
    /// <param name="der">Exactly one CertificateList.</param>
    /// <param name="crl">The CRL, or null.</param>
    /// <param name="error">What is malformed, where null is returned.</param>
    public static bool TryParse(ReadOnlySpan<byte> der, [NotNullWhen(true)] out ParsedCrl? crl, [NotNullWhen(false)] out string? error)
    {
        crl = null;
        if (der.Length > MaxLength)
        {
            return Malformed($"{der.Length} bytes, limit {MaxLength}", out error);
        }

        // CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue }. 5.1.1
        DerReader outer = new(der);
        if (!outer.TryOpen(DerTag.Sequence, out DerReader fields) || !outer.IsEmpty)
        {
            return Malformed("CertificateList", out error);
        }

        // 5.1.1.2: the algorithm stands twice and must be the same.
        if (!fields.TryRead(DerTag.Sequence, out DerRange tbsContent, out DerRange tbs)
            || !fields.TryRead(DerTag.Sequence, out _, out DerRange algorithmRange)
            || !SignatureAlgorithms.TryRead(fields.Bytes(algorithmRange), out SignatureAlgorithm algorithm)
            || !fields.TryRead(DerTag.BitString, out DerRange signatureBits) || signatureBits.IsEmpty || !fields.IsEmpty)
        {
            return Malformed("signature", out error);
        }

        // version Version OPTIONAL, "if present, MUST be v2". 5.1.2.1
        DerReader reader = fields.At(tbsContent);
        bool isVersion2 = reader.NextIs(DerTag.Integer);
        if (isVersion2 && !(reader.TryRead(DerTag.Integer, out DerRange version) && reader.Bytes(version) is [1]))
        {
            return Malformed("version", out error);
        }

        if (!reader.TryRead(DerTag.Sequence, out _, out DerRange innerAlgorithm) || !reader.Bytes(innerAlgorithm).SequenceEqual(reader.Bytes(algorithmRange)))
        {
            return Malformed("signature algorithm", out error);
        }

        if (!reader.TryRead(DerTag.Sequence, out _, out DerRange issuerRange) || !DistinguishedName.IsWellFormed(reader.Bytes(issuerRange))
            || DistinguishedName.IsEmpty(reader.Bytes(issuerRange)))
        {
            return Malformed("issuer", out error);
        }

        if (!TryReadTime(ref reader, out DateTimeOffset thisUpdate))
        {
            return Malformed("thisUpdate", out error);
        }

        DateTimeOffset? nextUpdate = null;
        if (reader.NextIs(DerTag.UtcTime) || reader.NextIs(DerTag.GeneralizedTime))
        {
            if (!TryReadTime(ref reader, out DateTimeOffset next))
            {
                return Malformed("nextUpdate", out error);
            }

            nextUpdate = next;
        }

        // "When there are no revoked certificates, the list MUST be absent"; an empty one says the same. 5.1.2.6
        if (!reader.TryReadOptional(DerTag.Sequence, out DerRange list, out _))
        {
            return Malformed("revokedCertificates", out error);
        }

        // crlExtensions [0] EXPLICIT: version 2 only. 5.1.2.7
        ReadOnlySpan<byte> issuer = reader.Bytes(issuerRange);
        CrlExtensions extensions = new();
        if (!reader.IsEmpty && !(isVersion2 && reader.TryOpen(DerTag.ContextConstructed(0), out DerReader field) && reader.IsEmpty && extensions.TryRead(ref field, issuer)))
        {
            return Malformed(extensions.Malformed ?? "crlExtensions", out error);
        }

        CrlIssuerTable? issuers = extensions.Scope.IsIndirect ? new CrlIssuerTable(issuer) : null;
        if (!CrlIndexBuilder.TryBuild(reader.Bytes(list), isVersion2, issuers, out CrlIndex entries, out ReadOnlySpan<byte> unknownInEntry))
        {
            return Malformed("revokedCertificates", out error);
        }

        error = null;
        crl = new ParsedCrl
        {
            IssuerName = issuer.ToArray(),
            IssuerNameHash = DistinguishedName.PreparedHash(issuer),
            ThisUpdate = thisUpdate,
            NextUpdate = nextUpdate,
            Number = extensions.Number,
            BaseNumber = extensions.BaseNumber,
            AuthorityKeyIdentifier = extensions.AuthorityKeyIdentifier,
            FreshestCrl = extensions.FreshestCrl,
            Scope = extensions.Scope,
            UnknownCritical = extensions.UnknownCritical ?? (unknownInEntry.IsEmpty ? null : DerValue.ObjectIdentifierText(unknownInEntry)),
            ProfileFault = extensions.ProfileFault,
            Signature = new CrlSignature(algorithm, reader.Bytes(tbs), SignatureOf(reader.Bytes(signatureBits))),
            Entries = entries,
            Issuers = issuers,
        };
        return true;
    }

    // Bits that fill no whole octets are no signature of anyone: the CRL is well-formed, and no key has signed it.
    private static ReadOnlySpan<byte> SignatureOf(ReadOnlySpan<byte> bitString) => bitString[0] == 0 ? bitString[1..] : default;

    private static bool TryReadTime(ref DerReader reader, out DateTimeOffset time)
    {
        time = default;
        return reader.TryReadAny(out byte tag, out DerRange content, out _) && Asn1Time.TryRead(tag, reader.Bytes(content), out time);
    }

    private static bool Malformed(string field, out string error)
    {
        error = field;
        return false;
    }
}
