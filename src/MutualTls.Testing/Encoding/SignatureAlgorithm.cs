using System.Formats.Asn1;
using System.Security.Cryptography;

namespace MutualTls.Testing.Encoding;

/// <summary>What a <see cref="TestSignatureKind"/> means: its hash, its padding and its AlgorithmIdentifier.</summary>
internal sealed record SignatureAlgorithm(string Oid, HashAlgorithmName Hash, RSASignaturePadding? Padding)
{
    private const string Pss = "1.2.840.113549.1.1.10";

    public bool IsEcdsa => Padding is null;

    public static SignatureAlgorithm Of(TestSignatureKind kind) => kind switch
    {
        TestSignatureKind.EcdsaSha256 => new("1.2.840.10045.4.3.2", HashAlgorithmName.SHA256, null),
        TestSignatureKind.EcdsaSha384 => new("1.2.840.10045.4.3.3", HashAlgorithmName.SHA384, null),
        TestSignatureKind.EcdsaSha512 => new("1.2.840.10045.4.3.4", HashAlgorithmName.SHA512, null),
        TestSignatureKind.RsaPkcs1Sha1 => new("1.2.840.113549.1.1.5", HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1),
        TestSignatureKind.RsaPkcs1Sha256 => new("1.2.840.113549.1.1.11", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        TestSignatureKind.RsaPkcs1Sha384 => new("1.2.840.113549.1.1.12", HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        TestSignatureKind.RsaPkcs1Sha512 => new("1.2.840.113549.1.1.13", HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        TestSignatureKind.RsaPssSha256 => new(Pss, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        TestSignatureKind.RsaPssSha384 => new(Pss, HashAlgorithmName.SHA384, RSASignaturePadding.Pss),
        TestSignatureKind.RsaPssSha512 => new(Pss, HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a signature kind."),
    };

    /// <summary>An algorithm of the same family that is not this one: what a certificate claims when its two identifiers differ.</summary>
    public SignatureAlgorithm Other()
    {
        HashAlgorithmName hash = Hash == HashAlgorithmName.SHA384 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA384;
        bool sha384 = hash == HashAlgorithmName.SHA384;
        return Of(Padding?.Mode switch
        {
            null => sha384 ? TestSignatureKind.EcdsaSha384 : TestSignatureKind.EcdsaSha512,
            RSASignaturePaddingMode.Pss => sha384 ? TestSignatureKind.RsaPssSha384 : TestSignatureKind.RsaPssSha512,
            _ => sha384 ? TestSignatureKind.RsaPkcs1Sha384 : TestSignatureKind.RsaPkcs1Sha512,
        });
    }

    public byte[] Identifier() => Der.Write(writer =>
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Oid);
            if (Padding == RSASignaturePadding.Pss)
            {
                WritePssParameters(writer);
            }
            else if (Padding is not null)
            {
                writer.WriteNull(); // RFC 4055 5: present and NULL; for ECDSA absent (RFC 5758 3.2).
            }
        }
    });

    // RFC 4055 3.1: hash, mask function over the same hash, salt as long as the hash; trailer field left at its default.
    private void WritePssParameters(AsnWriter writer)
    {
        (string oid, int size) = Hash.Name switch
        {
            "SHA256" => ("2.16.840.1.101.3.4.2.1", 32),
            "SHA384" => ("2.16.840.1.101.3.4.2.2", 48),
            _ => ("2.16.840.1.101.3.4.2.3", 64),
        };
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                WriteHash(writer, oid);
            }

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.1.8");
                WriteHash(writer, oid);
            }

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
            {
                writer.WriteInteger(size);
            }
        }
    }

    private static void WriteHash(AsnWriter writer, string oid)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            writer.WriteNull();
        }
    }
}
