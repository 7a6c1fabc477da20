using System.Formats.Asn1;
using System.Security.Cryptography;
using MutualTls.Certificates;
using MutualTls.Encoding;

namespace MutualTls.Revocation.Ocsp;

/// <summary>Holds one question to a responder: is this certificate revoked? RFC 6960 section 4.1.</summary>
/// <remarks>One certificate a question, and never signed: those are what responders that serve many answer (RFC 5019 section 2.1.1).</remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class OcspRequest
{
    public const string ContentType = "application/ocsp-request";

    /// <summary>RFC 9654 section 2.1: a client should send 32 octets.</summary>
    public const int NonceLength = 32;

    // RFC 6960 appendix A.1 and RFC 5019 section 5: beyond 255 octets a question goes by POST, since caches need not take longer ones.
    private const int MaxGetLength = 255;

    private OcspRequest(byte[] der, byte[] nonce)
    {
        Der = der;
        Nonce = nonce;
    }

    public ReadOnlyMemory<byte> Der { get; }

    /// <summary>Gets the value of the nonce extension, which the answer must repeat; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Nonce { get; }

    /// <summary>Writes a question.</summary>
    public static OcspRequest Create(OcspIssuer issuer, ReadOnlySpan<byte> serialNumber, OcspHash hash = OcspHash.Sha1, OcspNonceMode nonce = OcspNonceMode.Omitted)
    {
        byte[] nonceValue = nonce == OcspNonceMode.Required ? NewNonce() : [];
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                WriteCertId(writer, issuer, serialNumber, hash);
            }

            if (nonceValue.Length > 0)
            {
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
                using (writer.PushSequence())
                using (writer.PushSequence())
                {
                    WriteOid(writer, Oids.OcspNonce);
                    writer.WriteOctetString(nonceValue);
                }
            }
        }

        return new OcspRequest(writer.Encode(), nonceValue);
    }

    /// <summary>Gets the address for a GET; null where only a POST will do: the question is long, has a nonce, or the responder's address has a query.</summary>
    public Uri? TryGetUri(Uri responder)
    {
        // An answer to a nonce serves nobody else, so a cache between has no use for it.
        if (!Nonce.IsEmpty || responder.Query.Length > 0)
        {
            return null;
        }

        // Base64 uses '/', '+' and '=', which a path must not hold as they are.
        string path = responder.GetLeftPart(UriPartial.Path);
        string address = $"{path}{(path.EndsWith('/') ? "" : "/")}{Uri.EscapeDataString(Convert.ToBase64String(Der.Span))}";
        return address.Length <= MaxGetLength ? new Uri(address) : null;
    }

    // CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash OCTET STRING, serialNumber }
    private static void WriteCertId(AsnWriter writer, OcspIssuer issuer, ReadOnlySpan<byte> serialNumber, OcspHash hash)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                WriteOid(writer, OcspHashes.Oid(hash));
                if (hash == OcspHash.Sha1)
                {
                    // RFC 5754 section 2 leaves it out for the others; for this one all write it, and caches compare octets.
                    writer.WriteNull();
                }
            }

            Span<byte> digest = stackalloc byte[OcspHashes.MaxLength];
            int length = CryptographicOperations.HashData(OcspHashes.Name(hash), issuer.Name, digest);
            writer.WriteOctetString(digest[..length]);
            CryptographicOperations.HashData(OcspHashes.Name(hash), issuer.KeyBits, digest);
            writer.WriteOctetString(digest[..length]);
            writer.WriteInteger(serialNumber);
        }
    }

    // Nonce ::= OCTET STRING (SIZE (1..128)), inside of extnValue. RFC 9654 section 2.1
    private static byte[] NewNonce() => [DerTag.OctetString, NonceLength, .. RandomNumberGenerator.GetBytes(NonceLength)];

    private static void WriteOid(AsnWriter writer, ReadOnlySpan<byte> content)
    {
        Span<byte> encoded = stackalloc byte[2 + content.Length];
        encoded[0] = DerTag.ObjectIdentifier;
        encoded[1] = (byte)content.Length;
        content.CopyTo(encoded[2..]);
        writer.WriteEncodedValue(encoded);
    }
}

/// <summary>Says whether a question carries a nonce, which its answer must repeat. RFC 9654.</summary>
/// <remarks>A nonce keeps an old answer from being played again, and costs the use of answers made in advance.</remarks>
internal enum OcspNonceMode
{
    Omitted,
    Required,
}
