using System.Diagnostics.CodeAnalysis;
using MutualTls.Certificates;
using MutualTls.Pinning;

namespace MutualTls.Policies.Lists;

/// <summary>One entry of a deny-list as it is written.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Hash">The fingerprint or the key.</param>
/// <param name="Serial">The serial number, without leading zeros.</param>
/// <param name="Issuer">The issuer of that serial number, RFC 4514 style.</param>
internal readonly record struct DenyEntry(DenyKind Kind, Sha256Value Hash, byte[] Serial, string Issuer)
{
    public static bool TryParse(string text, out DenyEntry entry, [NotNullWhen(false)] out string? wrong)
    {
        entry = default;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string value = text[(colon + 1)..];
        wrong = (colon < 0 ? "" : text[..colon].Trim()) switch
        {
            "certificate" => Sha256Value.TryParseHex(value.AsSpan().Trim(), out Sha256Value fingerprint) && Set(out entry, DenyKind.Certificate, fingerprint)
                ? null : "a fingerprint is the 64 hexadecimal digits of the certificate's SHA-256",
            "key" => SpkiPin.TryParse(value, out SpkiPin pin) && Set(out entry, DenyKind.Key, pin.Hash)
                ? null : "a key is sha256/ and the base64 or hexadecimal of the SHA-256 of its SubjectPublicKeyInfo",
            "serial" => ReadSerial(value, out entry),
            _ => "an entry is certificate:FINGERPRINT, key:sha256/HASH or serial:HEX@ISSUER",
        };
        return wrong is null;
    }

    private static bool Set(out DenyEntry entry, DenyKind kind, Sha256Value hash)
    {
        entry = new DenyEntry(kind, hash, [], "");
        return true;
    }

    private static string? ReadSerial(string value, out DenyEntry entry)
    {
        entry = default;
        int at = value.IndexOf('@', StringComparison.Ordinal);
        string digits = at < 0 ? "" : value[..at].Replace(":", "", StringComparison.Ordinal).Trim();
        digits = digits.Length % 2 == 1 ? "0" + digits : digits;
        if (digits.Length == 0 || !digits.All(char.IsAsciiHexDigit))
        {
            return "a serial number is hexadecimal and followed by @ and the issuer: serial:0A1B@CN=Issuing CA,O=Acme";
        }

        string issuer = value[(at + 1)..];
        if (!DistinguishedNameReader.TryRead(issuer, out _, out string? wrong))
        {
            return wrong;
        }

        entry = new DenyEntry(DenyKind.Serial, default, Convert.FromHexString(digits).AsSpan().TrimStart((byte)0).ToArray(), issuer);
        return null;
    }
}

/// <summary>Names what an entry of a deny-list names.</summary>
internal enum DenyKind
{
    Certificate,
    Key,
    Serial,
}
