using System.Security.Cryptography;

namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Reads certificates in PEM, and nothing else between them than white space.</summary>
internal static class PemText
{
    public static bool TryRead(ReadOnlySpan<char> text, List<ReadOnlyMemory<byte>> certificates)
    {
        int before = certificates.Count;
        while (!text.Trim().IsEmpty)
        {
            if (certificates.Count - before > ForwardedReader.MaxCertificates || !PemEncoding.TryFind(text, out PemFields fields)
                || !text[..fields.Location.Start].Trim().IsEmpty || !text[fields.Label].SequenceEqual("CERTIFICATE"))
            {
                return false;
            }

            byte[] octets = new byte[fields.DecodedDataLength];
            if (!Convert.TryFromBase64Chars(text[fields.Base64Data], octets, out int length) || length != octets.Length)
            {
                return false;
            }

            certificates.Add(octets);
            text = text[fields.Location.End..];
        }

        return certificates.Count > before;
    }
}
