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
            if (path.Time < certificate.NotBefore)
            {
                path.Add(ValidationReason.NotBeforeAhead, depth, Detail(path.Time, "not before", certificate.NotBefore));
            }
            else if (path.Time >= End(certificate))
            {
                path.Add(ValidationReason.NotAfterPassed, depth, Detail(path.Time, "not after", certificate.NotAfter));
            }
        }
    }

    /// <summary>Gets the first moment at which the certificate is no longer valid.</summary>
    public static DateTimeOffset End(ParsedCertificate certificate) =>
        certificate.NotAfter > DateTimeOffset.MaxValue.AddSeconds(-1) ? DateTimeOffset.MaxValue : certificate.NotAfter.AddSeconds(1);

    private static string Detail(DateTimeOffset now, string bound, DateTimeOffset value) =>
        string.Create(CultureInfo.InvariantCulture, $"now {now.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}, {bound} {value.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}");
}
