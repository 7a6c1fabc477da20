using System.Text;
using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Writes a distinguished name for people, most specific part first. RFC 4514.</summary>
internal static class DistinguishedNameText
{
    // A peer chooses its name, and findings and logs show it: of a longer value only the beginning is written, as hexadecimal.
    private const int MaxValueLength = 1024;
    private const int ShownOfLonger = 64;

    public static string Of(ReadOnlySpan<byte> name)
    {
        List<string> parts = [];
        if (new DerReader(name).TryOpen(DerTag.Sequence, out DerReader names))
        {
            while (names.TryOpen(DerTag.Set, out DerReader set))
            {
                StringBuilder part = new();
                while (set.TryOpen(DerTag.Sequence, out DerReader attribute) && attribute.TryRead(DerTag.ObjectIdentifier, out DerRange oid)
                    && attribute.TryReadAny(out byte tag, out DerRange value, out _))
                {
                    part.Append(part.Length == 0 ? "" : "+").Append(Label(attribute.Bytes(oid))).Append('=');
                    AppendValue(part, tag, attribute.Bytes(value));
                }

                parts.Add(part.ToString());
            }
        }

        parts.Reverse();
        return string.Join(',', parts);
    }

    // RFC 4514 section 2.4: what is no text is written as hexadecimal behind a number sign, which is then not escaped.
    private static void AppendValue(StringBuilder part, byte tag, ReadOnlySpan<byte> value)
    {
        if (value.Length > MaxValueLength)
        {
            part.Append('#').Append(Convert.ToHexString(value[..ShownOfLonger])).Append("...");
        }
        else if (PreparedString.Text(tag, value) is { } text)
        {
            AppendText(part, text);
        }
        else
        {
            part.Append('#').Append(Convert.ToHexString(value));
        }
    }

    // RFC 4514 section 3, Microsoft's E for the email address, and the number by which devices are told apart: as DistinguishedNameReader reads them.
    private static string Label(ReadOnlySpan<byte> oid) => oid switch
    {
        [0x55, 4, 3] => "CN",
        [0x55, 4, 5] => "SERIALNUMBER",
        [0x55, 4, 6] => "C",
        [0x55, 4, 7] => "L",
        [0x55, 4, 8] => "ST",
        [0x55, 4, 9] => "STREET",
        [0x55, 4, 10] => "O",
        [0x55, 4, 11] => "OU",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 0x19] => "DC",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 0x01, 0x01] => "UID",
        _ when oid.SequenceEqual(Oids.EmailAddress) => "E",
        _ => DerValue.ObjectIdentifierText(oid),
    };

    // RFC 4514 section 2.4. Control characters are escaped too, so that a name cannot write lines into a log.
    private static void AppendText(StringBuilder text, string value)
    {
        for (int i = 0; i < value.Length; i++)
        {
            char character = value[i];
            bool edge = (i == 0 && character is ' ' or '#') || (i == value.Length - 1 && character == ' ');
            if (char.IsControl(character) || char.IsSurrogate(character))
            {
                foreach (byte octet in System.Text.Encoding.UTF8.GetBytes([character]))
                {
                    text.Append('\\').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
                }
            }
            else
            {
                text.Append(edge || character is '"' or '+' or ',' or ';' or '<' or '>' or '\\' ? "\\" : "").Append(character);
            }
        }
    }
}
