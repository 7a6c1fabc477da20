using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Ocsp;

namespace MutualTls.Revocation;

/// <summary>Asks the responders that a certificate of our own names about it, for an answer to present to peers.</summary>
/// <remarks>Within the same limits as what is asked about peers. Keeps nothing: what is good for a peer's verdict is asked for by its policy.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class OwnCertificateInquiry(RevocationFetcher fetcher, TimeProvider timeProvider)
{
    // Whether a delegate is revoked, peers see for themselves; here it is enough that the issuer made it one.
    private static readonly OcspRules Rules = OcspRules.Default with { DelegateStatus = _ => RevocationStatus.Good };

    /// <summary>Asks one responder after another until one says whether the certificate is revoked.</summary>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    /// <exception cref="ObjectDisposedException">Nobody is asked any more.</exception>
    public async Task<OwnAnswer> AskAsync(ParsedCertificate own, ParsedCertificate issuer, CancellationToken cancellationToken)
    {
        OcspIssuer asked = OcspIssuer.Of(issuer);
        OcspQuestion question = new(asked, own.SerialNumberBytes.ToArray());
        OwnAnswer? failure = null;
        foreach (AskedPlace place in RevocationPlaces.PointersOf(own).Where(place => place.Source == RevocationSource.Ocsp))
        {
            OcspResult Verify(FetchResult answer) => OcspVerifier.Verify(answer.Body, asked, own.SerialNumberBytes, timeProvider.GetUtcNow(), Rules);
            FetchResult fetched = await fetcher.AskOcspAsync(
                place.Url, question, new FetchUse(answer => Verify(answer).Status != RevocationStatus.Unknown), cancellationToken).ConfigureAwait(false);

            // Whoever joins somebody else's asking gets an answer that was of use for that one's question.
            OcspResult? result = fetched.Body.IsEmpty ? null : Verify(fetched);
            if (result is { Status: not RevocationStatus.Unknown })
            {
                return new OwnAnswer(result, fetched.Body, place.ToString());
            }

            failure ??= new OwnAnswer(
                result ?? OcspResult.Unknown(ValidationReason.RevocationUnreachable, $"{fetched.Outcome}, {fetched.Detail}"), default, place.ToString())
            { RetryAt = fetched.RetryAt };
        }

        return failure ?? new OwnAnswer(OcspResult.Unknown(ValidationReason.RevocationNoPointer), default, Place: null);
    }
}

/// <summary>What a responder says about a certificate of our own.</summary>
/// <param name="Result">What it means.</param>
/// <param name="Der">The answer; empty if the status is unknown.</param>
/// <param name="Place">Who was asked; null if the certificate names nobody.</param>
internal sealed record OwnAnswer(OcspResult Result, ReadOnlyMemory<byte> Der, string? Place)
{
    /// <summary>Gets until when the same failure is told again without asking.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Gets what makes a failure the same as the one before: what is wrong with an answer is told with its moments, and they may be others each time.</summary>
    public string Kind => Result.Cause == ValidationReason.RevocationUnreachable ? ToString() : $"{Place} {Result.Cause}";

    /// <summary>Writes why there is nothing to present.</summary>
    public override string ToString() => Place is null ? "the certificate names no OCSP responder"
        : Result.Status == RevocationStatus.Revoked ? $"{Place} says that the certificate was revoked at {Result.RevokedAt:u}"
        : $"{Place}: {(Result.Cause == ValidationReason.RevocationUnreachable ? "" : $"{ReasonText.Code(Result.Cause)} ")}{Result.Detail}".TrimEnd();
}
