using System.Diagnostics.CodeAnalysis;
using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Paths.Rules;

namespace MutualTls.Revocation.Ocsp;

/// <summary>Decides whether an answer is signed by one that may speak for the issuer: itself, or a delegate it certified for this. RFC 6960 section 4.2.2.2.</summary>
/// <remarks>
/// The third way of the RFC, a signer that the client trusts by configuration, does not exist here: it would let one key speak for every issuer.
/// </remarks>
internal static class OcspSigner
{
    /// <summary>Checks the signature. <paramref name="delegated"/> is the delegate's certificate, or null if the issuer itself signed.</summary>
    public static bool TryCheck(
        OcspResponse response, OcspIssuer issuer, DateTimeOffset now, OcspRules rules, out ParsedCertificate? delegated, [NotNullWhen(false)] out OcspResult? problem)
    {
        delegated = null;
        problem = null;
        if (response.SignatureAlgorithm == SignatureAlgorithm.Unsupported || AlgorithmRules.IsWeak(response.SignatureAlgorithm))
        {
            problem = OcspResult.Unknown(ValidationReason.OcspSignatureAlgorithmRefused, response.SignatureAlgorithm.ToString());
            return false;
        }

        if (IsResponder(response, issuer.Name, issuer.KeyBits))
        {
            if (IsSignedBy(response, issuer.Key))
            {
                return true;
            }

            problem = OcspResult.Unknown(ValidationReason.OcspSignatureInvalid, "the issuer's key did not sign it");
        }

        foreach (DerRange range in response.Certificates)
        {
            if (!CertificateParser.TryParse(response.CertificateBytes(range), out ParsedCertificate? candidate, out _)
                || !IsResponder(response, candidate.SubjectName, candidate.PublicKey.Key.Of(candidate.Bytes))
                || candidate.SubjectPublicKeyInfo.SequenceEqual(issuer.EncodedKey))
            {
                continue;
            }

            string? objection = Objection(candidate, issuer, now, rules);
            if (objection is null && IsSignedBy(response, candidate.GetVerificationKey()))
            {
                delegated = candidate;
                problem = null;
                return true;
            }

            problem = objection is null
                ? OcspResult.Unknown(ValidationReason.OcspSignatureInvalid, $"the key of {candidate.Subject} did not sign it")
                : OcspResult.Unknown(ValidationReason.OcspSignerNotAllowed, $"{candidate.Subject}: {objection}");
        }

        problem ??= OcspResult.Unknown(ValidationReason.OcspSignerUnknown);
        return false;
    }

    // RFC 6960 section 4.2.1: the key hash is the SHA-1 of the key's bits; it only says which key to try.
    private static bool IsResponder(OcspResponse response, ReadOnlySpan<byte> name, ReadOnlySpan<byte> keyBits) => response.ResponderName.IsEmpty
        ? OcspHashes.Matches(OcspHash.Sha1, keyBits, response.ResponderKeyHash.Of(response.Bytes))
        : DistinguishedName.AreEqual(response.ResponderName.Of(response.Bytes), name);

    private static bool IsSignedBy(OcspResponse response, VerificationKey? key) => key is not null && key.Supports(response.SignatureAlgorithm)
        && key.Verify(response.SignatureAlgorithm, response.Tbs.Of(response.Bytes), response.Signature.Of(response.Bytes));

    // The cheap questions first; the signature, last, makes the other fields worth anything.
    private static string? Objection(ParsedCertificate candidate, OcspIssuer issuer, DateTimeOffset now, OcspRules rules)
    {
        // RFC 6960 section 4.2.2.2: "issued directly by the CA that is identified in the request", and marked by id-kp-OCSPSigning itself, not by "any".
        if (!DistinguishedName.AreEqual(candidate.IssuerName, issuer.Name))
        {
            return "another CA issued it";
        }

        if (((candidate.ExtendedKeyUsages ?? 0) & ExtendedKeyUsages.OcspSigning) == 0)
        {
            return "it lacks the extended key usage OCSPSigning";
        }

        // RFC 5280 section 4.2.1.3: signatures other than on certificates and CRLs need one of these, where usages are stated.
        if (candidate.KeyUsages is { } usages && (usages & (KeyUsages.DigitalSignature | KeyUsages.NonRepudiation)) == 0)
        {
            return "its key usage lacks digitalSignature";
        }

        if (!candidate.Extensions.UnknownCritical.IsEmpty)
        {
            return $"critical extension {DerValue.ObjectIdentifierText(candidate.Extensions.UnknownCritical.Of(candidate.Bytes))} is not known";
        }

        if (now < candidate.NotBefore || now >= ValidityRule.End(candidate))
        {
            return "it is not within its dates";
        }

        if (!candidate.SignatureAlgorithmsAgree || candidate.SignatureAlgorithm == SignatureAlgorithm.Unsupported || AlgorithmRules.IsWeak(candidate.SignatureAlgorithm)
            || !IsStrong(candidate.PublicKey, rules.Algorithms))
        {
            return "its key or signature is too weak or not known";
        }

        return issuer.Key is { } key && key.Supports(candidate.SignatureAlgorithm) && key.Verify(candidate.SignatureAlgorithm, candidate.Tbs, candidate.Signature)
            ? null
            : "its signature is not the issuer's";
    }

    private static bool IsStrong(SubjectPublicKeyInfo key, AlgorithmRules rules) =>
        key.Algorithm != PublicKeyAlgorithm.Rsa || (key.KeySize >= rules.MinRsaBits && key.KeySize <= AlgorithmRules.MaxRsaBits);
}
