using MutualTls.Policies.Names;

namespace MutualTls.Policies;

/// <summary>Checks what a policy demands of the peer's own certificate, whatever the path: fitness and names.</summary>
internal static class EndEntityDemands
{
    public static void Check(ref Judgement judgement)
    {
        PeerPolicy policy = judgement.Policy;
        judgement.Trace?.Begin("the peer's own certificate");
        policy.Fitness.Check(ref judgement);
        judgement.Trace?.Tell("fitness", judgement.Findings, before: 0, $"fit for mutual TLS under the preset {policy.PathParameters.Preset}");

        int before = judgement.Findings?.Count ?? 0;
        policy.Names.CheckExpected(ref judgement);
        judgement.Trace?.Tell(
            "name", judgement.Findings, before,
            $"expected {judgement.Expected?.Text ?? policy.Names.Server?.ToString() ?? "no name in particular"}; has {PresentedNames.Of(judgement.EndEntity)}");

        if (policy.Names.IsAsked)
        {
            before = judgement.Findings?.Count ?? 0;
            policy.Names.CheckListed(ref judgement);
            judgement.Trace?.Tell("allowed names", judgement.Findings, before, $"{policy.Names}; has {PresentedNames.Of(judgement.EndEntity)}");
        }
    }
}
