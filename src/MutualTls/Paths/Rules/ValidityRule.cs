using System.Globalization;
using MutualTls.Certificates;
using MutualTls.Findings;

namespace MutualTls.Paths.Rules;

/// <summary>Every certificate on the path, and the anchor's if it was given as one, is within its dates. RFC 5280 section 6.1.3 (a)(2).</summary>
internal static class ValidityRule
{
    public static void Check(ref PathCheck path)
    {
        long now = path.Time.UtcTicks;
        for (int depth = 0; depth <= path.AnchorDepth; depth++)
        {
            if (path.At(depth) is not { } certificate)
            {
                continue;
            }

            // RFC 5280 4.1.2.5: "from notBefore through notAfter, inclusive". The fields count whole seconds, so the second of notAfter is the last.
            TimeSpan skew = path.Parameters.ClockSkew;
            if (now < StartTicks(certificate, skew))
            {
                path.Add(ValidationReason.NotBeforeAhead, depth, Detail(path.Time, "not before", certificate.NotBefore));
            }
            else if (now >= EndTicks(certificate, skew))
            {
                path.Add(ValidationReason.NotAfterPassed, depth, Detail(path.Time, "not after", certificate.NotAfter));
            }
        }
    }

    /// <summary>Gets the first moment at which the certificate is valid, as <see cref="DateTimeOffset.UtcTicks"/>, if clocks may differ by <paramref name="skew"/>.</summary>
    public static long StartTicks(ParsedCertificate certificate, TimeSpan skew) => Math.Max(certificate.NotBeforeTicks - skew.Ticks, 0);

    /// <summary>Gets the first moment at which the certificate is no longer valid, if clocks may differ by <paramref name="skew"/>.</summary>
    public static long EndTicks(ParsedCertificate certificate, TimeSpan skew = default)
    {
        long last = skew.Ticks + TimeSpan.TicksPerSecond;
        return Math.Min(certificate.NotAfterTicks, DateTime.MaxValue.Ticks - last) + last;
    }

    /// <inheritdoc cref="EndTicks"/>
    public static DateTimeOffset End(ParsedCertificate certificate) => new(EndTicks(certificate), TimeSpan.Zero);

    private static string Detail(DateTimeOffset now, string bound, DateTimeOffset value) =>
        string.Create(CultureInfo.InvariantCulture, $"now {now.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}, {bound} {value.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}");
}
