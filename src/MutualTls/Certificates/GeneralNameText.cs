using System.Net;

namespace MutualTls.Certificates;

/// <summary>Writes a name of a certificate for people, kind first.</summary>
internal static class GeneralNameText
{
    // A finding holds at most this much of a name that a peer chose.
    private const int MaxLength = 200;

    public static string Of(GeneralNameKind kind, ReadOnlySpan<byte> value)
    {
        string text = kind switch
        {
            GeneralNameKind.Dns or GeneralNameKind.Email or GeneralNameKind.Uri => Printable(value),
            GeneralNameKind.IpAddress when value.Length is 4 or 16 => new IPAddress(value).ToString(),
            GeneralNameKind.DirectoryName => DistinguishedNameText.Of(value),
            _ => Convert.ToHexString(value[..Math.Min(value.Length, MaxLength / 2)]),
        };
        return $"{kind} {(text.Length > MaxLength ? text[..MaxLength] + "..." : text)}";
    }

    // Control characters would let a name write lines into a log.
    private static string Printable(ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> shown = value[..Math.Min(value.Length, MaxLength + 1)];
        return string.Create(shown.Length, shown, static (text, octets) =>
        {
            for (int i = 0; i < octets.Length; i++)
            {
                text[i] = octets[i] is >= 0x20 and < 0x7F ? (char)octets[i] : '?';
            }
        });
    }
}
