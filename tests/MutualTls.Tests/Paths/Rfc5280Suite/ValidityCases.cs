using MutualTls.Testing;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Tests.Paths.Rfc5280Suite.SuitePath;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>6.1.3 (a)(2): the validity period includes the current time, both ends inclusive (4.1.2.5).</summary>
internal static class ValidityCases
{
    private const byte UtcTime = 0x17, GeneralizedTime = 0x18;

    private static readonly DateTimeOffset From = Now.AddDays(10), Until = Now.AddDays(20);

    public static SuiteTable Table { get; } = Make();

    private static SuiteTable Make()
    {
        SuiteTable table = new("ValidityRule");
        for (int depth = 0; depth <= 2; depth++)
        {
            string where = depth switch { 0 => "end-entity", 1 => "intermediate", _ => "anchor" };
            Spec[] specs = [Plain, Plain, Plain];
            specs[depth] = c => c.Validity(From, Until);
            SuitePath path = Chain(specs);
            table.Refuse($"{where}, 1 s before notBefore", NotBeforeAhead, depth, path.At(From.AddSeconds(-1)))
                .Refuse($"{where}, 1 ms before notBefore", NotBeforeAhead, depth, path.At(From.AddMilliseconds(-1)))
                .Accept($"{where}, at notBefore", path.At(From))
                .Accept($"{where}, at notAfter", path.At(Until))
                .Accept($"{where}, within the second of notAfter", path.At(Until.AddMilliseconds(999)))
                .Refuse($"{where}, 1 s after notAfter", NotAfterPassed, depth, path.At(Until.AddSeconds(1)));
        }

        return table
            .Accept("4.1.2.5.1: UTCTime 49 is 2049", At("491231235958Z", UtcTime, 2049))
            .Refuse("4.1.2.5.1: UTCTime 50 is 1950", NotAfterPassed, 0, Ends(UtcTime, "500101000000Z"))
            .Refuse("4.1.2.5.1: UTCTime 99 is 1999", NotAfterPassed, 0, Ends(UtcTime, "991231235959Z"))
            .Accept("4.1.2.5: GeneralizedTime from 2050 on", At("20500101000000Z", GeneralizedTime, 2049))
            .Accept("4.1.2.5: GeneralizedTime before 2050 is understood", Ends(GeneralizedTime, "20270101000000Z"))
            .Accept("4.1.2.5: 99991231235959Z is no end", Ends(GeneralizedTime, "99991231235959Z"))
            .Refuse("notAfter before notBefore", NotAfterPassed, 0, Chain(c => c.Validity(Now.AddDays(-1), Now.AddDays(-2)), Plain, Plain))
            .Refuse("4.1.2.5.1: UTCTime without seconds", CertificateMalformed, 0, Ends(UtcTime, "2701010000Z"))
            .Refuse("4.1.2.5.1: UTCTime with an offset", CertificateMalformed, 0, Ends(UtcTime, "270101000000+0000"))
            .Refuse("4.1.2.5.2: GeneralizedTime with a fraction", CertificateMalformed, 0, Ends(GeneralizedTime, "20270101000000.5Z"))
            .Refuse("4.1.2.5.2: GeneralizedTime without Z", CertificateMalformed, 0, Ends(GeneralizedTime, "20270101000000"))
            .Refuse("4.1.2.5.2: a year of two digits", CertificateMalformed, 0, Ends(GeneralizedTime, "270101000000Z"))
            .Refuse("the 30th of February", CertificateMalformed, 0, Ends(UtcTime, "270230000000Z"))
            .Refuse("hour 24", CertificateMalformed, 0, Ends(UtcTime, "270101240000Z"))
            .Refuse("second 60", CertificateMalformed, 0, Ends(UtcTime, "270101000060Z"))
            .Refuse("a time that is no text of digits", CertificateMalformed, 0, Ends(UtcTime, "27010100000:Z"));
    }

    private static SuitePath Ends(byte tag, string time) => Chain(c => c.WithRawValidity(Validity(tag, time)), Plain, Plain);

    // Every certificate above must live as long, so all have the same end.
    private static SuitePath At(string end, byte tag, int year)
    {
        Spec spec = c => c.WithRawValidity(Validity(tag, end));
        return Chain(spec, spec, spec).At(new DateTimeOffset(year, 12, 31, 23, 59, 58, TimeSpan.Zero));
    }

    private static byte[] Validity(byte tag, string end)
    {
        byte[] from = [UtcTime, 13, .. "260101000000Z"u8], until = [tag, (byte)end.Length, .. System.Text.Encoding.ASCII.GetBytes(end)];
        return [0x30, (byte)(from.Length + until.Length), .. from, .. until];
    }
}
