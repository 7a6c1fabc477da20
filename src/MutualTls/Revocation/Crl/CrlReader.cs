using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace MutualTls.Revocation.Crl;

/// <summary>Reads CRLs as DER or PEM.</summary>
internal static partial class CrlReader
{
    /// <summary>Reads DER, or each CRL of a PEM text; what is no CRL in it is passed over.</summary>
    /// <param name="content">One CRL as DER, or PEM.</param>
    /// <param name="what">Names the content in errors.</param>
    /// <param name="crls">Takes the CRLs.</param>
    /// <param name="errors">Takes what cannot be read.</param>
    public static void Read(ReadOnlySpan<byte> content, string what, List<ParsedCrl> crls, List<string> errors)
    {
        if (content is [0x30, ..])
        {
            Parse(content, what, crls, errors);
            return;
        }

        int found = 0;
        while (PemEncoding.TryFindUtf8(content, out PemFields fields))
        {
            ReadOnlySpan<byte> label = content[fields.Label], base64 = content[fields.Base64Data];
            content = content[fields.Location.End..];
            if (label.SequenceEqual("X509 CRL"u8))
            {
                found++;
                using NativeBuffer der = new(Math.Max(fields.DecodedDataLength, 1));
                if (Base64.DecodeFromUtf8(base64, der.Bytes, out _, out int length) == OperationStatus.Done)
                {
                    Parse(der.Bytes[..length], $"{what}, CRL {found}", crls, errors);
                }
                else
                {
                    errors.Add($"{what}, CRL {found}: not well-formed PEM.");
                }
            }
        }

        if (found == 0)
        {
            errors.Add($"{what}: holds no CRL, neither DER nor PEM (X509 CRL).");
        }
    }

    /// <summary>Gets the files of CRLs in a folder, or the path itself if it is none.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public static IReadOnlyList<string> FilesOf(string path) =>
        Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Where(file => CrlFileName().IsMatch(file)).Order(StringComparer.Ordinal)] : [path];

    private static void Parse(ReadOnlySpan<byte> der, string what, List<ParsedCrl> crls, List<string> errors)
    {
        if (CrlParser.TryParse(der, out ParsedCrl? crl, out string? error))
        {
            crls.Add(crl);
        }
        else
        {
            errors.Add($"{what}: not a well-formed CRL ({error}).");
        }
    }

    // .r0 and so on are the names that "openssl rehash" gives.
    [GeneratedRegex(@"\.(crl|pem|der|r[0-9])$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex CrlFileName();
}
