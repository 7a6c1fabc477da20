using System.Diagnostics.CodeAnalysis;
using MutualTls.Encoding;
using MutualTls.Findings;

namespace MutualTls.Certificates;

/// <summary>Reads a certificate from DER. RFC 5280 section 4.1.</summary>
internal static class CertificateParser
{
    /// <summary>A certificate message is at most 100 KB under OpenSSL's default; one certificate given by other ways may fill that once.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Reads <paramref name="der"/>, which must not change afterwards.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> der, [NotNullWhen(true)] out ParsedCertificate? certificate, out Finding finding)
    {
        certificate = null;
        if (der.Length > MaxLength)
        {
            finding = new Finding(ValidationReason.CertificateTooLarge, Detail: $"{der.Length} bytes, limit {MaxLength}");
            return false;
        }

        ReadOnlySpan<byte> bytes = der.Span;
        DerReader outer = new(bytes);

        // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }. 4.1.1
        if (!outer.TryOpen(DerTag.Sequence, out DerReader fields) || !outer.IsEmpty)
        {
            return Malformed("Certificate", out finding);
        }

        if (!fields.TryRead(DerTag.Sequence, out DerRange tbsContent, out DerRange tbs)
            || !fields.TryRead(DerTag.Sequence, out _, out DerRange algorithmRange)
            || !SignatureAlgorithms.TryRead(fields.Bytes(algorithmRange), out SignatureAlgorithm algorithm)
            || !fields.TryReadAlignedBits(out DerRange signature) || !fields.IsEmpty)
        {
            return Malformed("signature", out finding);
        }

        DerReader reader = fields.At(tbsContent);

        // version [0] EXPLICIT DEFAULT v1: DER leaves out a v1. 4.1.2.1
        int version = 1;
        if (reader.NextIs(DerTag.ContextConstructed(0)))
        {
            if (!reader.TryOpen(DerTag.ContextConstructed(0), out DerReader field) || !field.TryRead(DerTag.Integer, out DerRange number)
                || !field.IsEmpty || field.Bytes(number) is not [1 or 2])
            {
                return Malformed("version", out finding);
            }

            version = field.Bytes(number)[0] + 1;
        }

        if (!reader.TryRead(DerTag.Integer, out DerRange serial) || !DerValue.IsInteger(reader.Bytes(serial)))
        {
            return Malformed("serialNumber", out finding);
        }

        // The same as the outer one, or at least an algorithm: that they are the same is a rule of the path. 4.1.1.2
        if (!reader.TryRead(DerTag.Sequence, out _, out DerRange innerAlgorithm)
            || !(reader.Bytes(innerAlgorithm).SequenceEqual(algorithmRange.Of(bytes)) || SignatureAlgorithms.TryRead(reader.Bytes(innerAlgorithm), out _)))
        {
            return Malformed("signature algorithm", out finding);
        }

        if (!TryReadName(ref reader, out DerRange issuer) || DistinguishedName.IsEmpty(reader.Bytes(issuer)))
        {
            return Malformed("issuer", out finding);
        }

        if (!reader.TryOpen(DerTag.Sequence, out DerReader validity)
            || !TryReadTime(ref validity, out long notBefore) || !TryReadTime(ref validity, out long notAfter) || !validity.IsEmpty)
        {
            return Malformed("validity", out finding);
        }

        if (!TryReadName(ref reader, out DerRange subject))
        {
            return Malformed("subject", out finding);
        }

        if (!SubjectPublicKeyInfo.TryRead(ref reader, out SubjectPublicKeyInfo key))
        {
            return Malformed("subjectPublicKeyInfo", out finding);
        }

        // issuerUniqueID [1] and subjectUniqueID [2] need version 2 or 3. 4.1.2.8
        if (!reader.TryReadOptional(DerTag.Context(1), out _, out bool hasIssuerId)
            || !reader.TryReadOptional(DerTag.Context(2), out _, out bool hasSubjectId)
            || ((hasIssuerId || hasSubjectId) && version < 2))
        {
            return Malformed("uniqueID", out finding);
        }

        CertificateExtensions extensions = CertificateExtensions.None;
        if (!reader.IsEmpty)
        {
            // extensions [3] EXPLICIT need version 3. 4.1.2.9
            if (version != 3 || !reader.TryOpen(DerTag.ContextConstructed(3), out DerReader field) || !reader.IsEmpty)
            {
                return Malformed("extensions", out finding);
            }

            if (!ExtensionParser.TryParse(ref field, out extensions, out finding))
            {
                return false;
            }
        }

        finding = default;
        certificate = new ParsedCertificate(der)
        {
            Version = version,
            TbsRange = tbs,
            SerialRange = serial,
            IssuerRange = issuer,
            SubjectRange = subject,
            NotBeforeTicks = notBefore,
            NotAfterTicks = notAfter,
            PublicKey = key,
            SignatureRange = signature,
            SignatureAlgorithm = algorithm,
            SignatureAlgorithmsAgree = algorithmRange.Of(bytes).SequenceEqual(innerAlgorithm.Of(bytes)),
            Extensions = extensions,
        };
        return true;
    }

    private static bool TryReadName(ref DerReader reader, out DerRange name) =>
        reader.TryRead(DerTag.Sequence, out _, out name) && DistinguishedName.IsWellFormed(reader.Bytes(name));

    private static bool TryReadTime(ref DerReader reader, out long ticks)
    {
        ticks = 0;
        return reader.TryReadAny(out byte tag, out DerRange content, out _) && Asn1Time.TryReadTicks(tag, reader.Bytes(content), out ticks);
    }

    private static bool Malformed(string field, out Finding finding)
    {
        finding = new Finding(ValidationReason.CertificateMalformed, Detail: field);
        return false;
    }
}
