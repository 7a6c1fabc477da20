using System.Diagnostics.CodeAnalysis;
using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Findings;

namespace MutualTls.Revocation.Ocsp;

/// <summary>Reads what a responder sent. RFC 6960 section 4.2.1.</summary>
/// <remarks>Bounded, and throws for nothing that the answer holds. Says what it says, not whether it is true: see <see cref="OcspVerifier"/>.</remarks>
internal static class OcspResponseParser
{
    /// <summary>An answer takes 300 octets to 5 KB; with post-quantum signatures and a chain of certificates it stays below this.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>A signer and its issuers; each may cost two signature checks.</summary>
    public const int MaxCertificates = 8;

    /// <summary>Reads <paramref name="der"/>, which must not change afterwards. False, with the cause, for anything but a well-formed answer of the status "successful".</summary>
    public static bool TryParse(ReadOnlyMemory<byte> der, [NotNullWhen(true)] out OcspResponse? response, out Finding cause)
    {
        response = null;
        if (der.Length > MaxLength)
        {
            cause = new Finding(ValidationReason.OcspTooLarge, Detail: $"{der.Length} bytes, limit {MaxLength}");
            return false;
        }

        // OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] EXPLICIT OPTIONAL }
        DerReader outer = new(der.Span);
        if (!outer.TryOpen(DerTag.Sequence, out DerReader fields) || !outer.IsEmpty
            || !fields.TryRead(DerTag.Enumerated, out DerRange status) || status.Length != 1)
        {
            return Malformed("OCSPResponse", out cause);
        }

        // Whoever is on the way can write these: they are not signed. They never lead to more than "unknown".
        ValidationReason refusal = CauseOf(fields.Bytes(status)[0]);
        if (refusal != ValidationReason.None)
        {
            cause = new Finding(refusal, Detail: $"status {fields.Bytes(status)[0]}");
            return false;
        }

        // ResponseBytes ::= SEQUENCE { responseType OBJECT IDENTIFIER, response OCTET STRING }
        if (!fields.TryOpen(DerTag.ContextConstructed(0), out DerReader field) || !fields.IsEmpty
            || !field.TryOpen(DerTag.Sequence, out DerReader bytes) || !field.IsEmpty
            || !bytes.TryRead(DerTag.ObjectIdentifier, out DerRange type) || !bytes.Bytes(type).SequenceEqual(Oids.OcspBasic)
            || !bytes.TryRead(DerTag.OctetString, out DerRange basic) || !bytes.IsEmpty)
        {
            return Malformed("responseBytes", out cause);
        }

        return TryReadBasic(der, bytes.At(basic), out response, out cause);
    }

    // BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature BIT STRING, certs [0] EXPLICIT SEQUENCE OF Certificate OPTIONAL }
    private static bool TryReadBasic(ReadOnlyMemory<byte> der, DerReader reader, out OcspResponse? response, out Finding cause)
    {
        response = null;
        if (!reader.TryOpen(DerTag.Sequence, out DerReader fields) || !reader.IsEmpty
            || !fields.TryRead(DerTag.Sequence, out DerRange tbsContent, out DerRange tbs)
            || !fields.TryRead(DerTag.Sequence, out _, out DerRange algorithmRange)
            || !SignatureAlgorithms.TryRead(fields.Bytes(algorithmRange), out SignatureAlgorithm algorithm)
            || !fields.TryReadAlignedBits(out DerRange signature))
        {
            return Malformed("BasicOCSPResponse", out cause);
        }

        List<DerRange> certificates = [];
        if (!TryReadCertificates(ref fields, certificates) || !fields.IsEmpty)
        {
            return Malformed("certs", out cause);
        }

        // ResponseData ::= SEQUENCE { version [0] DEFAULT v1, responderID, producedAt, responses SEQUENCE OF SingleResponse, responseExtensions [1] OPTIONAL }
        DerReader data = fields.At(tbsContent);
        if (!TryReadVersion(ref data) || !TryReadResponder(ref data, out DerRange name, out DerRange keyHash) || !TryReadTime(ref data, out DateTimeOffset producedAt))
        {
            return Malformed("ResponseData", out cause);
        }

        List<OcspSingleResponse> responses = [];
        if (!OcspSingleResponseParser.TryReadAll(ref data, responses))
        {
            return Malformed("responses", out cause);
        }

        if (!TryReadExtensions(ref data, Oids.OcspNonce, out DerRange nonce, out DerRange unknownCritical) || !data.IsEmpty)
        {
            return Malformed("responseExtensions", out cause);
        }

        cause = default;
        response = new OcspResponse(der)
        {
            Tbs = tbs,
            ResponderName = name,
            ResponderKeyHash = keyHash,
            ProducedAt = producedAt,
            Responses = responses,
            Nonce = nonce,
            UnknownCritical = unknownCritical,
            SignatureAlgorithm = algorithm,
            Signature = signature,
            Certificates = certificates,
        };
        return true;
    }

