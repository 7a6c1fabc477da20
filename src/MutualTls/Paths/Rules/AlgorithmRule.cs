using System.Globalization;
using MutualTls.Certificates;
using MutualTls.Findings;

namespace MutualTls.Paths.Rules;

/// <summary>Every key and every signature on the path, and the anchor's key, is of a kind that can be checked and strong enough.</summary>
/// <remarks>RFC 5280 section 4.1.1.2 for the two algorithm fields; the strengths are <see cref="AlgorithmRules"/>.</remarks>
internal static class AlgorithmRule
{
    public static void Check(ref PathCheck path)
    {
        for (int depth = 0; depth < path.AnchorDepth; depth++)
        {
            ParsedCertificate certificate = path.Certificates[depth];
            if (!certificate.SignatureAlgorithmsAgree)
            {
                path.Add(ValidationReason.SignatureAlgorithmMismatch, depth);
            }

            if (certificate.SignatureAlgorithm == SignatureAlgorithm.Unsupported)
            {
                path.Add(ValidationReason.SignatureAlgorithmUnsupported, depth);
            }
            else if (AlgorithmRules.IsWeak(certificate.SignatureAlgorithm))
            {
                path.Add(ValidationReason.SignatureAlgorithmWeak, depth, certificate.SignatureAlgorithm.ToString());
            }
            else if (!path.Parameters.Algorithms.Allows(certificate.SignatureAlgorithm))
            {
                path.Add(ValidationReason.SignatureAlgorithmNotAllowed, depth, certificate.SignatureAlgorithm.ToString());
            }

            CheckKey(ref path, certificate.PublicKey, depth);
        }

        CheckKey(ref path, path.Anchor.PublicKey, path.AnchorDepth);
    }

    /// <summary>Checks one key; the anchor's may be of any kind that is strong enough.</summary>
    public static void CheckKey(ref PathCheck path, SubjectPublicKeyInfo key, int depth)
    {
        if (key.Algorithm == PublicKeyAlgorithm.Unsupported)
        {
            path.Add(ValidationReason.KeyUnsupported, depth);
        }
        else if (key.Algorithm == PublicKeyAlgorithm.Rsa && (key.KeySize < path.Parameters.Algorithms.MinRsaBits || key.KeySize > AlgorithmRules.MaxRsaBits))
        {
            ValidationReason reason = key.KeySize > AlgorithmRules.MaxRsaBits ? ValidationReason.KeyUnsupported : ValidationReason.KeyWeak;
            path.Add(reason, depth, string.Create(CultureInfo.InvariantCulture, $"RSA {key.KeySize} bits, {path.Parameters.Algorithms.MinRsaBits} to {AlgorithmRules.MaxRsaBits} allowed"));
        }
        else if (depth < path.AnchorDepth && !path.Parameters.Algorithms.Allows(key.Algorithm))
        {
            path.Add(ValidationReason.KeyNotAllowed, depth, key.Algorithm.ToString());
        }
    }
}
