using System.Globalization;
using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Findings;
using MutualTls.Paths.Rules;

namespace MutualTls.Revocation.Ocsp;

/// <summary>Decides what an answer means for one certificate. RFC 6960 section 3.2.</summary>
/// <remarks>Never throws for what the answer holds, and never says Good or Revoked of an answer it could not verify. Does not fetch.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal static class OcspVerifier
{
    /// <summary>Verifies an answer about the certificate that <paramref name="issuer"/> gave <paramref name="serialNumber"/>.</summary>
    /// <param name="answer">What the responder sent; it must not change afterwards.</param>
    /// <param name="issuer">The issuer, from a verified path.</param>
    /// <param name="serialNumber">The content octets of the serial number.</param>
    /// <param name="now">The time to judge by.</param>
    /// <param name="rules">What is asked beyond the RFC.</param>
    /// <param name="nonce">The value of the question's nonce extension; empty if it had none.</param>
    public static OcspResult Verify(
        ReadOnlyMemory<byte> answer, OcspIssuer issuer, ReadOnlySpan<byte> serialNumber, DateTimeOffset now, OcspRules rules, ReadOnlySpan<byte> nonce = default)
    {
        if (!OcspResponseParser.TryParse(answer, out OcspResponse? response, out Finding cause))
        {
            return OcspResult.Unknown(cause.Reason, cause.Detail);
        }

        // The signature first: until then nobody in particular has said any of this.
        if (!OcspSigner.TryCheck(response, issuer, now, rules, out ParsedCertificate? delegated, out OcspResult? problem))
        {
            return problem;
        }

        if (!response.UnknownCritical.IsEmpty)
        {
            return OcspResult.Unknown(ValidationReason.OcspCriticalExtensionUnknown, DerValue.ObjectIdentifierText(response.UnknownCritical.Of(response.Bytes)));
        }

        // RFC 9654 section 2.1. A nonce that was not asked for is another client's, of an answer that a cache has kept.
        if (!nonce.IsEmpty && !response.Nonce.Of(response.Bytes).SequenceEqual(nonce))
        {
            return OcspResult.Unknown(ValidationReason.OcspNonceMismatch, response.Nonce.IsEmpty ? "the answer has none" : "the answer has another");
        }

        if (response.ProducedAt > now + rules.ClockSkew)
        {
            return OcspResult.Unknown(ValidationReason.OcspNotYetValid, Compare(now, "produced at", response.ProducedAt));
        }

        OcspResult? worst = null;
        foreach (OcspSingleResponse single in response.Responses)
        {
            if (IsAbout(single, response, issuer, serialNumber))
            {
                worst = Worse(worst, Judge(single, response, now, rules));
            }
        }

        return worst is null ? OcspResult.Unknown(ValidationReason.OcspOtherCertificate)
            : delegated is null ? worst
            : JudgeDelegate(worst, delegated, rules);
    }

    // RFC 6960 section 3.2 (1): by whatever hash, it must be this issuer's name and key, and this serial number.
    private static bool IsAbout(in OcspSingleResponse single, OcspResponse response, OcspIssuer issuer, ReadOnlySpan<byte> serialNumber) =>
        single.SerialNumber.Of(response.Bytes).SequenceEqual(serialNumber)
        && OcspHashes.TryFromOid(single.HashOid.Of(response.Bytes), out OcspHash hash)
        && OcspHashes.Matches(hash, issuer.Name, single.IssuerNameHash.Of(response.Bytes))
        && OcspHashes.Matches(hash, issuer.KeyBits, single.IssuerKeyHash.Of(response.Bytes));

    private static OcspResult Judge(in OcspSingleResponse single, OcspResponse response, DateTimeOffset now, OcspRules rules)
    {
        if (!single.UnknownCritical.IsEmpty)
        {
            return OcspResult.Unknown(ValidationReason.OcspCriticalExtensionUnknown, DerValue.ObjectIdentifierText(single.UnknownCritical.Of(response.Bytes)));
        }

        // RFC 6960 section 3.2 (5) and (6).
        if (single.ThisUpdate > now + rules.ClockSkew)
        {
            return OcspResult.Unknown(ValidationReason.OcspNotYetValid, Compare(now, "this update", single.ThisUpdate));
        }

        DateTimeOffset until = single.NextUpdate ?? (DateTimeOffset.MaxValue - rules.LifetimeWithoutNextUpdate < single.ThisUpdate
            ? DateTimeOffset.MaxValue
            : single.ThisUpdate + rules.LifetimeWithoutNextUpdate);
        if (now >= until)
        {
            return OcspResult.Unknown(ValidationReason.OcspExpired, Compare(now, single.NextUpdate is null ? "not said, taken as" : "next update", until));
        }

        return single.Status == RevocationStatus.Unknown
            ? OcspResult.Unknown(ValidationReason.OcspStatusUnknown)
            : new OcspResult(single.Status) { ThisUpdate = single.ThisUpdate, Until = until, RevokedAt = single.RevokedAt, Reason = single.Reason };
    }

    // An answer may tell of the same certificate under two hashes; where they differ, the worse one counts.
    private static OcspResult Worse(OcspResult? left, OcspResult right) =>
        left is null || Rank(right) > Rank(left) || (Rank(right) == Rank(left) && right.Until < left.Until) ? right : left;

    private static int Rank(OcspResult result) => result.Status switch
    {
        RevocationStatus.Good => 0,
        RevocationStatus.Revoked => 2,
        _ => 1,
    };

    // RFC 6960 section 4.2.2.2.1. Without no-check a delegate that is revoked could go on saying "good"; that it says "revoked" helps no attacker in.
    private static OcspResult JudgeDelegate(OcspResult result, ParsedCertificate delegated, OcspRules rules)
    {
        RevocationStatus status = delegated.Extensions.Has(ExtensionKind.OcspNoCheck) ? RevocationStatus.Good : rules.DelegateStatus?.Invoke(delegated) ?? RevocationStatus.Unknown;
        if (status == RevocationStatus.Revoked)
        {
            return OcspResult.Unknown(ValidationReason.OcspSignerNotAllowed, $"{delegated.Subject}: it is revoked");
        }

        if (status == RevocationStatus.Unknown && result.Status == RevocationStatus.Good)
        {
            return OcspResult.Unknown(ValidationReason.OcspSignerStatusUnknown, delegated.Subject);
        }

        // The answer lasts no longer than the right to give it.
        return ValidityRule.End(delegated) is var end && end < result.Until ? result with { Until = end } : result;
    }

    private static string Compare(DateTimeOffset now, string bound, DateTimeOffset value) =>
        string.Create(CultureInfo.InvariantCulture, $"now {now.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}, {bound} {value.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}");
}
