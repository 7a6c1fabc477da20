using System.Security.Cryptography;

namespace MutualTls.Encoding;

/// <summary>Reads the certificates of a file or a text: PEM with one or more, or one as DER.</summary>
internal static class PemReader
{
    /// <summary>Gets the DER of each certificate, unread; none if there is none. What is no certificate is passed over.</summary>
    public static List<byte[]> ReadCertificates(byte[] content) =>
        content is [DerTag.Sequence, ..] ? [content] : ReadCertificates(System.Text.Encoding.UTF8.GetString(content));

    /// <summary>Gets the DER of each certificate of a PEM text, unread; none if there is none. What is no certificate is passed over.</summary>
    public static List<byte[]> ReadCertificates(ReadOnlySpan<char> pem)
    {
        List<byte[]> certificates = [];
        while (PemEncoding.TryFind(pem, out PemFields fields))
        {
            if (pem[fields.Label] is "CERTIFICATE" or "TRUSTED CERTIFICATE" or "X509 CERTIFICATE")
            {
                certificates.Add(Convert.FromBase64String(pem[fields.Base64Data].ToString()));
            }

            pem = pem[fields.Location.End..];
        }

        return certificates;
    }
}
