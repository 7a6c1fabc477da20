using System.Globalization;
using MutualTls.Certificates;
using MutualTls.Findings;

namespace MutualTls.Paths.Rules;

/// <summary>Every certificate on the path, and the anchor's if it was given as one, is within its dates. RFC 5280 section 6.1.3 (a)(2).</summary>
internal static class ValidityRule
{
    public static void Check(ref PathCheck path)
    {
        for (int depth = 0; depth <= path.AnchorDepth; depth++)
        {
            if (path.At(depth) is not { } certificate)
            {
                continue;
            }

            // RFC 5280 4.1.2.5: "from notBefore through notAfter, inclusive". The fields count whole seconds, so the second of notAfter is the last.
            TimeSpan skew = path.Parameters.ClockSkew;
            if (path.Time < Start(certificate, skew))
            {
                path.Add(ValidationReason.NotBeforeAhead, depth, Detail(path.Time, "not before", certificate.NotBefore));
            }
            else if (path.Time >= End(certificate, skew))
            {
                path.Add(ValidationReason.NotAfterPassed, depth, Detail(path.Time, "not after", certificate.NotAfter));
            }
        }
    }

    /// <summary>Gets the first moment at which the certificate is valid, if clocks may differ by <paramref name="skew"/>.</summary>
    public static DateTimeOffset Start(ParsedCertificate certificate, TimeSpan skew) =>
        certificate.NotBefore < DateTimeOffset.MinValue + skew ? DateTimeOffset.MinValue : certificate.NotBefore - skew;

    /// <summary>Gets the first moment at which the certificate is no longer valid, if clocks may differ by <paramref name="skew"/>.</summary>
    public static DateTimeOffset End(ParsedCertificate certificate, TimeSpan skew = default)
    {
        TimeSpan last = skew + TimeSpan.FromSeconds(1);
        return certificate.NotAfter > DateTimeOffset.MaxValue - last ? DateTimeOffset.MaxValue : certificate.NotAfter + last;
    }

    private static string Detail(DateTimeOffset now, string bound, DateTimeOffset value) =>
        string.Create(CultureInfo.InvariantCulture, $"now {now.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}, {bound} {value.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}");
}
