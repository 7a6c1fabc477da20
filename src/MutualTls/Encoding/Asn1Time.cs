namespace MutualTls.Encoding;

/// <summary>Reads the two time types in the one form that RFC 5280 allows: seconds, no fractions, Zulu. RFC 5280 section 4.1.2.5.</summary>
internal static class Asn1Time
{
    public static bool TryRead(byte tag, ReadOnlySpan<byte> content, out DateTimeOffset time)
    {
        time = default;
        ReadOnlySpan<byte> rest;
        int year;
        if (tag == DerTag.UtcTime && content.Length == 13)
        {
            // RFC 5280 4.1.2.5.1: 50 to 99 are of the last century.
            year = TwoDigits(content, 0);
            year += year >= 50 ? 1900 : 2000;
            rest = content[2..];
        }
        else if (tag == DerTag.GeneralizedTime && content.Length == 15)
        {
            year = (TwoDigits(content, 0) * 100) + TwoDigits(content, 2);
            rest = content[4..];
        }
        else
        {
            return false;
        }

        foreach (byte digit in content[..^1])
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }
        }

        int month = TwoDigits(rest, 0), day = TwoDigits(rest, 2), hour = TwoDigits(rest, 4), minute = TwoDigits(rest, 6), second = TwoDigits(rest, 8);
        if (content[^1] != 'Z' || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        time = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero);
        return true;
    }

    private static int TwoDigits(ReadOnlySpan<byte> text, int at) => ((text[at] - '0') * 10) + (text[at + 1] - '0');
}
