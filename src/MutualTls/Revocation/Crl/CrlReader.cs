using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace MutualTls.Revocation.Crl;

/// <summary>Reads CRLs from memory, files and folders, as DER or PEM.</summary>
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

    /// <summary>Reads a file, or the files of a folder.</summary>
    public static void ReadPath(string path, string what, List<ParsedCrl> crls, List<string> errors)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                ReadFile(path, what, crls, errors);
                return;
            }

            foreach (string file in Directory.EnumerateFiles(path).Where(file => CrlFileName().IsMatch(file)).Order(StringComparer.Ordinal))
            {
                ReadFile(file, $"{what}: '{Path.GetFileName(file)}'", crls, errors);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.Add($"{what}: {exception.Message}");
        }
    }

    private static void ReadFile(string path, string what, List<ParsedCrl> crls, List<string> errors)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        long length = RandomAccess.GetLength(file);
        if (length > CrlParser.MaxLength)
        {
            errors.Add($"{what}: {length} bytes, limit {CrlParser.MaxLength}.");
            return;
        }

        using NativeBuffer buffer = new(Math.Max(length, 1));
        int read = 0;
        while (read < length && RandomAccess.Read(file, buffer.Bytes[read..], read) is > 0 and int more)
        {
            read += more;
        }

        Read(buffer.Bytes[..read], what, crls, errors);
    }

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
