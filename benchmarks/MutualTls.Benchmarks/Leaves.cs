using System.Formats.Asn1;
using System.Security.Cryptography;
using MutualTls.Testing;

namespace MutualTls.Benchmarks;

/// <summary>Makes many end-entity certificates under one issuer: one is issued, the others differ in serial number and signature.</summary>
internal static class Leaves
{
    public static ReadOnlyMemory<byte>[] Make(TestCertificateAuthority issuer, TestCertificate like, int count, int first = 0)
    {
        // What the issuer's key signs with by default.
        TestSignatureKind kind = issuer.Key.Algorithm switch
        {
            RSA => TestSignatureKind.RsaPkcs1Sha256,
            { KeySize: 384 } => TestSignatureKind.EcdsaSha384,
            _ => TestSignatureKind.EcdsaSha256,
        };
        ReadOnlyMemory<byte>[] leaves = new ReadOnlyMemory<byte>[count];
        AsnReader certificate = new AsnReader(like.Der, AsnEncodingRules.DER).ReadSequence();
        byte[] tbs = certificate.ReadEncodedValue().ToArray();
        ReadOnlyMemory<byte> algorithm = certificate.ReadEncodedValue();
        int serial = tbs.AsSpan().IndexOf(like.SerialNumber.Span);
        for (int i = 0; i < count; i++)
        {
            // The last four octets of the serial number.
            BitConverter.TryWriteBytes(tbs.AsSpan(serial + like.SerialNumber.Length - 4, 4), first + i);
            AsnWriter writer = new(AsnEncodingRules.DER, 1024);
            using (writer.PushSequence())
            {
                writer.WriteEncodedValue(tbs);
                writer.WriteEncodedValue(algorithm.Span);
                writer.WriteBitString(issuer.Key.Sign(tbs, kind));
            }

            leaves[i] = writer.Encode();
        }

        return leaves;
    }
}
