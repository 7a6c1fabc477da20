using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Trust;

namespace MutualTls.Conformance.Fuzzing;

/// <summary>Reads a certificate, and everything that its text forms and a trust anchor need of it.</summary>
internal sealed class CertificateTarget(IReadOnlyList<FuzzSeed> seeds) : IFuzzTarget
{
    public string Name => "certificate";

    public IReadOnlyList<FuzzSeed> Seeds => seeds;

    // Reading lets nobody in.
    public bool MayLetIn(FuzzInput input) => true;

    public FuzzOutcome Run(FuzzInput input, Random random, List<ReadOnlyMemory<byte>> given)
    {
        given.Add(input.Der);
        bool isRead = ParsedCertificate.TryParse(input.Der, out ParsedCertificate? certificate, out Finding finding);
        if (!isRead)
        {
            return new FuzzOutcome($"{finding.Reason} {FuzzRun.WithoutNumbers(finding.Detail)}", LetIn: false);
        }

        if (!certificate!.Der.Span.SequenceEqual(input.Der))
        {
            throw new InvalidOperationException("What was read is not what was given.");
        }

        _ = (certificate.ToString(), certificate.Subject, certificate.Issuer, certificate.SerialNumber, certificate.Sha256Fingerprint, certificate.PublicKeySize);
        return new FuzzOutcome($"read {certificate.SignatureAlgorithm} {certificate.PublicKeyAlgorithm} {AsAnchor(input.Der)}", LetIn: false);
    }

    private static string AsAnchor(byte[] der)
    {
        try
        {
            return TrustAnchor.FromCertificate(der).ToString() is null ? "no anchor" : "anchor";
        }
        catch (ArgumentException exception)
        {
            return FuzzRun.WithoutNumbers(exception.Message);
        }
    }
}
