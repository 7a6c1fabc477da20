using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Points at one extension of a certificate, a CRL or an OCSP message. RFC 5280 section 4.1.</summary>
/// <param name="Oid">The content octets of extnID.</param>
/// <param name="Critical">Whether who does not know it must refuse the whole.</param>
/// <param name="Value">The content octets of extnValue.</param>
internal readonly record struct DerExtension(DerRange Oid, bool Critical, DerRange Value)
{
    /// <summary>Reads Extension ::= SEQUENCE { extnID OID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }.</summary>
    public static bool TryRead(ref DerReader list, out DerExtension extension)
    {
        extension = default;
        if (!list.TryOpen(DerTag.Sequence, out DerReader fields)
            || !fields.TryRead(DerTag.ObjectIdentifier, out DerRange oid) || !DerValue.IsObjectIdentifier(fields.Bytes(oid)))
        {
            return false;
        }

        // DER leaves a default out, but CAs in use write FALSE, and it changes nothing.
        bool critical = false;
        if (fields.NextIs(DerTag.Boolean)
            && (!fields.TryRead(DerTag.Boolean, out DerRange flag) || !DerValue.TryReadBoolean(fields.Bytes(flag), out critical)))
        {
            return false;
        }

        bool read = fields.TryRead(DerTag.OctetString, out DerRange value) && fields.IsEmpty;
        extension = new DerExtension(oid, critical, value);
        return read;
    }
}
