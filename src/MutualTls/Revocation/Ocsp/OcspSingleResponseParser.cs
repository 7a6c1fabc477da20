using System.Security.Cryptography.X509Certificates;
using MutualTls.Encoding;

namespace MutualTls.Revocation.Ocsp;

/// <summary>Reads what an answer says about each certificate. RFC 6960 section 4.2.1.</summary>
internal static class OcspSingleResponseParser
{
    /// <summary>We ask about one certificate; an answer made in advance may tell of a few more.</summary>
    public const int MaxResponses = 64;

    /// <summary>Reads SEQUENCE OF SingleResponse.</summary>
    public static bool TryReadAll(ref DerReader data, List<OcspSingleResponse> responses)
    {
        if (!data.TryOpen(DerTag.Sequence, out DerReader list))
        {
            return false;
        }

        while (!list.IsEmpty)
        {
            if (responses.Count == MaxResponses || !list.TryOpen(DerTag.Sequence, out DerReader fields) || !TryReadOne(fields, out OcspSingleResponse response))
            {
                return false;
            }

            responses.Add(response);
        }

        return true;
    }

    // SingleResponse ::= SEQUENCE { certID, certStatus, thisUpdate, nextUpdate [0] EXPLICIT OPTIONAL, singleExtensions [1] EXPLICIT OPTIONAL }
    private static bool TryReadOne(DerReader fields, out OcspSingleResponse response)
    {
        response = default;
        if (!TryReadCertId(ref fields, out DerRange hash, out DerRange nameHash, out DerRange keyHash, out DerRange serial)
            || !TryReadStatus(ref fields, out RevocationStatus status, out DateTimeOffset? revokedAt, out X509RevocationReason? reason)
            || !OcspResponseParser.TryReadTime(ref fields, out DateTimeOffset thisUpdate))
        {
            return false;
        }

        DateTimeOffset? nextUpdate = null;
        if (fields.NextIs(DerTag.ContextConstructed(0)))
        {
            if (!fields.TryOpen(DerTag.ContextConstructed(0), out DerReader field) || !OcspResponseParser.TryReadTime(ref field, out DateTimeOffset next) || !field.IsEmpty)
            {
                return false;
            }

            nextUpdate = next;
        }

        bool read = OcspResponseParser.TryReadExtensions(ref fields, known: default, out _, out DerRange unknownCritical) && fields.IsEmpty;
        response = new OcspSingleResponse
        {
            HashOid = hash,
            IssuerNameHash = nameHash,
            IssuerKeyHash = keyHash,
            SerialNumber = serial,
            Status = status,
            RevokedAt = revokedAt,
            Reason = reason,
            ThisUpdate = thisUpdate,
            NextUpdate = nextUpdate,
            UnknownCritical = unknownCritical,
        };
        return read;
    }

    // CertID ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, issuerNameHash, issuerKeyHash OCTET STRING, serialNumber INTEGER }
    private static bool TryReadCertId(ref DerReader fields, out DerRange hash, out DerRange nameHash, out DerRange keyHash, out DerRange serial)
    {
        hash = nameHash = keyHash = serial = default;
        return fields.TryOpen(DerTag.Sequence, out DerReader id)
            && id.TryOpen(DerTag.Sequence, out DerReader algorithm)
            && algorithm.TryRead(DerTag.ObjectIdentifier, out hash) && DerValue.IsObjectIdentifier(algorithm.Bytes(hash))
            && (algorithm.IsEmpty || (algorithm.TryReadAny(out _, out _, out _) && algorithm.IsEmpty))
            && id.TryRead(DerTag.OctetString, out nameHash) && id.TryRead(DerTag.OctetString, out keyHash)
            && id.TryRead(DerTag.Integer, out serial) && DerValue.IsInteger(id.Bytes(serial)) && id.IsEmpty;
    }

    // CertStatus ::= CHOICE { good [0] IMPLICIT NULL, revoked [1] IMPLICIT RevokedInfo, unknown [2] IMPLICIT NULL }
    private static bool TryReadStatus(ref DerReader fields, out RevocationStatus status, out DateTimeOffset? revokedAt, out X509RevocationReason? reason)
    {
        status = RevocationStatus.Unknown;
        revokedAt = null;
        reason = null;
        if (fields.NextIs(DerTag.Context(0)) || fields.NextIs(DerTag.Context(2)))
        {
            status = fields.NextIs(DerTag.Context(0)) ? RevocationStatus.Good : RevocationStatus.Unknown;
            return fields.TryReadAny(out _, out DerRange nothing, out _) && nothing.IsEmpty;
        }

        // RevokedInfo ::= SEQUENCE { revocationTime, revocationReason [0] EXPLICIT CRLReason OPTIONAL }
        status = RevocationStatus.Revoked;
        if (!fields.TryOpen(DerTag.ContextConstructed(1), out DerReader info) || !OcspResponseParser.TryReadTime(ref info, out DateTimeOffset at))
        {
            return false;
        }

        revokedAt = at;
        if (info.IsEmpty)
        {
            return true;
        }

        if (!info.TryOpen(DerTag.ContextConstructed(0), out DerReader field) || !info.IsEmpty
            || !field.TryRead(DerTag.Enumerated, out DerRange number) || !field.IsEmpty || number.Length != 1)
        {
            return false;
        }

        // A number that is no reason is still revoked.
        reason = (X509RevocationReason)field.Bytes(number)[0];
        return true;
    }
}
