using MutualTls.Findings;
using MutualTls.Revocation.Crl;
using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Memory;
using MutualTls.Revocation.Ocsp;

namespace MutualTls.Revocation;

/// <summary>Asks about one certificate, place after place, until one gives an answer of use; verifies it and keeps it.</summary>
/// <remarks>What is kept afterwards is an answer or the reason why there is none, so that the next judgement need not wait.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RevocationInquiry(RevocationFetcher fetcher, TimeProvider timeProvider, Action<RevocationChangedEventArgs> changed)
{
    // A place that did not answer is not asked again sooner, whoever asks.
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    /// <summary>Asks. Never throws for what a host does.</summary>
    /// <returns>When to ask again before the answer ends; null if there is none.</returns>
    /// <exception cref="OperationCanceledException">The wait was given up; the fetch goes on.</exception>
    public async Task<RevocationPlaceAnswer?> AskAsync(RevocationSubject subject, CancellationToken cancellationToken)
    {
        RevocationAuthority authority = subject.Memory.FindOrAdd(subject.Path, subject.Depth);
        RevocationFailure? worst = null;
        foreach ((RevocationSource source, Uri url) in subject.Checker.Rules.Places.Of(subject.Path, subject.Depth))
        {
            RevocationFailure? failure = await AskAsync(subject, authority, source, url, cancellationToken).ConfigureAwait(false);
            if (failure is null)
            {
                authority.ForgetFailure(subject.Serial);
                return new RevocationPlaceAnswer(source, url);
            }

            worst = worst is null || failure.Cause > worst.Cause ? failure with { RetryAt = Earlier(failure.RetryAt, worst?.RetryAt) } : worst with { RetryAt = Earlier(failure.RetryAt, worst.RetryAt) };
        }

        DateTimeOffset now = timeProvider.GetUtcNow();
        authority.KeepFailure(subject.Serial, worst ?? new RevocationFailure(RevocationCause.NoPointer, ValidationReason.RevocationNoPointer, "", now + LeastPause));
        return null;
    }

    /// <summary>Asks one place. Null: there is an answer of use now.</summary>
    public async Task<RevocationFailure?> AskAsync(RevocationSubject subject, RevocationAuthority authority, RevocationSource source, Uri url, CancellationToken cancellationToken)
    {
        byte[] key = subject.KeyOf(source, url);
        FetchResult result = source == RevocationSource.Crl
            ? await fetcher.FetchCrlAsync(url, authority.FindTag(key), answer => Take(subject, authority, source, key, answer) is null, cancellationToken).ConfigureAwait(false)
            : await fetcher.AskOcspAsync(
                url, new OcspQuestion(authority.Issuer, subject.Certificate.SerialNumberBytes.ToArray()), answer => Take(subject, authority, source, key, answer) is null, cancellationToken).ConfigureAwait(false);
        DateTimeOffset now = timeProvider.GetUtcNow();
        if (!result.IsFailure)
        {
            // Whoever came first took the answer under his own authority; a CRL may serve under another too.
            return subject.Read(now).Status != RevocationStatus.Unknown || result.Body.IsEmpty ? null : Take(subject, authority, source, key, result);
        }

        DateTimeOffset retryAt = result.RetryAt is { } stated && stated > now + LeastPause ? stated : now + LeastPause;
        return result.Outcome == FetchOutcome.Rejected && authority.FindFailure(key, DateTimeOffset.MinValue) is { } rejected
            ? rejected with { RetryAt = retryAt }
            : new RevocationFailure(RevocationCause.Unreachable, ValidationReason.RevocationUnreachable, $"{url.GetLeftPart(UriPartial.Path)}: {result.Outcome}, {result.Detail}", retryAt);
    }

    // Verifies an answer and keeps it. Not null: why it is of no use.
    private RevocationFailure? Take(RevocationSubject subject, RevocationAuthority authority, RevocationSource source, byte[] key, FetchResult answer)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        (RevocationCause cause, ValidationReason reason, string? detail) = source == RevocationSource.Crl
            ? TakeCrl(subject, authority, answer.Body, now)
            : TakeOcsp(subject, authority, answer, now);
        if (cause == RevocationCause.None)
        {
            authority.KeepTag(key, answer.Tag);
            return null;
        }

        RevocationFailure failure = new(cause, reason, detail ?? "", now + LeastPause);
        authority.KeepFailure(key, failure);
        return failure;
    }

    private (RevocationCause Cause, ValidationReason Reason, string? Detail) TakeCrl(RevocationSubject subject, RevocationAuthority authority, ReadOnlyMemory<byte> der, DateTimeOffset now)
    {
        if (!CrlParser.TryParse(der.Span, out ParsedCrl? crl, out string? error))
        {
            return (RevocationCause.Malformed, ValidationReason.CrlMalformed, error);
        }

        // It is kept if it serves for the certificate in question, alone or with what is there: then its signature is good too.
        RevocationChecker checker = subject.Checker;
        CrlSet with = crl.IsDelta ? authority.Crls.With(crl) : new CrlSet([crl]);
        RevocationResult result = new CrlChecker(with, checker.Parameters, checker.Rules.StaleGrace).Check(subject.Path, subject.Depth, subject.At(now).Ask(checker.Rules));
        bool serves = result.Status != RevocationStatus.Unknown || result.Cause == RevocationCause.ReasonsIncomplete;
        if (!serves)
        {
            return result.Cause switch
            {
                RevocationCause.Stale => (result.Cause, ValidationReason.CrlStale, result.ToString()),
                RevocationCause.SignerInvalid => (result.Cause, ValidationReason.CrlSignerInvalid, crl.ToString()),
                RevocationCause.Unsupported => (result.Cause, ValidationReason.CrlExtensionUnknown, crl.UnknownCritical),
                _ => (RevocationCause.Malformed, ValidationReason.CrlMalformed, $"the {crl} is not about this certificate"),
            };
        }

        CrlSet before = authority.Crls;
        if (authority.TryKeep(crl))
        {
            subject.Memory.Changed();
            changed(new RevocationChangedEventArgs(authority, crl, before));
        }

        return (RevocationCause.None, ValidationReason.None, null);
    }

    private (RevocationCause Cause, ValidationReason Reason, string? Detail) TakeOcsp(RevocationSubject subject, RevocationAuthority authority, FetchResult answer, DateTimeOffset now)
    {
        OcspResult result = OcspVerifier.Verify(answer.Body, authority.Issuer, subject.Serial, now, OcspRules.Default with { DelegateStatus = responder => authority.StatusByCrl(responder, now) }, answer.Nonce.Span);
        if (result.Status == RevocationStatus.Unknown)
        {
            return (CauseOf(result.Cause), result.Cause, result.Detail);
        }

        bool wasRevoked = authority.FindAnswer(subject.Serial)?.Result.Status == RevocationStatus.Revoked;
        if (authority.TryKeep(subject.Serial, new OcspAnswer(result), now) && (result.Status == RevocationStatus.Revoked || wasRevoked))
        {
            // A first or longer Good makes no standing verdict wrong.
            subject.Memory.Changed();
            changed(new RevocationChangedEventArgs(authority, subject.Certificate));
        }

        return (RevocationCause.None, ValidationReason.None, null);
    }

    private static RevocationCause CauseOf(ValidationReason reason) => reason switch
    {
        ValidationReason.OcspStatusUnknown => RevocationCause.ResponderUnknown,
        ValidationReason.OcspExpired or ValidationReason.OcspNotYetValid => RevocationCause.Stale,
        ValidationReason.OcspSignerUnknown or ValidationReason.OcspSignerNotAllowed or ValidationReason.OcspSignerStatusUnknown
            or ValidationReason.OcspSignatureInvalid or ValidationReason.OcspSignatureAlgorithmRefused => RevocationCause.SignerInvalid,
        ValidationReason.OcspResponderFailed or ValidationReason.OcspTryLater or ValidationReason.OcspQuestionRefused
            or ValidationReason.OcspSignedQuestionWanted or ValidationReason.OcspUnauthorized => RevocationCause.Unreachable,
        ValidationReason.OcspCriticalExtensionUnknown => RevocationCause.Unsupported,
        _ => RevocationCause.Malformed,
    };

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset? other) => other is { } known && known < one ? known : one;
}

/// <summary>Where an answer came from.</summary>
internal readonly record struct RevocationPlaceAnswer(RevocationSource Source, Uri Url);
