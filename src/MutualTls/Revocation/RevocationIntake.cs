using MutualTls.Findings;
using MutualTls.Revocation.Crl;
using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Memory;
using MutualTls.Revocation.Ocsp;

namespace MutualTls.Revocation;

/// <summary>Verifies an answer for one certificate, from the network or a store alike, and keeps it unless what is held is newer.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RevocationIntake(Action<RevocationChangedEventArgs> changed)
{
    /// <summary>Takes an answer.</summary>
    /// <param name="question">What was asked, for whom, and where it is kept.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="oldest">What was made before that is not used.</param>
    /// <param name="now">The time.</param>
    public TakenAnswer Take(RevocationQuestion question, FetchResult answer, DateTimeOffset oldest, DateTimeOffset now)
    {
        (RevocationSubject subject, RevocationAuthority authority) = (question.Subject, question.Authority);
        if (question.Place.Source == RevocationSource.Ocsp)
        {
            return TakeOcsp(subject, authority, answer, oldest, now);
        }

        if (!CrlParser.TryParse(answer.Body.Span, out ParsedCrl? crl, out string? error))
        {
            return new TakenAnswer(RevocationCause.Malformed, ValidationReason.CrlMalformed, error);
        }

        if (!crl.IsDelta)
        {
            return TakeComplete(subject, authority, crl, oldest, now);
        }

        TakenAnswer taken = TakeDelta(subject, authority, crl, oldest, now);
        return !taken.IsOfUse || question.IsAnswered(now) ? taken : taken with { Cause = RevocationCause.Malformed, Reason = ValidationReason.CrlOtherCertificate, Detail = $"the {crl} is not about this certificate" };
    }

    private TakenAnswer TakeComplete(RevocationSubject subject, RevocationAuthority authority, ParsedCrl crl, DateTimeOffset oldest, DateTimeOffset now)
    {
        // It is kept if it serves for the certificate in question, alone or with what is there: then its signature is good too.
        RevocationChecker checker = subject.Checker;
        RevocationResult result = new CrlChecker(new CrlSet([crl]), checker.Parameters, checker.Rules.StaleGrace).Check(subject.Path, subject.Depth, subject.At(now).Ask(checker.Rules));
        bool serves = result.Status != RevocationStatus.Unknown || result.Cause == RevocationCause.ReasonsIncomplete;
        if (result is { Status: RevocationStatus.Unknown, Cause: RevocationCause.None } && crl.ThisUpdate >= oldest && authority.IsSigner(crl))
        {
            // Of use for others: the fetch has not failed.
            Keep(subject, authority, crl);
            return new TakenAnswer(RevocationCause.Malformed, ValidationReason.CrlOtherCertificate, $"the {crl} is not about this certificate") { IsKept = true };
        }

        if (!serves || crl.ThisUpdate < oldest)
        {
            return result.Cause switch
            {
                RevocationCause.SignerInvalid => new TakenAnswer(result.Cause, ValidationReason.CrlSignerInvalid, crl.ToString()),
                RevocationCause.Unsupported => new TakenAnswer(result.Cause, ValidationReason.CrlExtensionUnknown, crl.UnknownCritical),
                _ when serves || result.Cause == RevocationCause.Stale => new TakenAnswer(RevocationCause.Stale, ValidationReason.CrlStale, result.ToString()),
                _ => new TakenAnswer(RevocationCause.Malformed, ValidationReason.CrlOtherCertificate, $"the {crl} is not about this certificate"),
            };
        }

        Keep(subject, authority, crl);
        return new TakenAnswer { IsKept = true, Until = crl.NextUpdate, ThisUpdate = crl.ThisUpdate, IsNewest = !authority.Crls.HasNewer(crl) };
    }

    // Only what the key signed that signed the complete CRL is kept: what is not verified must not take the place of what was. RFC 5280 section 6.3.3 (c) and (h).
    private TakenAnswer TakeDelta(RevocationSubject subject, RevocationAuthority authority, ParsedCrl delta, DateTimeOffset oldest, DateTimeOffset now)
    {
        if (delta.UnknownCritical is { } unknown)
        {
            return new TakenAnswer(RevocationCause.Unsupported, ValidationReason.CrlExtensionUnknown, unknown);
        }

        if (authority.Crls.FindComplete(delta) is not { } complete)
        {
            return new TakenAnswer(RevocationCause.SignerInvalid, ValidationReason.CrlSignerInvalid, $"no complete CRL by the signer of the {delta} is held");
        }

        if (delta.ThisUpdate < oldest || delta.ThisUpdate > now || !(now < delta.NextUpdate))
        {
            return new TakenAnswer(RevocationCause.Stale, ValidationReason.CrlStale, delta.ToString());
        }

        if (CrlNumber.Compare(delta.BaseNumber, complete.Number) > 0)
        {
            return new TakenAnswer(RevocationCause.Stale, ValidationReason.CrlStale, $"the {delta} is for a newer complete CRL than the one held") { IsKept = true, NeedsComplete = true };
        }

        Keep(subject, authority, delta);
        return new TakenAnswer { IsKept = true, Until = delta.NextUpdate, ThisUpdate = delta.ThisUpdate, IsNewest = !authority.Crls.HasNewer(delta) };
    }

    private void Keep(RevocationSubject subject, RevocationAuthority authority, ParsedCrl crl)
    {
        CrlSet before = authority.Crls;
        if (authority.TryKeep(crl))
        {
            subject.Memory.Add(RevocationAuthority.WeightOf(crl));
            subject.Memory.Changed();
            changed(new RevocationChangedEventArgs(crl, before));
        }
    }

    private TakenAnswer TakeOcsp(RevocationSubject subject, RevocationAuthority authority, FetchResult answer, DateTimeOffset oldest, DateTimeOffset now)
    {
        OcspResult result = OcspVerifier.Verify(
            answer.Body, authority.Issuer, subject.Serial, now, OcspRules.Default with { DelegateStatus = responder => authority.StatusByCrl(responder, now) }, answer.Nonce.Span);
        if (result.Status == RevocationStatus.Unknown)
        {
            return new TakenAnswer(result.ToResult(subject.Depth).Cause, result.Cause, result.Detail);
        }

        if (result.ThisUpdate < oldest)
        {
            return new TakenAnswer(RevocationCause.Stale, ValidationReason.OcspExpired, "older than stored answers may be");
        }

        bool wasRevoked = authority.PeekAnswer(subject.Serial)?.Result.Status == RevocationStatus.Revoked;
        bool kept = authority.TryKeep(subject.Serial, new OcspAnswer(result, answer.FetchedAt ?? now), now);
        subject.Memory.Add(kept ? RevocationAuthority.EntryOctets : 0);
        if (kept && (result.Status == RevocationStatus.Revoked || wasRevoked))
        {
            // A first or longer Good makes no standing verdict wrong.
            subject.Memory.Changed();
            changed(new RevocationChangedEventArgs(authority, subject.Certificate));
        }

        return new TakenAnswer { IsKept = true, Until = result.Until, ThisUpdate = result.ThisUpdate, IsNewest = kept };
    }
}

/// <summary>Says what became of an answer.</summary>
/// <param name="Cause">Why it is of no use; none if it is.</param>
/// <param name="Reason">The same more closely.</param>
/// <param name="Detail">What was wrong, for people.</param>
internal readonly record struct TakenAnswer(RevocationCause Cause, ValidationReason Reason, string? Detail)
{
    public bool IsOfUse => Cause == RevocationCause.None;

    /// <summary>Gets whether it is good, for this certificate or another.</summary>
    public bool IsKept { get; init; }

    /// <summary>Gets whether a newer complete CRL has to be had before this delta is of use.</summary>
    public bool NeedsComplete { get; init; }

    /// <summary>Gets whether nothing newer was held.</summary>
    public bool IsNewest { get; init; }

    public DateTimeOffset ThisUpdate { get; init; }

    /// <summary>Gets when the next one is due.</summary>
    public DateTimeOffset? Until { get; init; }
}
