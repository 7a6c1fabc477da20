namespace MutualTls.Encoding;

/// <summary>Reads the two time types in the one form that RFC 5280 allows: seconds, no fractions, Zulu. RFC 5280 section 4.1.2.5.</summary>
internal static class Asn1Time
{
    public static bool TryRead(byte tag, ReadOnlySpan<byte> content, out DateTimeOffset time)
    {
        bool read = TryReadTicks(tag, content, out long ticks);
        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return read;
    }

    /// <summary>Reads a time as <see cref="DateTimeOffset.UtcTicks"/>; 0 if it is none.</summary>
    public static bool TryReadTicks(byte tag, ReadOnlySpan<byte> content, out long ticks)
    {
        bool read = TryReadUnixSeconds(tag, content, out long seconds);
        ticks = read ? DateTime.UnixEpoch.Ticks + (seconds * TimeSpan.TicksPerSecond) : 0;
        return read;
    }

    /// <summary>Reads a time as seconds since 1970: a CRL holds a million of them.</summary>
    public static bool TryReadUnixSeconds(byte tag, ReadOnlySpan<byte> content, out long seconds)
    {
        seconds = 0;
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

        if (content[..^1].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        int month = TwoDigits(rest, 0), day = TwoDigits(rest, 2), hour = TwoDigits(rest, 4), minute = TwoDigits(rest, 6), second = TwoDigits(rest, 8);
        if (content[^1] != 'Z' || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        seconds = (DaysSince1970(year, month, day) * 86_400L) + (hour * 3_600) + (minute * 60) + second;
        return true;
    }

    // Counts from a year that begins in March, so that the leap day comes last.
    private static int DaysSince1970(int year, int month, int day)
    {
        const int DaysTo1970 = 719_468;
        int years = month <= 2 ? year - 1 : year;
        int monthsSinceMarch = (month + 9) % 12;
        return (years * 365) + (years / 4) - (years / 100) + (years / 400) + (((153 * monthsSinceMarch) + 2) / 5) + day - 1 - DaysTo1970;
    }

    private static int TwoDigits(ReadOnlySpan<byte> text, int at) => ((text[at] - '0') * 10) + (text[at + 1] - '0');
}
