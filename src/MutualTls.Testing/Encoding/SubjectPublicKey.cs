using System.Formats.Asn1;

namespace MutualTls.Testing.Encoding;

/// <summary>Finds the key's bits in a SubjectPublicKeyInfo.</summary>
internal static class SubjectPublicKey
{
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
}