    /// <summary>Reads GeneralizedTime in the one form that RFC 5280 section 4.1.2.5.2 allows.</summary>
    public static bool TryReadTime(ref DerReader reader, out DateTimeOffset time)
    {
        time = default;
        return reader.TryRead(DerTag.GeneralizedTime, out DerRange content) && Asn1Time.TryRead(DerTag.GeneralizedTime, reader.Bytes(content), out time);
    }

    /// <summary>Reads [1] EXPLICIT Extensions OPTIONAL: the value of the one that is known, and the first critical one that is not.</summary>
    public static bool TryReadExtensions(ref DerReader reader, ReadOnlySpan<byte> known, out DerRange value, out DerRange unknownCritical)
    {
        value = unknownCritical = default;
        if (!reader.NextIs(DerTag.ContextConstructed(1)))
        {
            return true;
        }

        if (!reader.TryOpen(DerTag.ContextConstructed(1), out DerReader field) || !field.TryOpen(DerTag.Sequence, out DerReader list) || !field.IsEmpty)
        {
            return false;
        }

        while (!list.IsEmpty)
        {
            if (!DerExtension.TryRead(ref list, out DerExtension extension))
            {
                return false;
            }

            if (list.Bytes(extension.Oid).SequenceEqual(known))
            {
                // Twice is no well-formed Extensions, and an empty value would look like none. RFC 5280 section 4.2
                if (!value.IsEmpty || extension.Value.IsEmpty)
                {
                    return false;
                }

                value = extension.Value;
            }
            else if (extension.Critical && unknownCritical.IsEmpty)
            {
                unknownCritical = extension.Oid;
            }
        }

        return true;
    }

    private static ValidationReason CauseOf(byte status) => status switch
    {
        0 => ValidationReason.None,
        1 => ValidationReason.OcspQuestionRefused,
        2 => ValidationReason.OcspResponderFailed,
        3 => ValidationReason.OcspTryLater,
        5 => ValidationReason.OcspSignedQuestionWanted,
        6 => ValidationReason.OcspUnauthorized,
        _ => ValidationReason.OcspMalformed,
    };

    private static bool TryReadCertificates(ref DerReader fields, List<DerRange> certificates)
    {
        if (!fields.NextIs(DerTag.ContextConstructed(0)))
        {
            return true;
        }

        if (!fields.TryOpen(DerTag.ContextConstructed(0), out DerReader field) || !field.TryOpen(DerTag.Sequence, out DerReader list) || !field.IsEmpty)
        {
            return false;
        }

        while (!list.IsEmpty)
        {
            if (certificates.Count == MaxCertificates || !list.TryRead(DerTag.Sequence, out _, out DerRange certificate))
            {
                return false;
            }

            certificates.Add(certificate);
        }

        return true;
    }

    // DER leaves the default out, but responders in use write it.
    private static bool TryReadVersion(ref DerReader data) =>
        !data.NextIs(DerTag.ContextConstructed(0))
        || (data.TryOpen(DerTag.ContextConstructed(0), out DerReader field) && field.TryRead(DerTag.Integer, out DerRange version)
            && field.IsEmpty && field.Bytes(version) is [0]);

    // ResponderID ::= CHOICE { byName [1] EXPLICIT Name, byKey [2] EXPLICIT OCTET STRING }
    private static bool TryReadResponder(ref DerReader data, out DerRange name, out DerRange keyHash)
    {
        name = keyHash = default;
        return data.NextIs(DerTag.ContextConstructed(1))
            ? data.TryOpen(DerTag.ContextConstructed(1), out DerReader field) && field.TryRead(DerTag.Sequence, out _, out name) && field.IsEmpty
                && DistinguishedName.IsWellFormed(field.Bytes(name)) && !DistinguishedName.IsEmpty(field.Bytes(name))
            : data.TryOpen(DerTag.ContextConstructed(2), out field) && field.TryRead(DerTag.OctetString, out keyHash) && field.IsEmpty && !keyHash.IsEmpty;
    }

    private static bool Malformed(string what, out Finding cause)
    {
        cause = new Finding(ValidationReason.OcspMalformed, Detail: what);
        return false;
    }
}
