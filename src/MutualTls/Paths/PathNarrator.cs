using System.Globalization;
using MutualTls.Certificates;
using MutualTls.Findings;

namespace MutualTls.Paths;

/// <summary>Says for people what a rule compared on one path. Only an explanation asks; a judgement does not.</summary>
internal static class PathNarrator
{
    /// <summary>Begins to tell of a path: the certificates on it, and its anchor.</summary>
    public static void Begin(in PathCheck path, JudgementTrace trace, int number)
    {
        trace.Begin(string.Create(CultureInfo.InvariantCulture, $"path {number}: {Join(path, c => c.Subject, " <- ")} <- anchor {path.Anchor.Subject}"));
        trace.Note("anchor", path.Anchor.Certificate is { } root
            ? $"given as a certificate, SHA-256 {root.Sha256Fingerprint}: its dates and constraints hold too"
            : "given as name and key: it sets no dates and no constraints");
    }

    public static string Chaining(in PathCheck path) => $"each issuer is the subject of the next: {Join(path, c => c.Issuer, ", ")}";

    public static string Algorithms(in PathCheck path) =>
        Join(path, c => $"{KeyOf(c.PublicKey)} signed with {c.SignatureAlgorithm}", "; ") + $"; anchor {KeyOf(path.Anchor.PublicKey)}";

    public static string Validity(in PathCheck path) =>
        $"now {Moment(path.Time)}; {Join(path, c => $"{Moment(c.NotBefore)} to {Moment(c.NotAfter)}", "; ")}"
        + (path.Anchor.Certificate is { } root ? $"; anchor {Moment(root.NotBefore)} to {Moment(root.NotAfter)}" : "");

    public static string BasicConstraints(in PathCheck path) =>
        path.Certificates.Length == 1 ? "no intermediate" : string.Create(CultureInfo.InvariantCulture, $"{path.Certificates.Length - 1} intermediates, each a CA");

    public static string PathLength(in PathCheck path) => string.Create(
        CultureInfo.InvariantCulture, $"limits from the end-entity up: {JoinAll(path, c => c.PathLength?.ToString(CultureInfo.InvariantCulture) ?? "none")}; the policy allows {path.Parameters.MaxIntermediates}");

    public static string KeyUsage(in PathCheck path) => JoinAll(path, c => c.KeyUsages?.ToString() ?? "any");

    public static string Purpose(in PathCheck path) => $"wanted {path.Purpose}; {JoinAll(path, c => c.ExtendedKeyUsages?.ToString() ?? "any")}";

    public static string CriticalExtensions(in PathCheck path) => "every critical extension is known";

    public static string NameConstraints(in PathCheck path)
    {
        int constrained = 0;
        for (int depth = 1; depth <= path.AnchorDepth; depth++)
        {
            constrained += path.At(depth)?.Extensions.Has(ExtensionKind.NameConstraints) == true ? 1 : 0;
        }

        return constrained == 0 ? "no CA of the path constrains names"
            : string.Create(CultureInfo.InvariantCulture, $"every name is within what {constrained} CAs of the path permit");
    }

    public static string CertificatePolicies(in PathCheck path) =>
        path.Parameters.CertificatePolicies.RequireExplicit ? "the path is valid for a policy that is accepted here" : "none is required, or one is valid";

    public static string Profile(in PathCheck path) => "issued as RFC 5280 section 4 asks";

    public static string Signatures(in PathCheck path) => "each verifies with the key of the next";

    private static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string KeyOf(SubjectPublicKeyInfo key) => string.Create(CultureInfo.InvariantCulture, $"{key.Algorithm}{(key.Algorithm == PublicKeyAlgorithm.Rsa ? $" {key.KeySize}" : "")}");

    private static string Join(in PathCheck path, Func<ParsedCertificate, string> tell, string separator)
    {
        List<string> told = [];
        foreach (ParsedCertificate certificate in path.Certificates)
        {
            told.Add(tell(certificate));
        }

        return string.Join(separator, told);
    }

    // The anchor's certificate too, where there is one.
    private static string JoinAll(in PathCheck path, Func<ParsedCertificate, string> tell) =>
        Join(path, tell, ", ") + (path.Anchor.Certificate is { } root ? $", anchor {tell(root)}" : "");
}
