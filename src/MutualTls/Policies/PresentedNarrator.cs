using System.Globalization;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Trust;

namespace MutualTls.Policies;

/// <summary>Tells what a peer presented and whom the policy trusts, at the head of an explanation.</summary>
internal static class PresentedNarrator
{
    private const int AnchorsShown = 20;

    public static void Tell(PresentedChain presented, PeerPolicy policy, JudgementTrace trace)
    {
        trace.Begin("presented");
        if (presented.Count == 0)
        {
            trace.Note("certificates", "none");
        }

        for (int i = 0; i < presented.Count && i < PathBudget.MaxPresented; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"certificate {i}");
            ReadOnlyMemory<byte> der = presented.Certificates[i];
            if (CertificateParser.TryParse(der, out ParsedCertificate? certificate, out Finding finding))
            {
                trace.Note(name, $"{certificate.Subject}, issued by {certificate.Issuer}, serial {certificate.SerialNumber}, SHA-256 {certificate.Sha256Fingerprint}");
            }
            else
            {
                trace.Add(name, i == 0 ? JudgementStepOutcome.Failed : JudgementStepOutcome.Noted, $"cannot be read and is passed over: {finding}");
            }
        }

        trace.Begin("trusted");
        foreach (TrustAnchor anchor in policy.Anchors.Take(AnchorsShown))
        {
            trace.Note("anchor", anchor.Subject);
        }

        if (policy.Anchors.Count > AnchorsShown)
        {
            trace.Note("anchor", string.Create(CultureInfo.InvariantCulture, $"and {policy.Anchors.Count - AnchorsShown} more"));
        }
    }
}
