using System.Formats.Asn1;
using System.Security.Cryptography;

namespace MutualTls.Testing.Encoding;

/// <summary>What an OCSP request asks (RFC 6960 4.1.1). A signature on it is not read.</summary>
internal sealed record OcspQuestion(IReadOnlyList<OcspQuestion.CertId> Certificates, byte[]? Nonce)
{
    internal sealed record CertId(HashAlgorithmName? Hash, byte[] NameHash, byte[] KeyHash, byte[] Serial)
    {
        public bool IsOf(TestCertificateAuthority issuer) => Hash is { } hash
            && NameHash.AsSpan().SequenceEqual(OcspCertId.Hash(hash, issuer.Subject.Encoded.Span))
            && KeyHash.AsSpan().SequenceEqual(OcspCertId.Hash(hash, SubjectPublicKey.Bits(issuer.Key.SubjectPublicKeyInfo.Span)));
    }

    /// <summary>Reads a request; null if it is malformed.</summary>
    public static OcspQuestion? Read(byte[] request)
    {
        try
        {
            AsnReader tbs = new AsnReader(request, AsnEncodingRules.DER).ReadSequence().ReadSequence();
            SkipOptional(tbs, 0); // version
            SkipOptional(tbs, 1); // requestorName
            List<CertId> certificates = [];
            for (AsnReader list = tbs.ReadSequence(); list.HasData;)
            {
                AsnReader id = list.ReadSequence().ReadSequence();
                string oid = id.ReadSequence().ReadObjectIdentifier();
                certificates.Add(new CertId(OcspCertId.FromOid(oid), id.ReadOctetString(), id.ReadOctetString(), id.ReadIntegerBytes().ToArray()));
            }

            return new OcspQuestion(certificates, ReadNonce(tbs));
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static byte[]? ReadNonce(AsnReader tbs)
    {
        Asn1Tag tag = new(TagClass.ContextSpecific, 2);
        if (!tbs.HasData || tbs.PeekTag().TagValue != tag.TagValue)
        {
            return null;
        }

        for (AsnReader extensions = tbs.ReadSequence(tag).ReadSequence(); extensions.HasData;)
        {
            AsnReader extension = extensions.ReadSequence();
            if (extension.ReadObjectIdentifier() == TestOids.OcspNonce)
            {
                return extension.PeekTag() == Asn1Tag.Boolean ? null : extension.ReadOctetString();
            }
        }

        return null;
    }

    private static void SkipOptional(AsnReader reader, int number)
    {
        Asn1Tag next = reader.PeekTag();
        if (next.TagClass == TagClass.ContextSpecific && next.TagValue == number)
        {
            reader.ReadEncodedValue();
        }
    }
}
