using System.Collections.Concurrent;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Testing.TestRevocationFault;

namespace MutualTls.Tests.Revocation;

/// <summary>Where the answer is looked for, and which of the sources have the fault.</summary>
public enum MatrixSource
{
    CrlOnly,
    OcspOnly,

    /// <summary>The CRL has the fault; the responder is sound.</summary>
    PreferCrlFallingBack,

    /// <summary>The responder has the fault; the CRL is sound.</summary>
    PreferOcspFallingBack,
    PreferCrlBothFaulty,
    PreferOcspBothFaulty,
}

/// <summary>What not knowing leads to.</summary>
public enum MatrixMode
{
    HardFail,
    SoftFail,

    /// <summary>SoftFail, with the one cause that the fault leads to tightened.</summary>
    SoftFailTightened,
}

/// <summary>One row of the matrix.</summary>
public sealed record MatrixRow(TestRevocationFault Fault, MatrixSource Source, MatrixMode Mode);

internal sealed record MatrixAnswer(PeerVerdict Verdict, PeerVerdict Again);

/// <summary>Runs all rows at once, each with servers, a PKI and a service of its own, since most of a row is waiting.</summary>
public sealed class RevocationMatrix : IDisposable
{
    // The one statement of what each fault is called: by a CRL, by OCSP, and which option tightens it.
    private static readonly Dictionary<TestRevocationFault, (ValidationReason ByCrl, ValidationReason ByOcsp, Action<RevocationOptions> Tighten)> Table = new()
    {
        [TestRevocationFault.None] = (ValidationReason.None, ValidationReason.None, Tighten.Nothing),
        [Down] = (RevocationUnreachable, RevocationUnreachable, Tighten.Unreachable),
        [BlackHole] = (RevocationUnreachable, RevocationUnreachable, Tighten.Unreachable),
        [SlowDrip] = (RevocationUnreachable, RevocationUnreachable, Tighten.Unreachable),
        [ServerError] = (RevocationUnreachable, RevocationUnreachable, Tighten.Unreachable),
        [NotFound] = (RevocationUnreachable, RevocationUnreachable, Tighten.Unreachable),
        [RedirectLoop] = (RevocationUnreachable, RevocationUnreachable, Tighten.Unreachable),
        [Redirect] = (RevocationUnreachable, RevocationUnreachable, Tighten.Unreachable),
        [Disconnect] = (RevocationUnreachable, RevocationUnreachable, Tighten.Unreachable),
        [Huge] = (RevocationUnreachable, RevocationUnreachable, Tighten.Unreachable),
        [Garbage] = (CrlMalformed, OcspMalformed, Tighten.Malformed),
        [Truncated] = (CrlMalformed, OcspMalformed, Tighten.Malformed),
        [Expired] = (CrlStale, OcspExpired, Tighten.Stale),
        [NotYetValid] = (CrlStale, OcspNotYetValid, Tighten.Stale),
        [SignedByWrongKey] = (CrlSignerInvalid, OcspSignatureInvalid, Tighten.Malformed),
        [Unsigned] = (CrlSignerInvalid, OcspSignatureInvalid, Tighten.Malformed),
        [OtherCertificate] = (CrlOtherCertificate, OcspOtherCertificate, Tighten.Malformed),
        [StatusUnknown] = (ValidationReason.None, OcspStatusUnknown, Tighten.Unknown),
        [TryLater] = (ValidationReason.None, OcspTryLater, Tighten.Unreachable),
    };

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300), Ample = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<MatrixRow, Task<MatrixAnswer>> _answers = new();
    private readonly SemaphoreSlim _atOnce = new(48);

    public static IReadOnlyList<MatrixRow> Rows { get; } =
    [
        .. from fault in Enum.GetValues<TestRevocationFault>()
           from source in Enum.GetValues<MatrixSource>()
           from mode in Enum.GetValues<MatrixMode>()
           select new MatrixRow(fault, source, mode),
    ];

    public void Dispose() => _atOnce.Dispose();

    internal static (ValidationReason Reason, bool Refused) Expected(MatrixRow row)
    {
        (ValidationReason byCrl, ValidationReason byOcsp, _) = Table[row.Fault];
        ValidationReason reason = row.Source switch
        {
            MatrixSource.CrlOnly => byCrl,
            MatrixSource.OcspOnly => byOcsp,
            MatrixSource.PreferCrlFallingBack or MatrixSource.PreferOcspFallingBack => ValidationReason.None,

            // One source that is sound is enough; of two failures of one cause the preferred source's is told.
            _ when byCrl == ValidationReason.None || byOcsp == ValidationReason.None => ValidationReason.None,
            MatrixSource.PreferCrlBothFaulty => byCrl,
            _ => byOcsp,
        };
        return (reason, reason != ValidationReason.None && row.Mode != MatrixMode.SoftFail);
    }

    internal Task<MatrixAnswer> AnswerAsync(MatrixRow row)
    {
        if (_answers.IsEmpty)
        {
            foreach (MatrixRow each in Rows)
            {
                _answers.GetOrAdd(each, RunAsync);
            }
        }

        return _answers.GetOrAdd(row, RunAsync);
    }

    private async Task<MatrixAnswer> RunAsync(MatrixRow row)
    {
        await _atOnce.WaitAsync();
        try
        {
            return await JudgeAsync(row);
        }
        finally
        {
            _atOnce.Release();
        }
    }

    private static async Task<MatrixAnswer> JudgeAsync(MatrixRow row)
    {
        await using TestRevocationServer crls = TestRevocationServer.Start(), responders = TestRevocationServer.Start();
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestCertificate client = root.IssueClient("client.test", c => c.WithCrlDistributionPoints(crls.CrlUrl(root)).WithOcsp(responders.OcspUrl(root)));
        bool crlFaulty = row.Source is not (MatrixSource.OcspOnly or MatrixSource.PreferOcspFallingBack);
        bool ocspFaulty = row.Source is not (MatrixSource.CrlOnly or MatrixSource.PreferCrlFallingBack);
        crls.Fault = crlFaulty ? row.Fault : TestRevocationFault.None;
        responders.Fault = ocspFaulty ? row.Fault : TestRevocationFault.None;

        // Only what never answers is given up soon: what is sound has time, however busy the machine is.
        bool hangs = row.Fault is BlackHole or SlowDrip;
        await using RevocationService service = new(new RevocationServiceOptions
        {
            Dangerous = { AllowLocalAddresses = true },
            CrlTimeout = hangs && crlFaulty ? Short : Ample,
            OcspTimeout = hangs && ocspFaulty ? Short : Ample,
            MaxCrlBytes = 64 << 10,
        });
        PeerPolicyEngine engine = new(revocation: service);
        PeerPolicy policy = PeerPolicy.Create("matrix", p => p.TrustPemText(root.ToPem()).CheckRevocation(r =>
        {
            r.Mode = row.Mode == MatrixMode.HardFail ? RevocationMode.HardFail : RevocationMode.SoftFail;
            r.Preference = row.Source switch
            {
                MatrixSource.CrlOnly => RevocationPreference.CrlOnly,
                MatrixSource.OcspOnly => RevocationPreference.OcspOnly,
                MatrixSource.PreferCrlFallingBack or MatrixSource.PreferCrlBothFaulty => RevocationPreference.PreferCrl,
                _ => RevocationPreference.PreferOcsp,
            };
            r.MaxWait = TimeSpan.FromMinutes(1);
            if (row.Mode == MatrixMode.SoftFailTightened)
            {
                Table[row.Fault].Tighten(r);
            }
        }));

        PeerVerdict verdict = await engine.JudgeAsync(policy, PeerRole.Client, Pair.Presented(client));
        return new MatrixAnswer(verdict, engine.Judge(policy, PeerRole.Client, Pair.Presented(client)));
    }

    private static class Tighten
    {
        public static void Nothing(RevocationOptions options)
        {
        }

        public static void Unreachable(RevocationOptions options) => options.OnUnreachable = RevocationOutcome.Refuse;

        public static void Malformed(RevocationOptions options) => options.OnMalformed = RevocationOutcome.Refuse;

        public static void Stale(RevocationOptions options) => options.OnStale = RevocationOutcome.Refuse;

        public static void Unknown(RevocationOptions options) => options.OnUnknown = RevocationOutcome.Refuse;
    }
}
