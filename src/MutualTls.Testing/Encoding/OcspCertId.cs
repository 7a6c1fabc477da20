using System.Security.Cryptography;

namespace MutualTls.Testing.Encoding;

/// <summary>How OCSP identifies a certificate: by hashes of its issuer's name and key, and by its serial number (RFC 6960 4.1.1).</summary>
internal static class OcspCertId
{
    public static HashAlgorithmName Known(HashAlgorithmName hash) => hash.Name is "SHA1" or "SHA256" or "SHA384" or "SHA512"
        ? hash
        : throw new ArgumentException($"OCSP test responses know no hash {hash}.", nameof(hash));

    public static HashAlgorithmName? FromOid(string oid) => oid switch
    {
        "1.3.14.3.2.26" => HashAlgorithmName.SHA1,
        "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
        "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
        "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
        _ => null,
    };

    public static byte[] Hash(HashAlgorithmName hash, ReadOnlySpan<byte> data) => CryptographicOperations.HashData(hash, data);

    public static byte[] Encode(HashAlgorithmName hash, TestName issuerName, TestKey issuerKey, ReadOnlySpan<byte> serial)
    {
        string oid = hash.Name switch
        {
            "SHA1" => "1.3.14.3.2.26",
            "SHA256" => "2.16.840.1.101.3.4.2.1",
            "SHA384" => "2.16.840.1.101.3.4.2.2",
            _ => "2.16.840.1.101.3.4.2.3",
        };
        byte[] algorithm = Der.Write(writer =>
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(oid);
                writer.WriteNull();
            }
        });
        byte[] nameHash = Der.Tlv(0x04, Hash(hash, issuerName.Encoded.Span));
        byte[] keyHash = Der.Tlv(0x04, Hash(hash, SubjectPublicKey.Bits(issuerKey.SubjectPublicKeyInfo.Span)));
        return Der.Tlv(0x30, [.. algorithm, .. nameHash, .. keyHash, .. Der.Tlv(0x02, serial)]);
    }
}
