using System.Formats.Asn1;

namespace MutualTls.Testing.Encoding;

/// <summary>Finds the key's bits in a SubjectPublicKeyInfo.</summary>
internal static class SubjectPublicKey
{
    // SEC 2 2.2.2 (version 1): the base point of secp192r1, uncompressed.
    private const string P192BasePoint =
        "04188DA80EB03090F67CBF20EB43A18800F4FF0AFD82FF101207192B95FFC8DA78631011ED6B24CDD573F977A11E794811";

    public static byte[] P192 { get; } = Of(Convert.FromHexString(P192BasePoint), "1.2.840.10045.2.1", "1.2.840.10045.3.1.1");

    public static byte[] OfUnknownAlgorithm { get; } = Of(new byte[32], TestOids.Unknown);

    /// <summary>Gives the content of subjectPublicKey, or the whole input where it is not a SubjectPublicKeyInfo.</summary>
    public static byte[] Bits(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        try
        {
            AsnDecoder.ReadSequence(subjectPublicKeyInfo, AsnEncodingRules.DER, out int offset, out int length, out _);
            ReadOnlySpan<byte> inner = subjectPublicKeyInfo.Slice(offset, length);
            AsnDecoder.ReadSequence(inner, AsnEncodingRules.DER, out _, out _, out int algorithm);
            return AsnDecoder.ReadBitString(inner[algorithm..], AsnEncodingRules.DER, out _, out _);
        }
        catch (AsnContentException)
        {
            return subjectPublicKeyInfo.ToArray();
        }
    }

    private static byte[] Of(byte[] key, params string[] algorithm) => Der.Write(writer =>
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                Array.ForEach(algorithm, oid => writer.WriteObjectIdentifier(oid));
            }

            writer.WriteBitString(key);
        }
    });
}
