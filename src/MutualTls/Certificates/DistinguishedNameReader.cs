using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Text;

namespace MutualTls.Certificates;

/// <summary>One attribute of a distinguished name.</summary>
/// <param name="Oid">The content octets of its type.</param>
/// <param name="Text">Its value.</param>
internal readonly record struct NameAttribute(byte[] Oid, string Text);

/// <summary>Reads a distinguished name that a person wrote, most specific part first. RFC 4514 section 3.</summary>
/// <remarks>Values are text; the form <c>#hex</c> for values of other types is not read.</remarks>
internal static class DistinguishedNameReader
{
    // RFC 4514 section 3, and what else certificates in use carry.
    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CN"] = "2.5.4.3",
        ["SERIALNUMBER"] = "2.5.4.5",
        ["C"] = "2.5.4.6",
        ["L"] = "2.5.4.7",
        ["ST"] = "2.5.4.8",
        ["STREET"] = "2.5.4.9",
        ["O"] = "2.5.4.10",
        ["OU"] = "2.5.4.11",
        ["TITLE"] = "2.5.4.12",
        ["DNQUALIFIER"] = "2.5.4.46",
        ["ORGANIZATIONIDENTIFIER"] = "2.5.4.97",
        ["DC"] = "0.9.2342.19200300.100.1.25",
        ["UID"] = "0.9.2342.19200300.100.1.1",
        ["E"] = "1.2.840.113549.1.9.1",
        ["EMAIL"] = "1.2.840.113549.1.9.1",
    };

    /// <summary>Reads a name as its relative names, in the order written.</summary>
    /// <param name="text">For example <c>OU=Devices,O=Acme\, Inc.</c>.</param>
    /// <param name="names">The relative names, mostly of one attribute each; or null.</param>
    /// <param name="wrong">What is wrong, where null is returned.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out List<List<NameAttribute>>? names, [NotNullWhen(false)] out string? wrong)
    {
        names = [[]];
        wrong = null;
        int at = 0;
        while (wrong is null)
        {
            int equals = text.IndexOf('=', at);
            string type = equals < 0 ? text[at..].Trim() : text[at..equals].Trim();
            if (equals < 0 || !TryReadType(type, out byte[]? oid))
            {
                wrong = $"'{type}' is no attribute; write TYPE=value with one of {string.Join(", ", Types.Keys)} or a dotted object identifier";
                break;
            }

            at = equals + 1;
            wrong = ReadValue(text, ref at, out string value);
            names[^1].Add(new NameAttribute(oid, value));
            if (at >= text.Length)
            {
                break;
            }

            if (text[at++] == ',')
            {
                names.Add([]);
            }
        }

        names = wrong is null ? names : null;
        return names is not null;
    }

    /// <summary>Writes relative names, most specific first, as a DER Name with the values as UTF8String.</summary>
    public static byte[] Encode(List<List<NameAttribute>> names)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (List<NameAttribute> relative in names.AsEnumerable().Reverse())
            {
                using (writer.PushSetOf())
                {
                    foreach (NameAttribute attribute in relative)
                    {
                        using (writer.PushSequence())
                        {
                            writer.WriteEncodedValue([(byte)UniversalTagNumber.ObjectIdentifier, (byte)attribute.Oid.Length, .. attribute.Oid]);
                            writer.WriteCharacterString(UniversalTagNumber.UTF8String, attribute.Text);
                        }
                    }
                }
            }
        }

        return writer.Encode();
    }

    private static bool TryReadType(string type, [NotNullWhen(true)] out byte[]? oid)
    {
        oid = null;
        try
        {
            oid = Convert.FromHexString(PolicyOids.FromDotted(Types.GetValueOrDefault(type, type)));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // Up to the next , or + that is not escaped. Spaces at either end do not count unless escaped.
    private static string? ReadValue(string text, ref int at, out string value)
    {
        List<byte> octets = [];
        int kept = 0;
        value = "";
        for (; at < text.Length && text[at] is not (',' or '+'); at++)
        {
            char character = text[at];
            if (character == '\\')
            {
                if (!TryReadEscape(text, ref at, octets))
                {
                    return "a backslash is followed by one of , + \" \\ < > ; = # space, or by two hexadecimal digits";
                }

                kept = octets.Count;
            }
            else if (character is '"' or ';' or '<' or '>' or '\0' || (character == '#' && octets.Count == 0))
            {
                return $"'{character}' in a value is written \\{character}";
            }
            else if (character != ' ' || octets.Count > 0)
            {
                AddCharacter(text, ref at, octets);
                kept = character == ' ' ? kept : octets.Count;
            }
        }

        if (kept == 0)
        {
            return "an attribute has no value";
        }

        try
        {
            value = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. octets[..kept]]);
            return null;
        }
        catch (ArgumentException)
        {
            return "the escaped octets are not UTF-8";
        }
    }

    private static bool TryReadEscape(string text, ref int at, List<byte> octets)
    {
        if (at + 1 < text.Length && ",+\"\\<>;=# ".Contains(text[at + 1], StringComparison.Ordinal))
        {
            octets.Add((byte)text[++at]);
            return true;
        }

        if (at + 2 < text.Length && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2]))
        {
            octets.Add(Convert.ToByte(text.Substring(at + 1, 2), 16));
            at += 2;
            return true;
        }

        return false;
    }

    private static void AddCharacter(string text, ref int at, List<byte> octets)
    {
        int length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
        octets.AddRange(System.Text.Encoding.UTF8.GetBytes(text.Substring(at, length)));
        at += length - 1;
    }
}
