using System.Globalization;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Policies.Names;
using MutualTls.Revocation;

namespace MutualTls.Policies;

/// <summary>Tells a verdict as a list of checks, each a question that people ask about a certificate.</summary>
internal static class VerdictChecks
{
    public static IReadOnlyList<VerdictCheck> Of(PeerVerdict verdict)
    {
        VerifiedPath? path = verdict.Path;
        List<VerdictCheck> checks =
        [
            Check(verdict, "signed up to a trusted root", path is null ? null : path.ToString(), IsAboutPath),
            Check(verdict, "up to date", path is null ? null : Dates(path), IsAboutDates),
            Revocation(verdict),
            Check(verdict, "fit for the purpose", path is null ? null : Purpose(verdict.Role, path.EndEntity), IsAboutFitness),
            Check(verdict, "strong algorithms", path is null ? null : Algorithms(path), IsAboutAlgorithms),
        ];
        if (verdict.Role == PeerRole.Server)
        {
            checks.Add(verdict.Policy.Names.Server is { } instead
                ? Check(verdict, "is the server that was meant", path is null ? null : instead.ToString(), IsAboutServer)
                : verdict.Expected is { } expected
                ? Check(verdict, "has the name that was dialled", path is null ? null : expected.Text, IsAboutServer)
                : new VerdictCheck("has the name that was dialled", CheckOutcome.NotChecked, "the policy accepts any name"));
        }

        if (verdict.Policy.Names.IsAsked)
        {
            checks.Add(Check(verdict, "has an allowed name", path is null ? null : PresentedNames.Of(path.EndEntity), IsAboutNames));
        }

        if (verdict.Policy.Lists.HasDenied)
        {
            checks.Add(Check(verdict, "is not on the deny-list", path is null ? null : "no certificate of the path", reason => reason is ValidationReason.CertificateDenied));
        }

        if (verdict.Policy.Pins is { } pins)
        {
            checks.Add(Check(verdict, "has a pinned key", path is null ? null : $"one of {pins.Source.Current.Count} pins", IsAboutPins));
        }

        if (verdict.Policy.Validators.Length > 0)
        {
            string names = string.Join(", ", verdict.Policy.Validators.Select(v => v.Name));
            checks.Add(Check(verdict, "agreed by the application", verdict.IsAccepted ? names : null, IsAboutValidators));
        }

        return checks;
    }

    // A soft failure is no pass: what is not known was not checked, and the peer was let in all the same.
    private static VerdictCheck Revocation(PeerVerdict verdict)
    {
        const string Name = "not revoked";
        string results = string.Join("; ", verdict.Revocation.Select(r => string.Create(CultureInfo.InvariantCulture, $"depth {r.Depth} {r}")));
        return verdict.Policy.Revocation == RevocationMode.Disabled ? new VerdictCheck(Name, CheckOutcome.NotChecked, "the policy says WithoutRevocation()")
            : verdict.Path?.Kind == PathKind.DirectTrust ? new VerdictCheck(Name, CheckOutcome.NotChecked, "trusted as itself")
            : verdict.Warnings.Any(f => IsAboutRevocation(f.Reason)) && !verdict.Findings.Any(f => IsAboutRevocation(f.Reason)) ? new VerdictCheck(Name, CheckOutcome.NotChecked, results)
            : Check(verdict, Name, results.Length == 0 ? null : results, IsAboutRevocation);
    }

    private static VerdictCheck Check(PeerVerdict verdict, string name, string? passed, Func<ValidationReason, bool> isAbout)
    {
        Finding[] failed = [.. verdict.Findings.Where(f => isAbout(f.Reason))];
        return failed.Length > 0 ? new VerdictCheck(name, CheckOutcome.Failed, string.Join("; ", failed.Select(f => f.ToString())))
            : passed is null ? new VerdictCheck(name, CheckOutcome.NotChecked, "something else failed first")
            : new VerdictCheck(name, CheckOutcome.Passed, passed);
    }

    private static string Dates(VerifiedPath path) =>
        string.Create(CultureInfo.InvariantCulture, $"from {path.NotBefore.UtcDateTime:yyyy-MM-dd HH:mm'Z'} until {path.Until.UtcDateTime:yyyy-MM-dd HH:mm'Z'}");

    private static string Purpose(PeerRole role, ParsedCertificate endEntity) =>
        $"{(role == PeerRole.Client ? "clientAuth" : "serverAuth")}; key usage {endEntity.KeyUsages?.ToString() ?? "any"}; not a CA";

    private static string Algorithms(VerifiedPath path) =>
        string.Join(", ", path.Certificates.Select(c => $"{c.PublicKeyAlgorithm} {c.PublicKeySize} signed {c.SignatureAlgorithm}").Distinct());

    private static bool IsAboutDates(ValidationReason reason) => reason is ValidationReason.NotBeforeAhead or ValidationReason.NotAfterPassed;

    private static bool IsAboutFitness(ValidationReason reason) => reason is ValidationReason.PurposeNotAllowed
        or (>= ValidationReason.EndEntityIsCa and < ValidationReason.NameMismatch and not (ValidationReason.KeyNotAllowed or ValidationReason.SignatureAlgorithmNotAllowed));

    private static bool IsAboutAlgorithms(ValidationReason reason) =>
        reason is ValidationReason.SignatureAlgorithmUnsupported or ValidationReason.SignatureAlgorithmWeak or ValidationReason.KeyWeak or ValidationReason.KeyUnsupported
            or ValidationReason.KeyNotAllowed or ValidationReason.SignatureAlgorithmNotAllowed;

    private static bool IsAboutServer(ValidationReason reason) => reason is ValidationReason.NameMismatch;

    private static bool IsAboutNames(ValidationReason reason) =>
        reason is ValidationReason.IdentityNotAllowed or ValidationReason.IdentityDenied or ValidationReason.IdentityIncomplete;

    private static bool IsAboutPins(ValidationReason reason) => reason is ValidationReason.PinMismatch or ValidationReason.PinsExpired;

    private static bool IsAboutRevocation(ValidationReason reason) => (int)reason is >= 1500 and < 1600;

    private static bool IsAboutValidators(ValidationReason reason) => (int)reason is >= 1800 and < 1900;

    private static bool IsAboutPath(ValidationReason reason) =>
        !IsAboutDates(reason) && !IsAboutFitness(reason) && !IsAboutAlgorithms(reason) && !IsAboutServer(reason) && !IsAboutNames(reason)
        && !IsAboutPins(reason) && reason != ValidationReason.CertificateDenied && !IsAboutRevocation(reason) && !IsAboutValidators(reason);
}
