using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Policies.Fitness;

namespace MutualTls.Policies;

/// <summary>Checks what a policy demands of the peer's own certificate, whatever the path: fitness and names.</summary>
internal static class EndEntityDemands
{
    public static void Check(ref Judgement judgement)
    {
        EndEntityFitness.Check(ref judgement);
        if (judgement.Trace is { } trace)
        {
            trace.Begin("the peer's own certificate");
            trace.Tell("fitness", judgement.Findings, before: 0, $"fit for mutual TLS under the preset {judgement.Policy.PathParameters.Preset}");
        }

        int before = judgement.Findings?.Count ?? 0;
        CheckName(ref judgement);
        judgement.Trace?.Tell("name", judgement.Findings, before, $"expected {judgement.Expected?.Text ?? "no name in particular"}; has {Names(judgement.EndEntity)}");
    }

    // RFC 9525: a server has the name that was dialled. A client dials us, so it has no expected name unless the caller gives one.
    private static void CheckName(ref Judgement judgement)
    {
        bool fits = judgement.Expected is { } expected
            ? expected.Matches(judgement.EndEntity)
            : judgement.Role == PeerRole.Client || judgement.Policy.AcceptAnyServerName;
        if (!fits)
        {
            string wanted = judgement.Expected is null ? "no name was given to compare with" : $"expected {judgement.Expected.Text}";
            judgement.Add(ValidationReason.NameMismatch, 0, $"{wanted}; the certificate has {Names(judgement.EndEntity)}");
        }
    }

    private static string Names(ParsedCertificate endEntity)
    {
        const int Shown = 5;
        List<string> names = [];
        int count = 0;
        for (SubjectAlternativeNames walk = new(endEntity); walk.MoveNext(); count++)
        {
            if (count < Shown)
            {
                names.Add(GeneralNameText.Of(walk.Kind, walk.Value));
            }
        }

        return count == 0 ? "no subject alternative name" : string.Join(", ", names) + (count > Shown ? $" and {count - Shown} more" : "");
    }
}
