using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Revocation;
using MutualTls.Trust;

namespace MutualTls.Policies;

/// <summary>Checks the options of a policy and reports every error at once.</summary>
internal static class PeerPolicyValidation
{
    private const CertificatePolicyRules AllCertificatePolicyRules =
        CertificatePolicyRules.RequireExplicitPolicy | CertificatePolicyRules.InhibitPolicyMapping | CertificatePolicyRules.InhibitAnyPolicy;

    /// <summary>Reads the anchors and checks the rest.</summary>
    public static TrustAnchorSet Check(PeerPolicyOptions options, List<string> errors)
    {
        errors.AddRange(options.ConfigurationErrors);
        List<TrustAnchor> anchors = [.. options.TrustAnchors];
        int index = 0;
        foreach (string path in options.TrustFiles)
        {
            Read($"{nameof(options.TrustFiles)}:{index++}: '{path}'", () => TrustAnchorReader.ReadFile(path), anchors, errors);
        }

        if (options.TrustSystemRoots)
        {
            Read(nameof(options.TrustSystemRoots), TrustAnchorReader.ReadSystemRoots, anchors, errors);
        }

        bool trustsOne = options.Lists.AllowedCertificates.Count > 0 || options.Lists.AllowedCertificateFiles.Count > 0;
        Require(
            anchors.Count > 0 || trustsOne || errors.Count > 0, errors,
            "TrustAnchors: none is given, so no peer could ever be accepted. Add TrustPem(...) or another source of trust, or AllowCertificate(...) for single certificates.");
        RevocationRules.Validate(options.Revocation, errors);
        options.Live.Validate(errors);
        Require(Enum.IsDefined(options.Rules), errors, $"Rules: {options.Rules} is no preset; use Default, Strict or Rfc5280.");
        Require(Enum.IsDefined(options.Certificate), errors, $"Certificate: {options.Certificate} is no mode; use Required or Optional.");
        Require(
            options.MaxIntermediates is >= 0 and <= PathBudget.MaxIntermediates, errors,
            $"MaxIntermediates: {options.MaxIntermediates} is not from 0 to {PathBudget.MaxIntermediates}.");
        Require(
            options.ValidatorTimeout >= TimeSpan.FromMilliseconds(1) && options.ValidatorTimeout <= TimeSpan.FromMinutes(1), errors,
            $"ValidatorTimeout: {options.ValidatorTimeout} is not from 1 millisecond to 1 minute.");
        Require(
            options.VerdictCacheLimit is >= 1 << 20 and <= 16L << 30, errors,
            $"VerdictCacheLimit: {options.VerdictCacheLimit} is not from {1 << 20} (1 MiB) to {16L << 30} (16 GiB) bytes.");
        for (int i = 0; i < options.CertificatePolicies.Count; i++)
        {
            Require(PolicyOids.IsDotted(options.CertificatePolicies[i]), errors, $"CertificatePolicies:{i}: '{options.CertificatePolicies[i]}' is no dotted object identifier.");
        }

        Require(
            (options.CertificatePolicyRules & ~AllCertificatePolicyRules) == 0, errors,
            $"CertificatePolicyRules: {options.CertificatePolicyRules} is not one or more of {string.Join(", ", Enum.GetNames<CertificatePolicyRules>())}.");

        return new TrustAnchorSet(anchors);
    }

    private static void Read(string what, Func<List<TrustAnchor>> read, List<TrustAnchor> anchors, List<string> errors)
    {
        try
        {
            anchors.AddRange(read());
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            errors.Add($"{what}: {exception.Message}");
        }
    }

    private static void Require(bool condition, List<string> errors, string error)
    {
        if (!condition)
        {
            errors.Add(error);
        }
    }
}
